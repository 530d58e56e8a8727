// The rules of the arena in numbers. Room, browser and bots read the same ones; changing a rule is changing it here.

/** Fixed simulation rate. One input is one step. */
export const STEP_RATE_HZ = 30;
export const STEP_SECONDS = 1 / STEP_RATE_HZ;

/** Radius of a fighter, in world units. */
export const FIGHTER_RADIUS = 20;
export const FULL_HEALTH = 100;

/** Walking speed, units per second. */
export const WALK_SPEED = 290;
/** Speed while the haste pickup lasts. */
export const HASTE_SPEED = 400;
/** Speed while a dash lasts. Nothing in the game moves a fighter faster. */
export const DASH_SPEED = 920;
/** How long a dash lasts, in steps. */
export const DASH_ACTIVE_STEPS = 5;
/** From the start of a dash to the next one, in steps (2 s). */
export const DASH_CYCLE_STEPS = 60;

/** Steps between two shots while the trigger is held (6 per second). */
export const SHOT_INTERVAL_STEPS = 5;

/** What depends on how often a room steps. */
export interface Tempo {
  readonly stepRateHz: number;
  readonly stepSeconds: number;
  /** How long a dash lasts, and from the start of one to the next. */
  readonly dashActiveSteps: number;
  readonly dashCycleSteps: number;
  /** Between two shots while the trigger is held. */
  readonly shotIntervalSteps: number;
}

export const ARENA_TEMPO: Tempo = {
  stepRateHz: STEP_RATE_HZ,
  stepSeconds: STEP_SECONDS,
  dashActiveSteps: DASH_ACTIVE_STEPS,
  dashCycleSteps: DASH_CYCLE_STEPS,
  shotIntervalSteps: SHOT_INTERVAL_STEPS,
};

/** Reach of a shot, in units. */
export const SHOT_RANGE = 760;
export const SHOT_DAMAGE = 17;
/** Angle between the rays of the triple shot, in radians. */
export const TRIPLE_SPREAD = 0.13;
/** Distance from the fighter's centre to the muzzle, in units. */
export const MUZZLE_OFFSET = 24;
/** How far into the past a shot may be judged: what the shooter saw, 250 ms late at most, and his way there and back. */
export const MAX_REWIND_MS = 500;

export const RESPAWN_MS = 2_000;
/** Protection after a spawn; the first own shot ends it. */
export const SPAWN_SHIELD_MS = 1_500;

export const HEALTH_PICKUP_POINTS = 50;
export const HASTE_MS = 7_000;
export const TRIPLE_MS = 8_000;
/** Distance between centres at which a pickup is taken, in units. */
export const PICKUP_REACH = 38;

/** Kills that end a match. */
export const KILLS_TO_WIN = 25;
export const MATCH_MS = 5 * 60_000;
export const RESULTS_MS = 8_000;

/** The queue of squads, two teams of two, as `demos/game.ts` names it. */
export const SQUAD_QUEUE = 'squads';
export const SQUAD_SIZE = 2;
/** Kills of one fighter that end a match of squads. */
export const SQUAD_KILLS_TO_WIN = 10;

/** A seat is held this long for a player whose connection dropped. */
export const RECONNECT_SECONDS = 30;
export const MAX_FIGHTERS = 60;
/** Bots fill the arena up to this many fighters unless the room is created otherwise. */
export const DEFAULT_FILL = 8;

/** Bits of `MoveInput.buttons`. */
export const BUTTON = { fire: 1, dash: 2 } as const;

/** What a fighter may do right now. */
export const STANCE = { dead: 0, fighting: 1, frozen: 2 } as const;

/** Bits of `Fighter.effects`. */
export const EFFECT = { haste: 1, triple: 2, shield: 4 } as const;

export const PICKUP_KIND = { health: 0, haste: 1, triple: 2 } as const;
export type PickupKind = (typeof PICKUP_KIND)[keyof typeof PICKUP_KIND];

/** After a pickup is taken it returns after this time, by `PICKUP_KIND`. */
export const PICKUP_RETURN_MS: Readonly<Record<PickupKind, number>> = {
  [PICKUP_KIND.health]: 12_000,
  [PICKUP_KIND.haste]: 18_000,
  [PICKUP_KIND.triple]: 24_000,
};

export const MATCH_PHASE = { playing: 0, results: 1 } as const;
