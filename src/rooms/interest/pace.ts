import type { QualityLevel } from '../../protocol/quality.ts';

// How often a client is told of what he sees. What fits his budget is told with each flush; where it does not, the far things
// wait first, then the less important ones, then all:
//
//   step       0      1      2      3      4      5      6       7
//   near/mid/far, in flushes
//             1/1/1  1/2/4  1/4/8  2/4/8  2/8/8  4/8/C  8/C/C   C/C/C
//
// A class that is important is one step behind, a cosmetic one a step ahead, and a critical one takes no step at all. Each cadence
// is a multiple of the one before, but for C: the crowd's, which is as long as the fullest place of the room needs it to be.

/** What a game says of a class; see `InterestClass.importance`. */
export type Importance = 'critical' | 'important' | 'normal' | 'cosmetic';

/** A number for each, as they index tables. */
export const IMPORTANCES: readonly Importance[] = ['critical', 'important', 'normal', 'cosmetic'];

/** Cadences there are: by number, of 1, 2, 4 and 8 flushes, and the crowd's. */
export const CADENCES = 5;
export const CROWD = CADENCES - 1;
/** Of what is not told at all. */
export const NEVER = CADENCES;

export const EVERY_FLUSH = 0;

/** @param crowdFlushes - of the crowd's cadence */
export function flushesOf(cadence: number, crowdFlushes: number): number {
  return cadence === CROWD ? crowdFlushes : 1 << cadence;
}

/** Rings around one who looks, by number: near, mid and far. */
export const RINGS = 3;
export const NEAR = 0;
export const MID = 1;
export const FAR = 2;

/** By ring. */
export type Pace = readonly [near: number, mid: number, far: number];

/** By ring, in flushes. */
export interface Cadences {
  readonly near: number;
  readonly mid: number;
  readonly far: number;
}

const ROWS: readonly Pace[] = [
  [0, 0, 0],
  [0, 1, 2],
  [0, 2, 3],
  [1, 2, 3],
  [1, 3, 3],
  [2, 3, 4],
  [3, 4, 4],
  [4, 4, 4],
];
/** With the last of them, important things have come to the last row, too. */
export const STEPS = ROWS.length + 1;

const PACES: readonly (readonly Pace[])[] = IMPORTANCES.map((importance) =>
  Array.from({ length: STEPS }, (_, step) => ROWS[rowOf(importance, step)] as Pace),
);

function rowOf(importance: Importance, step: number): number {
  if (importance === 'critical' || step === 0) return 0;
  const shift = { important: -1, normal: 0, cosmetic: 1 }[importance];
  return Math.min(ROWS.length - 1, step + shift);
}

/** @param importance - by its number */
export function paceOf(importance: number, step: number): Pace {
  return (PACES[importance] as readonly Pace[])[step] as Pace;
}

/** The first step that a client of a level may have. */
const FIRST_STEPS: Readonly<Record<QualityLevel, number>> = [0, 2, 3, 6, 7];

export function firstStepOf(level: QualityLevel): number {
  return FIRST_STEPS[level];
}

/** Of its radius, what of a class is seen at each level; 0: nothing of it by its place. */
const SIGHT_SHARES: Readonly<Record<Importance, readonly number[]>> = {
  critical: [1, 1, 1, 1, 1],
  important: [1, 1, 0.8, 0.6, 0],
  normal: [1, 1, 0.8, 0, 0],
  cosmetic: [1, 1, 0, 0, 0],
};

export function sightShare(importance: Importance, level: QualityLevel): number {
  return SIGHT_SHARES[importance][level] as number;
}

/** Whether what is seen wherever it is, by all or by its team, is seen at this level. */
export function isShownFromAfar(importance: Importance, level: QualityLevel): boolean {
  return importance !== 'cosmetic' || level < 2;
}
