import type { Tempo } from '../rules.ts';

// What is different where two armies of hundreds meet. Everything else is of the arena's rules.

/** Fighters of a battle: people, and bots for the rest. */
export const CROWD_SIZE = 1_000;
/** A battle for tests: it has the same map, and stays near its middle. */
export const LEAST_CROWD_SIZE = 20;

/** Fewer steps a second than in the arena: every step moves a thousand. */
const STEP_RATE_HZ = 20;

export const CROWD_TEMPO: Tempo = {
  stepRateHz: STEP_RATE_HZ,
  stepSeconds: 1 / STEP_RATE_HZ,
  dashActiveSteps: 3,
  dashCycleSteps: 40,
  shotIntervalSteps: 4,
};

/**
 * Whoever is nearer than this is always sent, in units. A screen shows up to 750 to each side of its middle, and a shot
 * flies 760.
 */
export const SIGHT_RADIUS = 800;

/** Kills of an army that end a battle, per fighter in it. */
export const KILLS_TO_WIN_PER_FIGHTER = 2;

/** The armies, as `Fighter.team` says them. */
export const ARMY = { west: 1, east: 2 } as const;

/** Places of the board; everybody else only knows his rank. */
export const BOARD_PLACES = 10;
/** How often the summary of the battle is made anew: once a second is enough for a map, and costs each player 1 kB. */
export const SUMMARY_EVERY_STEPS = STEP_RATE_HZ;
