import { backOffMs } from '../shared/back-off.ts';
import type { Clock } from '../shared/clock.ts';
import { within } from '../shared/within.ts';
import type { AnalyticsMetrics } from '../telemetry/analytics-metrics.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { EventSink, SinkOutcome } from './event-sink.ts';
import type { EventStream, StreamEntry } from './event-stream.ts';
import { LoopTimer } from './loop-timer.ts';

// From the region's stream into the sink:
//
//   taken ──write──▶ written ──acknowledge──▶ gone
//     ▲ │ failed       ▲ │ no answer
//     └─┘ hold         └─┘
//
// Killed anywhere, its events are somebody else's after `TAKE_OVER_AFTER_MS`: written twice at worst, never left out. Nothing is dropped
// here: a sink that refuses stops the stream, and the drop policy of the buffers is what bounds the memory.

const BATCH = 256;
const LOOK_EVERY_MS = 500;
/** With the longest a sink may take for a write, less than `TAKE_OVER_AFTER_MS`: who tries again still holds his events. */
const LONGEST_RETRY_MS = 15_000;
const RETRIES = { firstMs: 250, longestMs: LONGEST_RETRY_MS } as const;
/** Silence after which another node takes a node's events. */
export const TAKE_OVER_AFTER_MS = 30_000;

interface Batch {
  /** Those that are still to be written, or, when `isWritten`, to be acknowledged, first. */
  readonly entries: readonly StreamEntry[];
  readonly isWritten: boolean;
  /** How many go at a time. */
  readonly size: number;
}

export interface EventShipperDeps {
  readonly stream: EventStream;
  readonly sink: EventSink;
  readonly clock: Clock;
  readonly metrics: AnalyticsMetrics;
  readonly log: Logger;
}

/** Moves events from the stream to the sink, batch after batch. */
export class EventShipper {
  readonly #deps: EventShipperDeps;
  readonly #loop = new LoopTimer(() => this.#round());
  #batch: Batch | null = null;
  #failures = 0;
  #retryAfterMs = 0;

  constructor(deps: EventShipperDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#loop.start();
  }

  /**
   * Ends what is under way, and goes on with what is there if `goesOn` and that goes well.
   *
   * @param withinMs - for all of it
   */
  async stop(withinMs: number, { goesOn }: { readonly goesOn: boolean }): Promise<void> {
    const { clock } = this.#deps;
    const untilMs = clock.monotonicMs() + withinMs;
    let isGoing = (await this.#loop.stop(withinMs)) && goesOn;
    while (isGoing) {
      const leftMs = untilMs - clock.monotonicMs();
      isGoing = leftMs > 0 && (await within(this.#ship(), leftMs)) === 'shipped';
    }
  }

  async #round(): Promise<number> {
    const outcome = await this.#ship();
    if (outcome === 'shipped') return 0;
    if (outcome === 'nothing') return LOOK_EVERY_MS;
    const delayMs = backOffMs(this.#failures, Math.random(), RETRIES);
    return Math.min(LONGEST_RETRY_MS, Math.max(delayMs, this.#retryAfterMs));
  }

  /** One step of a batch. Does not throw. */
  async #ship(): Promise<'shipped' | 'nothing' | 'failed'> {
    const { metrics } = this.#deps;
    try {
      this.#batch ??= await this.#take();
      if (this.#batch === null) return 'nothing';
      if (!this.#batch.isWritten) {
        if (this.#failures > 0) await this.#hold(this.#batch);
        const failure = await this.#write(this.#batch);
        if (failure !== null) return this.#failed(failure);
      }
      if (this.#batch.isWritten) await this.#acknowledge(this.#batch);
      return 'shipped';
    } catch (error) {
      metrics.shipFailed();
      return this.#failed({ reason: error instanceof Error ? error.message : String(error) });
    }
  }

  async #take(): Promise<Batch | null> {
    const { stream, metrics } = this.#deps;
    const { entries, redelivered } = await stream.take(BATCH);
    metrics.redelivered(redelivered);
    return entries.length === 0 ? null : { entries, isWritten: false, size: entries.length };
  }

  async #hold({ entries }: Batch): Promise<void> {
    await this.#deps.stream.hold(entries.map(({ entryId }) => entryId));
  }

  /** @returns null when it went well, or may go on with fewer */
  async #write(batch: Batch): Promise<Failure | null> {
    const { sink, metrics } = this.#deps;
    const { entries, size } = batch;
    const outcome: SinkOutcome = await sink.write(entries.slice(0, size).map(({ line }) => line));
    if (outcome.kind === 'written') {
      this.#batch = { ...batch, isWritten: true };
      return null;
    }
    if (outcome.kind === 'too-large' && size > 1) {
      this.#batch = { ...batch, size: Math.ceil(size / 2) };
      return null;
    }
    metrics.shipFailed();
    return outcome.kind === 'failed' ? outcome : { reason: 'one event is too large' };
  }

  async #acknowledge({ entries, size }: Batch): Promise<void> {
    const { stream, metrics, log } = this.#deps;
    const written = entries.slice(0, size);
    metrics.backlog = await stream.acknowledge(written.map(({ entryId }) => entryId));
    metrics.shipped(written.length);
    const rest = entries.slice(size);
    this.#batch = rest.length === 0 ? null : { entries: rest, isWritten: false, size };
    if (this.#failures > 0) log.info({ event: 'analytics-shipped' }, 'the analytics sink goes on');
    this.#failures = 0;
  }

  #failed({ reason, retryAfterMs = 0 }: Failure): 'failed' {
    this.#failures += 1;
    this.#retryAfterMs = retryAfterMs;
    if (this.#failures === 1) {
      this.#deps.log.warn({ event: 'analytics-waits', reason }, 'the analytics sink takes nothing');
    }
    return 'failed';
  }
}

interface Failure {
  readonly reason: string;
  readonly retryAfterMs?: number;
}
