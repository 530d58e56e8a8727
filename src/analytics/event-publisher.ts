import { backOffMs } from '../shared/back-off.ts';
import type { Clock } from '../shared/clock.ts';
import { within } from '../shared/within.ts';
import type { AnalyticsMetrics } from '../telemetry/analytics-metrics.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { AliasStore } from './alias-store.ts';
import type { EventBuffer, PendingEvent } from './event-buffer.ts';
import { type EventSource, sealEvent } from './event-record.ts';
import type { EventStream } from './event-stream.ts';
import { LoopTimer } from './loop-timer.ts';

// From the buffer into the region's stream:
//
//   taken ──pseudonyms──▶ sealed ──append──▶ gone
//     ▲ │ no answer         ▲ │ no answer, or full
//     └─┘                   └─┘          the same events with the same ids again; meanwhile the buffer fills, and drops by class

/** Events sealed and sent at a time: about a millisecond of this thread, and of Redis. */
const BATCH = 256;
/** How long an event waits before it leaves, at most; a process that is killed loses what it has recorded since. */
export const PUBLISH_EVERY_MS = 250;
const RETRIES = { firstMs: 250, longestMs: 5_000 } as const;

type Batch =
  | { readonly kind: 'taken'; readonly events: readonly PendingEvent[] }
  | { readonly kind: 'sealed'; readonly lines: readonly string[] };

export interface EventPublisherDeps {
  readonly buffer: EventBuffer;
  readonly stream: EventStream;
  readonly aliases: AliasStore;
  readonly source: EventSource;
  /** An event that is none. */
  readonly onRefused: (name: string, problem: string) => void;
  readonly clock: Clock;
  readonly metrics: AnalyticsMetrics;
  readonly log: Logger;
}

/** Moves what was recorded into the stream, batch after batch. */
export class EventPublisher {
  readonly #deps: EventPublisherDeps;
  readonly #loop = new LoopTimer(() => this.#round());
  #batch: Batch | null = null;
  #failures = 0;

  constructor(deps: EventPublisherDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#loop.start();
  }

  /** Publishes what is there, as long as that goes well. @returns events that were not published */
  async stop(withinMs: number): Promise<number> {
    const { clock, buffer } = this.#deps;
    const untilMs = clock.monotonicMs() + withinMs;
    let goesOn = await this.#loop.stop(withinMs);
    while (goesOn) {
      const leftMs = untilMs - clock.monotonicMs();
      goesOn = leftMs > 0 && (await within(this.#publishBatch(), leftMs)) === 'published';
    }
    return buffer.size + sizeOf(this.#batch);
  }

  async #round(): Promise<number> {
    const outcome = await this.#publishBatch();
    if (outcome === 'published') return 0;
    if (outcome === 'nothing') return PUBLISH_EVERY_MS;
    return backOffMs(this.#failures, Math.random(), RETRIES);
  }

  /** Does not throw. */
  async #publishBatch(): Promise<'published' | 'nothing' | 'failed'> {
    const { stream, metrics, log } = this.#deps;
    try {
      const lines = await this.#seal();
      if (lines.length > 0) {
        const { kind, backlog } = await stream.append(lines);
        metrics.backlog = backlog;
        if (kind === 'full') return this.#failed('the stream is full');
        metrics.published(lines.length);
      }
      const isEnd = this.#batch === null;
      this.#batch = null;
      if (this.#failures > 0) log.info({ event: 'analytics-published' }, 'analytics go on');
      this.#failures = 0;
      return isEnd ? 'nothing' : 'published';
    } catch (error) {
      return this.#failed(error instanceof Error ? error.message : String(error));
    }
  }

  #failed(reason: string): 'failed' {
    const { metrics, log } = this.#deps;
    this.#failures += 1;
    metrics.publishFailed();
    if (this.#failures === 1) log.warn({ reason }, 'analytics events wait on this node');
    return 'failed';
  }

  async #seal(): Promise<readonly string[]> {
    const { buffer } = this.#deps;
    if (this.#batch === null) {
      const events = buffer.take(BATCH);
      if (events.length === 0) return [];
      this.#batch = { kind: 'taken', events };
    }
    if (this.#batch.kind === 'taken') {
      this.#batch = { kind: 'sealed', lines: await this.#linesOf(this.#batch.events) };
    }
    return this.#batch.lines;
  }

  async #linesOf(events: readonly PendingEvent[]): Promise<readonly string[]> {
    const { aliases, source, onRefused } = this.#deps;
    const players = new Set(events.map(({ about }) => about.playerId));
    const known = await aliases.aliasesOf([...players].filter((id) => typeof id === 'string'));
    return events.flatMap((event) => {
      const sealed = sealEvent(event, known.get(event.about.playerId ?? '') ?? null, source);
      if (sealed.ok) return [sealed.line];
      onRefused(event.event.name, sealed.problem);
      return [];
    });
  }
}

function sizeOf(batch: Batch | null): number {
  if (batch === null) return 0;
  return batch.kind === 'taken' ? batch.events.length : batch.lines.length;
}
