import { setTimeout as pause } from 'node:timers/promises';
import { GameError } from '../../errors/game-error.ts';
import type { Clock } from '../../shared/clock.ts';
import { within } from '../../shared/within.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { SoftWriteMetrics } from '../../telemetry/soft-write-metrics.ts';
import { SoftBuffer } from './soft-buffer.ts';
import {
  CLAIM_MS,
  SOFT_DELAY_MS,
  type SoftClaim,
  type SoftData,
  type SoftShelf,
  type SoftValue,
} from './soft-shelf.ts';

// Soft sections on their way to the store.
//
//   writeSoon ─▶ buffer of this process ── every 50 ms ──▶ shelf ── after 1.5 s, by whoever claims it ──▶ store
//                                                            └── flush: at once, by this process ──▶ store
//
// What cannot be written stays on the shelf and is tried again. A value is off the shelf when the store has it.

const BATCH_EVERY_MS = 50;
const MOST_TOGETHER = 256;
const LOOK_EVERY_MS = 250;
const MOST_AT_ONCE = 64;
/** Before a player's shelf is tried again whose write failed, ms. */
const RETRY_AFTER_MS = 5_000;
/** A player whose values were put so long ago is looked at: others write them as well, ms. */
const LONG_OURS_MS = 2 * SOFT_DELAY_MS;
/** A claim is of no use any more so long before it ends, ms: clocks do not run alike. */
const CLAIM_MARGIN_MS = 1_000;
/** How long a flush waits for one who writes the same player, ms. */
const FLUSH_WITHIN_MS = 5_000;
const POLL_MS = 20;
/** How long the end of a process waits for its last values, ms. */
const STOP_WITHIN_MS = 2_000;

export interface WriteBehindDeps {
  readonly shelf: SoftShelf;
  /**
   * Writes sections of a profile, all of them in one write.
   *
   * @param mayWrite - looked at with each try; when it is false nothing is written, and it rejects
   * @returns names of the sections there was no room for
   */
  readonly write: (
    playerId: string,
    values: ReadonlyMap<string, SoftData>,
    mayWrite: () => boolean,
  ) => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly metrics: SoftWriteMetrics;
  readonly log: Logger;
}

/** Another one after each put. */
interface Ours {
  /** Monotonic clock, ms. */
  readonly sinceMs: number;
}

export class WriteBehind {
  readonly #deps: WriteBehindDeps;
  readonly #buffer: SoftBuffer;
  /** Players this process has put values of, until it has seen them written; who was put or looked at last is last. */
  readonly #ours = new Map<string, Ours>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;

