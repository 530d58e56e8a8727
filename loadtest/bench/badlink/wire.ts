// What the runner, the servers and the players tell each other: one JSON object per line on stdout, marked with `@`; one command per
// line on stdin.
//
//   runner ─▶ server:   start · stop · memory · quit
//   runner ─▶ players:  start · healed · stop · judge <timeline> · quit

import type { Summary } from '../../statistics/summary.ts';

export const CONTENDERS = ['meridian', 'colyseus'] as const;
export type Contender = (typeof CONTENDERS)[number];

/** When each step of the game happened. */
export interface Timeline {
  /** Number of the first step noted. */
  readonly firstStep: number;
  /** The room's clock at each step, ms: what patches are stamped with. */
  readonly roomMs: readonly number[];
  /** The machine's clock minus the room's, ms; median over the steps. */
  readonly machineAheadMs: number;
}

export type ServerReport =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'started' }
  | ({ readonly kind: 'window' } & ServerWindow)
  | ({ readonly kind: 'memory' } & ServerMemory);

/** What a server saw between `start` and `stop`. */
export interface ServerWindow {
  readonly timeline: Timeline;
  readonly tickMs: Summary;
  /** Steps × players, and how many of them found no input. */
  readonly playerSteps: number;
  readonly starvedSteps: number;
  /** At each step: what waits in this process for the client that has most waiting, bytes. */
  readonly backlog: BacklogSeries;
  /** Connections that were lost or ended. */
  readonly drops: readonly { readonly machineMs: number; readonly code: number }[];
}

export interface BacklogSeries {
  readonly machineMs: readonly number[];
  readonly bytes: readonly number[];
}

export interface ServerMemory {
  readonly rssBytes: number;
  /** In use after a collection, in the JavaScript heap and outside of it, where buffers are. */
  readonly usedBytes: number;
}

/** How the players are started: JSON in their first argument. */
export interface PlayersSetup {
  readonly contender: Contender;
  /** One player each. */
  readonly endpoints: readonly string[];
  readonly movers: number;
  readonly seed: number;
}

export type PlayersReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'started' }
  | { readonly kind: 'stopped' }
  | ({ readonly kind: 'judged' } & PlayersJudgement);

/** What the players saw between `start` and `stop`, of all of them together. */
export interface PlayersJudgement {
  readonly frames: number;
  /** Share of drawn movers that lie after the newest sample of them, and how often a minute that begins. */
  readonly stalledRatio: number;
  readonly stallsPerMinute: number;
  /** Share of drawn movers that stand still though they move. */
  readonly frozenRatio: number;
  /** From where a mover was at the moment that is drawn, px. */
  readonly drawnErrorPx: Summary;
  /** How far in the past others are drawn, beyond the quickest way of a patch, ms. */
  readonly delayMs: Summary;
  /** How much faster or slower than real time others move, as a share. */
  readonly rateDeviation: Summary;
  /** Corrections of the own figure by the server, px; 0 where it was predicted right. */
  readonly correctionPx: Summary;
  readonly mispredictedRatio: number;
  /** Of an event that the server tells at once: there to here, ms. */
  readonly eventMs: Summary;
  /** The machine's part: how late frames were drawn, ms. */
  readonly frameLateMs: Summary;
  /** Of each player: the link is back → others are drawn from fresh samples, and his own inputs have an effect, ms. */
  readonly resumedAfterMs: readonly (number | null)[];
  /** Of the first player: the one whose link is made worse. */
  readonly first: FirstPlayer;
  /** Between two patches of the others, ms. */
  readonly othersPatchGapMs: Summary;
}

export interface FirstPlayer {
  /** Of each event that the server told him at once: there to here, ms. */
  readonly eventsMs: readonly number[];
  readonly patchesPerS: number;
  /** Every change of the quality that he was told, and that at the beginning; by the machine's clock. */
  readonly levels: readonly { readonly machineMs: number; readonly level: number }[];
  /** Every 100 ms: for pictures. */
  readonly series: JudgedSeries;
}

export interface JudgedSeries {
  readonly everyMs: number;
  readonly worstErrorPx: readonly (number | null)[];
  readonly delayMs: readonly (number | null)[];
}
