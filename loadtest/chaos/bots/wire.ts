// What the conductor and its bot workers tell each other: JSON lines (machine/line-process.ts).
//
//   conductor ─▶ worker: a BotOrder as JSON · quit
//   worker ─▶ conductor: BotReports; `tally` four times a second

import type { Misbehaviour } from '../chaos-state.ts';
import type { BotKind, Stay } from '../evidence/stay.ts';

/** One bot that shall join. */
export interface BotPlan {
  readonly index: number;
  readonly kind: BotKind;
  readonly roomName: string;
  /** Bots of one group share a room. */
  readonly group: string;
  /** Seats of the room, so that it is full with its group. */
  readonly seats: number;
  /** The region's address, `host:port`. */
  readonly frontDoor: string;
}

export type BotOrder =
  | { readonly kind: 'join'; readonly plans: readonly BotPlan[]; readonly joinsAtOnce: number }
  | { readonly kind: 'misbehave'; readonly bot: number; readonly how: Misbehaviour }
  /** Stop counting; what is under way still arrives. */
  | { readonly kind: 'hush' }
  /** Hand over the stays that go on, then say `reported`. */
  | { readonly kind: 'report' }
  /** Leave on purpose, then say `left`. */
  | { readonly kind: 'leave' };

export interface BotTally {
  readonly atMs: number;
  /** Bots by where they stand. */
  readonly seated: number;
  readonly searching: number;
  readonly ended: number;
  /** States received since the last tally. */
  readonly states: number;
  readonly worstLateMs: number;
}

export type BotReport =
  | ({ readonly kind: 'tally' } & BotTally)
  | {
      readonly kind: 'joined';
      readonly bot: number;
      readonly roomId: string;
      readonly sessionId: string;
      readonly tookMs: number;
    }
  | {
      readonly kind: 'join-failed';
      readonly bot: number;
      readonly reason: string;
      readonly tookMs: number;
    }
  | { readonly kind: 'join-done' }
  | { readonly kind: 'stay'; readonly stay: Stay }
  | { readonly kind: 'ended'; readonly ending: Ending }
  | { readonly kind: 'reported' }
  | { readonly kind: 'left' };

/** A bot that lost its seat for good. */
export interface Ending {
  readonly bot: number;
  readonly roomId: string;
  readonly roomName: string;
  readonly atMs: number;
  /** When the last state arrived. */
  readonly lastStateAtMs: number;
  readonly reason: string;
}
