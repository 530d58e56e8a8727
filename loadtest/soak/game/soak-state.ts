// The state of the soak's rooms: what a player needs to see how old it is, and whether his actions have arrived.

import { schema, t } from 'meridian/schema';

export const SoakPlayer = schema(
  {
    /** Number of his newest action that took effect; players count theirs from 1. */
    acted: t.uint32().default(0),
  },
  'SoakPlayer',
);

export const SoakState = schema(
  {
    /** When this state was made, by the machine's clock at the node (`machineNowMs`). */
    madeAtMs: t.float64().default(0),
    /** How often the room was brought back or moved. */
    lives: t.uint32().default(0),
    players: t.map(SoakPlayer),
  },
  'SoakState',
);

export const SoakInput = schema({ number: t.uint32().default(0) }, 'SoakInput');

/** A third of the arena's own rate: five regions share a machine, and pauses must not be those of its queue. */
export const STEP_HZ = 10;
/** Seats of a room that anybody joins. */
export const LOUNGE_SEATS = 4;
/** Seats of a room that the queue makes. */
export const MATCH_SEATS = 2;
export const QUEUE = 'soak';
