import type { Clock } from '../../shared/clock.ts';
import { within } from '../../shared/within.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { inSpan, SpanKind } from '../../telemetry/tracing.ts';
import { isExpired, type LinkDelivery, type LinkKind, type LinkMessage } from './link-message.ts';
import type { LinkMetrics } from './link-metrics.ts';
import type { LinkArrival, LinkGapHandler, LinkHandler } from './region-link.ts';

/** Work is tried this often: its handler may have met a Redis that was away for a moment. */
const WORK_TRIES = 3;

interface KnownKind {
  readonly delivery: LinkDelivery;
  /** @returns the call of the handler; null when the body is not what the kind says */
  prepare(message: LinkMessage<unknown>, arrival: LinkArrival): (() => Promise<void> | void) | null;
}

/** What this node does with the messages of one region. Nothing that a handler does ends more than its message. */
export class LinkHandlers {
  readonly #deps: { readonly log: Logger; readonly metrics: LinkMetrics; readonly clock: Clock };
  readonly #peerId: string;
  readonly #timeoutMs: number;
  readonly #kinds = new Map<string, KnownKind>();
  readonly #gapHandlers: { readonly delivery: LinkDelivery; readonly handler: LinkGapHandler }[] =
    [];

  constructor(
    deps: { readonly log: Logger; readonly metrics: LinkMetrics; readonly clock: Clock },
    peerId: string,
    options: { readonly handlerTimeoutMs: number },
  ) {
    this.#deps = deps;
    this.#peerId = peerId;
    this.#timeoutMs = options.handlerTimeoutMs;
  }

  /** @throws {TypeError} when the kind has a handler */
  add<Body>(kind: LinkKind<Body>, handler: LinkHandler<Body>): void {
    if (this.#kinds.has(kind.name)) throw new TypeError(`A second handler of ${kind.name}.`);
    this.#kinds.set(kind.name, {
      delivery: kind.delivery,
      prepare: (message, arrival) => {
        const body = kind.body.safeParse(message.body);
        return body.success ? () => handler({ ...message, body: body.data }, arrival) : null;
      },
    });
  }

  addGap(delivery: LinkDelivery, handler: LinkGapHandler): void {
    this.#gapHandlers.push({ delivery, handler });
  }

  /** Resolves when it was handled or dropped; never rejects. */
  async handle(
    message: LinkMessage<unknown>,
    { delivery, mayBeRepeated }: { delivery: LinkDelivery; mayBeRepeated: boolean },
  ): Promise<void> {
    const known = this.#kinds.get(message.kind);
    // Everybody reads everything; whoever takes the work counts what nobody knows.
    if (known === undefined && delivery === 'work') this.#drop(message, 'unhandled');
    if (known?.delivery !== delivery) return;
    if (isExpired(message, this.#deps.clock.wallMs())) {
      this.#drop(message, 'expired');
      return;
    }
    const call = known.prepare(message, { fromRegionId: this.#peerId, mayBeRepeated });
    if (call === null) {
      this.#drop(message, 'foreign');
      return;
    }
    const spec = {
      ...{ name: `link ${message.kind}`, kind: SpanKind.CONSUMER, parent: message.traceparent },
      facts: { 'meridian.peer.region': this.#peerId },
    };
    // Without a trace it is the call itself: most messages are of nobody's.
    const traced = message.traceparent === undefined ? call : () => inSpan(spec, call);
    const isDone = await this.#try(traced, delivery === 'work' ? WORK_TRIES : 1, message);
    if (!isDone) {
      this.#drop(message, 'failed');
      return;
    }
    const delayMs = Math.max(0, this.#deps.clock.wallMs() - message.atMs);
    this.#deps.metrics.handled(this.#peerId, message.kind, delayMs);
  }

  /** Tells those who want to hear it that messages of the region are missing; never rejects. */
  async tellGap(delivery: LinkDelivery): Promise<void> {
    for (const wanted of this.#gapHandlers) {
      if (wanted.delivery !== delivery) continue;
      await this.#try(() => wanted.handler(this.#peerId), 1, { kind: 'gap' });
    }
  }

  async #try(
    call: () => Promise<void> | void,
    tries: number,
    { kind }: { readonly kind: string },
  ): Promise<boolean> {
    const { log } = this.#deps;
    for (let left = tries; left > 0; left--) {
      try {
        const outcome = await within(Promise.resolve().then(call), this.#timeoutMs);
        if (outcome !== 'late') return true;
        log.error({ peer: this.#peerId, kind }, 'a handler of a link is not done in time');
        // It may still be at it: not a second time at once.
        return false;
      } catch (error) {
        log.error({ err: error, peer: this.#peerId, kind }, 'a handler of a link failed');
      }
    }
    return false;
  }

  #drop(
    { kind, id }: LinkMessage<unknown>,
    reason: 'unhandled' | 'expired' | 'foreign' | 'failed',
  ): void {
    this.#deps.metrics.dropped(this.#peerId, reason, 1);
    if (reason === 'expired') return;
    this.#deps.log.warn({ peer: this.#peerId, kind, id, reason }, 'a message of a link is dropped');
  }
}
