// What the soak and its players' process tell each other: JSON lines (machine/line-process.ts).
//
//   soak ─▶ players: a PlayerOrder as JSON; `quit`
//   players ─▶ soak: PlayerReports; one a second

import type { PlayerSecond } from '../accounting/player-account.ts';
import type { RoomEnding, Stranded } from '../accounting/room-fates.ts';
import type { PlannedPlayer } from '../population.ts';

export type PlayerOrder =
  /** They come a few at a time, and play on until they are stopped. */
  | {
      readonly kind: 'begin';
      readonly players: readonly PlannedPlayer[];
      /** Where players at home in each place find their region: `host:port` by place. */
      readonly doors: Readonly<Record<string, string>>;
      readonly seed: number;
      readonly comePerSecond: number;
    }
  /** The link of one player stalls for a while. */
  | { readonly kind: 'stall'; readonly player: number; readonly forMs: number }
  /** Say who is stranded, leave, say `stopped`. */
  | { readonly kind: 'stop' };

/** Seconds of one player that are settled. */
export interface SettledSeconds {
  readonly player: number;
  readonly home: string;
  readonly regionId: string;
  readonly seconds: readonly PlayerSecond[];
}

/** Somebody wanted in, and was told no, or nothing. */
export interface FailedJoin {
  readonly player: number;
  readonly via: 'door' | 'queue' | 'seat';
  readonly code: string;
  readonly atMs: number;
}

export interface PlayersReport {
  readonly kind: 'players';
  readonly settled: readonly SettledSeconds[];
  readonly endings: readonly RoomEnding[];
  readonly failedJoins: readonly FailedJoin[];
  /** Seats taken since the last report: by joining, and by the queue. */
  readonly joined: { readonly door: number; readonly queue: number };
  /** Rooms seen since the last report, and when. */
  readonly seenMs: Readonly<Record<string, number>>;
  /** What actions took, and tickets waited, since the last report: HDR histograms, base64. */
  readonly actionsMs: string;
  readonly waitsMs: string;
  readonly playing: number;
  /** Those who have a seat, or look for theirs. */
  readonly roomless: number;
  /** Longest pause of the players' own process since the last report, ms. */
  readonly pausedMs: number;
}

export type PlayerReport =
  | PlayersReport
  | { readonly kind: 'stopped'; readonly stranded: readonly Stranded[] };
