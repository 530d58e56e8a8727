import type { NeighbourWalk } from './sorted-slots.ts';

export interface Reach {
  /** Skill of each slot, rating points. */
  readonly mu: Float64Array;
  /** Where the walk has started. */
  readonly around: number;
  /** How far it goes, rating points. */
  readonly distance: number;
}

/** Goes on with the nearer of both sides, down when they are alike. @returns the slot; -1: nobody is left within reach */
export function nextNearest(walk: NeighbourWalk, { mu, around, distance }: Reach): number {
  const down = walk.below < 0 ? Number.POSITIVE_INFINITY : around - (mu[walk.below] as number);
  const up = walk.above < 0 ? Number.POSITIVE_INFINITY : (mu[walk.above] as number) - around;
  const isDown = down <= up;
  const slot = isDown ? walk.below : walk.above;
  if (slot < 0 || (isDown ? down : up) > distance) return -1;
  if (isDown) walk.goDown();
  else walk.goUp();
  return slot;
}
