import type { RandomSource } from '../model/random-source.ts';
import type { SimTicket } from '../model/sim-ticket.ts';

/** Who a contender put together, and where. */
export interface SimMatch {
  /** Place of the region in the world. */
  readonly region: number;
  readonly tickets: readonly SimTicket[];
  /** Null: split as well as can be, by the judge. */
  readonly teams: readonly [readonly SimTicket[], readonly SimTicket[]] | null;
  /** Chance that the first team wins, as the contender sees it. Absent: it makes no forecast, the judge's own is used. */
  readonly winProbability?: number;
}

/** What a pass decided. */
export interface PassResult {
  readonly matches: readonly SimMatch[];
  /** Tickets that the contender gave up. */
  readonly expired: readonly SimTicket[];
}

/** A way to make matches. Time is virtual: it only ever hears of it from its caller. */
export interface Contender {
  /** Between two passes. */
  readonly periodMs: number;
  add(ticket: SimTicket, nowMs: number): void;
  /** A region was lost or came back. Called before the first pass as well. */
  setOpenRegions(isOpen: readonly boolean[], nowMs: number): void;
  pass(nowMs: number): PassResult | Promise<PassResult>;
}

/** What every contender is made from. */
export interface ContenderSetup {
  readonly regions: readonly string[];
  readonly teamSize: number;
  /** For those that choose by chance. */
  readonly random: RandomSource;
}
