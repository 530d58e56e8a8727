// What a soak breaks, and when: drawn from a seed, and bounded by what the target leaves.
//
//   ├─ warm-up ─┼─ fault ─ recovery ─┼─ some seconds ─┼─ fault ─ recovery ─┼ … ┼─ cool-down ─┤
//
// Faults never overlap: what is promised is that a world survives one of them, and has time to recover. Each costs its players what
// the specification promises at worst; all together may cost a share of the seconds that the target leaves, the rest is for what
// nobody ordered. Once that is spent, only those are drawn that cost nobody anything.

import { mulberry32 } from '../../scenarios/random.ts';

export const FAULT_KINDS = [
  'kill',
  'drain',
  'halt',
  'hang',
  'restart-redis',
  'cut-link',
  'black-hole',
  'slow-client',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** One fault as it is planned. */
export interface PlannedFault {
  readonly kind: FaultKind;
  /** Seconds from the beginning of the run. */
  readonly atS: number;
  /** How long it lasts; 0 for what is over at once. */
  readonly lengthS: number;
  readonly regionId: string;
  /** The other end of the link that is cut; null for every other fault. */
  readonly otherRegionId: string | null;
  /** Which node or player of the region, from 0 to 1, 1 excluded. */
  readonly pick: number;
}

/** A region as the plan knows it. */
export interface PlannedRegion {
  readonly regionId: string;
  /** Of all players. */
  readonly playerShare: number;
  readonly nodes: number;
}

export interface FaultPlanOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly regions: readonly PlannedRegion[];
  /** Share of player-seconds that must be played. */
  readonly availability: number;
}

interface FaultSpec {
  /** Shortest and longest, s. */
  readonly lengthS: readonly [number, number];
  /** Unplayed seconds of each player whom it concerns, at worst: what the specification promises, and the seconds that this begins and ends in. */
  readonly costS: number;
  readonly concerns: 'node' | 'region' | 'nobody';
}

/** Lengths stay below what the specification calls the loss of a region (EV-9), but for the one fault that is one. */
const SPECS: Readonly<Record<FaultKind, FaultSpec>> = {
  kill: { lengthS: [0, 0], costS: 2.5, concerns: 'node' },
  drain: { lengthS: [0, 0], costS: 1, concerns: 'node' },
  halt: { lengthS: [0.2, 0.8], costS: 2, concerns: 'node' },
  hang: { lengthS: [2, 4], costS: 4.5, concerns: 'node' },
  'restart-redis': { lengthS: [0.2, 1], costS: 0, concerns: 'nobody' },
  'cut-link': { lengthS: [1, 10], costS: 0, concerns: 'nobody' },
  'black-hole': { lengthS: [14, 20], costS: 8.5, concerns: 'region' },
  'slow-client': { lengthS: [3, 8], costS: 0, concerns: 'nobody' },
};
const FREE_KINDS = FAULT_KINDS.filter((kind) => SPECS[kind].costS === 0);

export const WARM_UP_S = 10;
export const COOL_DOWN_S = 20;
/** For players to be back, a node to be started in place of the lost one, and everything to be calm again. */
export const RECOVERY_S = 12;
/** Of what the target leaves, planned away. */
export const PLANNED_SHARE = 0.7;
/** Calm seconds between two faults, on average, besides the recovery. */
const CALM_S = 6;
const MEAN_LENGTH_S = 3;

/** The same options give the same plan, in the order of time. */
export function planFaults(options: FaultPlanOptions): readonly PlannedFault[] {
  const dice = mulberry32(options.seed);
  const slots = Math.floor(
    (options.seconds - WARM_UP_S - COOL_DOWN_S) / (RECOVERY_S + CALM_S + MEAN_LENGTH_S),
  );
  const drawn = drawFaults(options, Math.max(0, slots), dice);
  return placed(shuffled(drawn, dice), options.seconds, dice);
}

