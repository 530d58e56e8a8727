import { LatencyHistogram, type LatencyQuantiles } from '../load/latency-histogram.ts';
import { AvailabilityBook, availabilityOf } from './accounting/availability.ts';
import type { RoomEnding } from './accounting/room-fates.ts';
import type { FailedJoin, PlayersReport } from './bots/wire.ts';

const SECOND_MS = 1_000;

/** One second of a run, for plots. */
export interface SoakSecond {
  /** From the beginning of the run. */
  readonly at: number;
  /** Of the machine's clock. */
  readonly second: number;
  readonly playerSeconds: number;
  readonly playedSeconds: number;
  /** 95th percentile of what was answered in it, ms; null: nothing was. */
  readonly actionP95Ms: number | null;
  /** Longest pause of the soak's own process, ms. */
  readonly pausedMs: number;
}

/** Everything that players report, by the second of the machine's clock. What is before the run, or after it, is left out. */
export class SoakBook {
  readonly availability = new AvailabilityBook();
  readonly endings: RoomEnding[] = [];
  readonly failedJoins: FailedJoin[] = [];
  readonly lastSeenMs = new Map<string, number>();
  /** Longest pause of the soak's own process in each second, ms. */
  readonly pauses = new Map<number, number>();
  readonly joined = { door: 0, queue: 0 };
  readonly #actionsMs = new LatencyHistogram();
  readonly #waitsMs = new LatencyHistogram();
  readonly #actionP95Ms = new Map<number, number>();
  #newest: PlayersReport | null = null;
  #beganMs = Number.POSITIVE_INFINITY;
  #endedMs = Number.POSITIVE_INFINITY;
  #playersPausedMs = 0;

  get beganMs(): number {
    return this.#beganMs;
  }

  get actionsMs(): LatencyQuantiles {
    return this.#actionsMs.quantiles();
  }

  get waitsMs(): LatencyQuantiles {
    return this.#waitsMs.quantiles();
  }

  /** Longest pause of this process and of the players', ms. */
  get longestPauseMs(): number {
    return Math.max(0, this.#playersPausedMs, ...this.pauses.values());
  }

  /** From here on it counts. */
  begin(atMs: number): void {
    this.#beganMs = atMs;
  }

  end(atMs: number): void {
    this.#endedMs = atMs;
  }

  /** The soak's own process stood still for so long at most in the last second. */
  paused(atMs: number, durationMs: number): void {
    this.pauses.set(Math.floor(atMs / SECOND_MS), durationMs);
  }

  add(report: PlayersReport): void {
    this.#newest = report;
    for (const [roomId, atMs] of Object.entries(report.seenMs)) this.lastSeenMs.set(roomId, atMs);
    // Rooms that were lost before the run are lost rooms all the same.
    this.endings.push(...report.endings);
    const first = Math.ceil(this.#beganMs / SECOND_MS);
    const last = Math.floor(this.#endedMs / SECOND_MS);
    for (const { seconds, ...of } of report.settled) {
      this.availability.add(
        of,
        seconds.filter(({ second }) => second >= first && second < last),
      );
    }
    if (this.#beganMs === Number.POSITIVE_INFINITY || this.#endedMs < Number.POSITIVE_INFINITY) {
      return;
    }
    this.failedJoins.push(...report.failedJoins);
    this.joined.door += report.joined.door;
    this.joined.queue += report.joined.queue;
    this.#playersPausedMs = Math.max(this.#playersPausedMs, report.pausedMs);
    this.#waitsMs.addEncoded(report.waitsMs);
    this.#actionsMs.addEncoded(report.actionsMs);
    this.#bookActionsOfSecond(report);
  }

  /** Second by second. */
  get seconds(): readonly SoakSecond[] {
    const firstSecond = Math.ceil(this.#beganMs / SECOND_MS);
    return this.availability.seconds.map((second) => {
      const { playerSeconds, playedSeconds } = this.availability.played({ second });
      return {
        at: second - firstSecond,
        ...{ second, playerSeconds, playedSeconds },
        actionP95Ms: this.#actionP95Ms.get(second) ?? null,
        pausedMs: this.pauses.get(second) ?? 0,
      };
    });
  }

  /** How it goes, for people: in all, and in the last seconds. */
  progress(lastS: number): string {
    const newest = this.seconds.slice(-lastS);
    const sum = (of: 'playerSeconds' | 'playedSeconds') =>
      newest.reduce((total, second) => total + second[of], 0);
    const recently = availabilityOf({
      ...{ playerSeconds: sum('playerSeconds'), playedSeconds: sum('playedSeconds') },
      excusedSeconds: 0,
    });
    const p95Ms = Math.max(0, ...newest.map(({ actionP95Ms }) => actionP95Ms ?? 0));
    const pausedMs = Math.max(0, ...newest.map((second) => second.pausedMs));
    return [
      `${String(this.#newest?.playing ?? 0).padStart(4)} playing`,
      `available ${percent(availabilityOf(this.availability.played()))}`,
      `last ${lastS} s ${percent(recently)}`,
      `actions p95 ${p95Ms.toFixed(0)} ms`,
      `pause ${pausedMs.toFixed(0)} ms`,
    ].join('  ');
  }

  /** What was answered since the last report belongs, near enough, to the newest second that it settles. */
  #bookActionsOfSecond({ settled, actionsMs }: PlayersReport): void {
    const second = Math.max(...settled.flatMap(({ seconds }) => seconds.at(-1)?.second ?? 0));
    const answered = new LatencyHistogram();
    answered.addEncoded(actionsMs);
    if (answered.count === 0 || !Number.isFinite(second)) return;
    const known = this.#actionP95Ms.get(second) ?? 0;
    this.#actionP95Ms.set(second, Math.max(known, answered.quantiles().p95));
  }
}

/** A share in percent, with three digits behind the point: 99.9 is the target. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(3)} %`;
}
