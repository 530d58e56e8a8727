// What a world and the process of its bots tell each other: JSON lines (machine/line-process.ts).
//
//   world ─▶ bots: how many shall play, where they may; `quit`
//   bots ─▶ world: once a second how many play, and where

import type { WorldRoute } from '../../../src/protocol/admin.ts';

/** A region as bots know it. */
export interface BotRegion {
  readonly regionId: string;
  /** Whether players would be sent there. */
  readonly isOpen: boolean;
  readonly isBlackHole: boolean;
  /** Of its running nodes. */
  readonly ports: readonly number[];
}

/** The whole order each time: what came before does not matter. */
export interface BotOrder {
  readonly wanted: number;
  readonly regions: readonly BotRegion[];
}

export interface BotReport {
  readonly playing: number;
  readonly searching: number;
  readonly routes: readonly WorldRoute[];
}