/** What a fault may cost, in unplayed seconds per player of the whole world. */
export function costOf(
  fault: Pick<PlannedFault, 'kind' | 'regionId'>,
  regions: readonly PlannedRegion[],
): number {
  const { costS, concerns } = SPECS[fault.kind];
  const region = regions.find(({ regionId }) => regionId === fault.regionId);
  if (region === undefined || concerns === 'nobody') return 0;
  return costS * region.playerShare * (concerns === 'region' ? 1 : 1 / region.nodes);
}

/** What all faults of a plan may cost together, in unplayed seconds per player. */
export function budgetOf({ seconds, availability }: FaultPlanOptions): number {
  return seconds * (1 - availability) * PLANNED_SHARE;
}

type Unplaced = Omit<PlannedFault, 'atS'>;

function drawFaults(options: FaultPlanOptions, slots: number, dice: () => number): Unplaced[] {
  const { regions } = options;
  const faults: Unplaced[] = [];
  let leftS = budgetOf(options);
  for (let slot = 0; slot < slots; slot++) {
    // A run without a lost node would show little: the first draw is one, where it can be afforded.
    const wanted = slot === 0 ? affordableKill(options, leftS, dice) : drawFault(regions, dice);
    const isOnce =
      wanted?.kind === 'black-hole' && faults.some(({ kind }) => kind === 'black-hole');
    const fits = wanted !== null && !isOnce && costOf(wanted, regions) <= leftS;
    const fault = fits ? wanted : drawFault(regions, dice, FREE_KINDS);
    leftS -= costOf(fault, regions);
    faults.push(fault);
  }
  return faults;
}

function affordableKill(
  { regions }: FaultPlanOptions,
  budgetS: number,
  dice: () => number,
): Unplaced | null {
  const affordable = regions.filter(
    ({ regionId }) => costOf({ kind: 'kill', regionId }, regions) <= budgetS,
  );
  return affordable.length === 0 ? null : drawFault(affordable, dice, ['kill']);
}

function drawFault(
  regions: readonly PlannedRegion[],
  dice: () => number,
  kinds: readonly FaultKind[] = FAULT_KINDS,
): Unplaced {
  const kind = kinds[Math.floor(dice() * kinds.length)] ?? 'slow-client';
  const at = Math.floor(dice() * regions.length);
  const regionId = regions[at]?.regionId ?? '';
  const other = (at + 1 + Math.floor(dice() * (regions.length - 1))) % regions.length;
  const [shortestS, longestS] = SPECS[kind].lengthS;
  return {
    kind,
    lengthS: tenths(shortestS + (longestS - shortestS) * dice()),
    regionId,
    otherRegionId: kind === 'cut-link' ? (regions[other]?.regionId ?? null) : null,
    pick: dice(),
  };
}

/** Gives each its second: what is left of the time is spread between them by chance. Those that do not fit are left out. */
function placed(
  faults: readonly Unplaced[],
  seconds: number,
  dice: () => number,
): readonly PlannedFault[] {
  const kept: Unplaced[] = [];
  let freeS = seconds - WARM_UP_S - COOL_DOWN_S;
  for (const fault of faults) {
    if (fault.lengthS + RECOVERY_S > freeS) continue;
    freeS -= fault.lengthS + RECOVERY_S;
    kept.push(fault);
  }
  const cuts = kept.map(() => dice() * freeS).toSorted((a, b) => a - b);
  let busyS = WARM_UP_S;
  return kept.map((fault, index) => {
    const atS = tenths(busyS + (cuts[index] ?? 0));
    busyS += fault.lengthS + RECOVERY_S;
    return { ...fault, atS };
  });
}

/** Fisher and Yates'. */
function shuffled<T>(items: readonly T[], dice: () => number): readonly T[] {
  const all = [...items];
  for (let last = all.length - 1; last > 0; last--) {
    const other = Math.floor(dice() * (last + 1));
    [all[last], all[other]] = [all[other] as T, all[last] as T];
  }
  return all;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
