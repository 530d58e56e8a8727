// The state of the chaos rooms, made so that a bot sees from it whether a promise was broken.

import { schema, t } from 'meridian/schema';

export const ChaosPlayer = schema(
  {
    /** Number of the newest `add`; clients count theirs from 1. */
    added: t.uint32().default(0),
    /** The same of inputs. */
    moved: t.uint32().default(0),
    /** Adds and inputs that came again, and how many were left out before one that came. */
    repeats: t.uint32().default(0),
    addsSkipped: t.uint32().default(0),
    inputsSkipped: t.uint32().default(0),
    /** Drawn when the player joined; nobody else may see it. */
    secret: t.uint32().default(0).view(),
  },
  'ChaosPlayer',
);

export const ChaosState = schema(
  {
    /** Steps since the room was made. */
    tick: t.uint32().default(0),
    /** The room's clock at that step, and the machine's (`machineNowMs`): what they differ by must not change. */
    clockMs: t.float64().default(0),
    actedAtMs: t.float64().default(0),
    /** Process that made the step. */
    pid: t.uint32().default(0),
    /** How often the room was brought back or moved. */
    lives: t.uint32().default(0),
    /** `tick` as it was found when this life began. */
    restoredTick: t.uint32().default(0),
    /** What `onRestore` was given, which is no state: `tick` at the last checkpoint. */
    hiddenTick: t.uint32().default(0),
    /** Seconds of the room's clock, counted by a timer. */
    alarms: t.uint32().default(0),
    /** Whoever loads the room now dies of it. */
    isPoisoned: t.boolean().default(false),
    players: t.map(ChaosPlayer),
  },
  'ChaosState',
);

export const ChaosInput = schema({ number: t.uint32().default(0) }, 'ChaosInput');

/** At 20 a thousand bots and their nodes fill two cores, and pauses are those of the machine's queue. */
export const STEP_HZ = 10;
export const ALARM_EVERY_MS = 1_000;
/** How long a dropped player's seat is held. */
export const SEAT_KEPT_S = 30;

/**
 * Orders that break something do it this much later: by then the order itself is in the journal and acknowledged. What is not
 * is sent again by its client, wherever the room comes back.
 */
export const ORDER_SETTLES_MS = 300;

/** What bots may ask of a room: `room.send('misbehave', …)`. */
export type Misbehaviour =
  /** Each step throws, until the room is made anew from its journal. */
  | { readonly kind: 'throw' }
  /** Blocks the node's event loop. */
  | { readonly kind: 'block'; readonly ms: number }
  /** Ends the process at once: this order is never acknowledged, and sent again and again. */
  | { readonly kind: 'crash' }
  /** Ends the process of whoever loads the room from now on. */
  | { readonly kind: 'poison' };
