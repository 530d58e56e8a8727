import type { RuleSet } from './rule-set.ts';

/** How dear a match may be, by the wait of its oldest ticket. */
export interface Acceptance {
  /** Accepted at once, points. */
  readonly startCost: number;
  /** Added per second of wait, points. */
  readonly perSecond: number;
}

/** Patience ends: from here on the accepted cost grows faster. Later, and the strongest and weakest wait too long for each other. */
const HURRY_AFTER_S = 10;
const HURRY_PER_SECOND = 20;

const STRICT: Acceptance = { startCost: 60, perSecond: 16 };
const BALANCED: Acceptance = { startCost: 150, perSecond: 20 };
const FAST: Acceptance = { startCost: 300, perSecond: 40 };

/** What a position of the slider accepts; between the three that have names, in proportion. */
export function acceptanceOf(quality: RuleSet['quality']): Acceptance {
  switch (quality) {
    case 'strict':
      return STRICT;
    case 'balanced':
      return BALANCED;
    case 'fast':
      return FAST;
    default:
      return quality <= 0.5
        ? between(STRICT, BALANCED, quality * 2)
        : between(BALANCED, FAST, quality * 2 - 1);
  }
}

/** The cost that is accepted after a wait of `waitMs`. */
export function acceptedCost({ startCost, perSecond }: Acceptance, waitMs: number): number {
  const waitS = waitMs / 1_000;
  return startCost + perSecond * waitS + HURRY_PER_SECOND * Math.max(0, waitS - HURRY_AFTER_S);
}

/** The wait at which `cost` is accepted, ms; `Infinity` for what never is. */
export function acceptedAtWaitMs({ startCost, perSecond }: Acceptance, cost: number): number {
  if (cost <= startCost) return 0;
  const calmS = (cost - startCost) / perSecond;
  if (calmS <= HURRY_AFTER_S) return calmS * 1_000;
  const left = cost - startCost - perSecond * HURRY_AFTER_S;
  return (HURRY_AFTER_S + left / (perSecond + HURRY_PER_SECOND)) * 1_000;
}

function between(from: Acceptance, to: Acceptance, share: number): Acceptance {
  const mix = (a: number, b: number) => a + (b - a) * share;
  return {
    startCost: mix(from.startCost, to.startCost),
    perSecond: mix(from.perSecond, to.perSecond),
  };
}