  /** @param options.batchEveryMs - for tests, whose time is their own */
  constructor(deps: WriteBehindDeps, { batchEveryMs = BATCH_EVERY_MS } = {}) {
    this.#deps = deps;
    this.#buffer = new SoftBuffer(
      {
        send: (values) => this.#put(values),
        lost: (values, error) => {
          this.#deps.metrics.count('dropped', values.length);
          this.#deps.log.error({ err: error, count: values.length }, 'soft data was refused');
        },
      },
      { everyMs: batchEveryMs, mostTogether: MOST_TOGETHER },
    );
  }

  writeSoon(soft: SoftValue): void {
    this.#deps.metrics.count('put');
    this.#own(soft.playerId);
    this.#buffer.put(soft);
  }

  /**
   * As `writeSoon`, for who must know that they are kept: resolves when they are on the shelf. What fails is not tried again here, because
   * its sender does so, perhaps elsewhere, and with something newer.
   *
   * @throws {GameError} `STORE_UNAVAILABLE`
   */
  async shelve(values: readonly SoftValue[]): Promise<void> {
    this.#deps.metrics.count('put', values.length);
    await this.#put(values);
    for (const { playerId } of values) this.#own(playerId);
  }

  /** The newest value that may not be in the store yet; null: none. */
  async newest(playerId: string, section: string): Promise<SoftData | null> {
    return (
      this.#buffer.newest(playerId, section) ?? (await this.#deps.shelf.read(playerId, section))
    );
  }

  /** How many players this process may have to write yet. */
  get owned(): number {
    return this.#ours.size;
  }

  /** Writes what was put of a player until now. @throws {GameError} what the write throws, `STORE_UNAVAILABLE` */
  async flush(playerId: string): Promise<void> {
    const untilMs = this.#deps.clock.monotonicMs() + FLUSH_WITHIN_MS;
    await this.#buffer.drain();
    const forget = this.#forgetting(playerId);
    for (;;) {
      const claim = await this.#deps.shelf.claim(playerId, false);
      if (claim === 'empty') break;
      if (claim !== 'claimed') {
        await this.#write(claim);
        break;
      }
      // Somebody writes it just now: perhaps not yet the newest.
      if (this.#deps.clock.monotonicMs() >= untilMs) throw new GameError('STORE_UNAVAILABLE');
      await pause(POLL_MS);
    }
    forget();
  }

  /** Writes what is due, from time to time, until it is stopped. */
  start(): void {
    this.#timer = setInterval(() => {
      // One look at a time, however long the store takes.
      this.#looking ??= this.look().finally(() => {
        this.#looking = null;
      });
    }, LOOK_EVERY_MS).unref();
  }

  /** Writes what this process has put, as far as there is time. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const flushes = [...this.#ours.keys()].map((playerId) => this.flush(playerId));
    const ended = await within(Promise.allSettled([this.#looking, ...flushes]), STOP_WITHIN_MS);
    this.#buffer.stop();
    const isDone = ended !== 'late' && ended.every(({ status }) => status === 'fulfilled');
    if (!isDone) this.#deps.log.warn({ players: this.#ours.size }, 'soft data was not written yet');
  }

  /** One look for what is due. Never rejects. */
  async look(): Promise<void> {
    const { shelf, log } = this.#deps;
    try {
      const players = new Set([...(await shelf.due(MOST_AT_ONCE)), ...this.#longOurs()]);
      await Promise.all([...players].map((playerId) => this.#writeDue(playerId)));
    } catch (error) {
      log.debug({ err: error }, 'soft data could not be looked for');
    }
  }

  async #writeDue(playerId: string): Promise<void> {
    const forget = this.#forgetting(playerId);
    const claim = await this.#deps.shelf.claim(playerId, true);
    if (claim === 'claimed') return;
    try {
      if (claim !== 'empty') await this.#write(claim);
      forget();
    } catch (error) {
      this.#deps.log.debug({ err: error, playerId }, 'soft data could not be written yet');
    }
  }

  #own(playerId: string): void {
    this.#ours.delete(playerId);
    this.#ours.set(playerId, { sinceMs: this.#deps.clock.monotonicMs() });
  }

  /** What forgets a player when his shelf, as it is now or later, is written: unless it has not all of his, or something was put since. */
  #forgetting(playerId: string): () => void {
    const all = this.#buffer.holds(playerId) ? undefined : this.#ours.get(playerId);
    return () => {
      if (all !== undefined && this.#ours.get(playerId) === all) this.#ours.delete(playerId);
    };
  }

  /** Players whose shelf has probably been written by another process, or that found no room on it. */
  #longOurs(): readonly string[] {
    const nowMs = this.#deps.clock.monotonicMs();
    const players: string[] = [];
    for (const [playerId, { sinceMs }] of this.#ours) {
      if (players.length === MOST_AT_ONCE || nowMs - sinceMs < LONG_OURS_MS) break;
      players.push(playerId);
    }
    // Not again in each look.
    for (const playerId of players) this.#own(playerId);
    return players;
  }

  async #put(values: readonly SoftValue[]): Promise<void> {
    const { shelf, metrics, log } = this.#deps;
    const refused = await shelf.put(values);
    metrics.count('shelved', values.length - refused.length);
    if (refused.length === 0) return;
    metrics.count('dropped', refused.length);
    log.warn({ count: refused.length }, 'too many players wait for the store: soft data is lost');
  }

  async #write(claim: SoftClaim): Promise<void> {
    const { shelf, clock } = this.#deps;
    const untilMs = clock.monotonicMs() + CLAIM_MS - CLAIM_MARGIN_MS;
    try {
      await this.#writeClaimed(claim, () => clock.monotonicMs() < untilMs);
    } catch (error) {
      if (!isUnknown(error)) {
        await shelf.release(claim, RETRY_AFTER_MS).catch(() => {
          // It runs out by itself.
        });
        throw error;
      }
      // Of a player who is gone nothing is kept.
      this.#deps.metrics.count('dropped', claim.values.length);
    }
    await shelf.settle(claim);
  }

  async #writeClaimed({ playerId, values }: SoftClaim, mayWrite: () => boolean): Promise<void> {
    const { write, metrics, log } = this.#deps;
    const sections = new Map<string, SoftData>();
    for (const { section, value } of values) if (value !== null) sections.set(section, value);
    if (sections.size === 0) return;
    const leftOut = await write(playerId, sections, mayWrite);
    metrics.count('written');
    if (leftOut.length === 0) return;
    metrics.count('dropped', leftOut.length);
    log.warn({ playerId, sections: leftOut }, 'a profile has no room for more sections');
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof GameError && error.code === 'PROFILE_UNKNOWN';
}
