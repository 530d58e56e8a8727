// How far from the best that could be done? Only small sets can be asked, as everything is tried for them: 16 players of one
// region, 2v2. What a contender's matches cost is divided by the cheapest way to make as many matches of the same players.
//
//   evening:   they come within a second, nobody after them, and the contender takes its time, until the timeout. Waiting
//              costs nothing here, so who takes the first match that will do pays for it with the last.
//   snapshot:  they have come over half a minute, and it makes one pass: what its choice alone is worth.

import type { ContenderName } from './contenders/contenders.ts';
import { LARGEST_SMALL_SET, optimalCosts } from './judge/optimum.ts';
import { TicketMaker, USUAL_POPULATION } from './model/population.ts';
import { RandomSource } from './model/random-source.ts';
import type { TicketLog } from './model/ticket-log.ts';
import type { World } from './model/world.ts';
import { simulate } from './simulate.ts';

const TEAM_SIZE = 2;
/** The production rules' timeout. */
const EVENING_MS = 120_000;
const SNAPSHOT_MS = 30_000;
const WITHIN_MS = 1_000;

export type SetKind = 'evening' | 'snapshot';

/** Keeps these sets apart from the arrivals of the same seed. */
const SETS_STREAM = 0x2545f491;

export interface SmallSets {
  readonly contender: ContenderName;
  readonly kind: SetKind;
  /** Sets with at least one match. */
  readonly sets: number;
  /** Mean over the sets of cost / least cost; 1 is the optimum. */
  readonly costRatioMean: number;
  readonly matchedRatio: number;
}

/** A set and what it would cost at best, by the number of matches. */
export interface SmallSet {
  readonly kind: SetKind;
  readonly log: TicketLog;
  readonly optimum: readonly number[];
}

/** Draws `count` sets of a kind. */
export function drawSmallSets(
  world: World,
  kind: SetKind,
  { count, seed }: { readonly count: number; readonly seed: number },
): SmallSet[] {
  const random = new RandomSource(seed ^ SETS_STREAM);
  return Array.from({ length: count }, () => {
    const log = drawSmallSet(world, kind, random);
    return { kind, log, optimum: optimalCosts(log.tickets, TEAM_SIZE) };
  });
}

/** A contender's cost on all of them. */
export async function compareWithOptimum(
  contender: ContenderName,
  sets: readonly SmallSet[],
  seed: number,
): Promise<SmallSets> {
  const ratios: number[] = [];
  let matched = 0;
  for (const { kind, log, optimum } of sets) {
    const firstPassAtMs = kind === 'snapshot' ? SNAPSHOT_MS : 0;
    const options = { teamSize: TEAM_SIZE, seed, firstPassAtMs };
    const { metrics, totalCost } = await simulate(contender, log, options);
    matched += metrics.matchedRatio;
    if (metrics.matches > 0) ratios.push(totalCost / (optimum[metrics.matches] ?? Number.NaN));
  }
  return {
    contender,
    kind: sets[0]?.kind ?? 'evening',
    sets: ratios.length,
    costRatioMean: ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length,
    matchedRatio: matched / sets.length,
  };
}

function drawSmallSet(world: World, kind: SetKind, random: RandomSource): TicketLog {
  const alone = { ...USUAL_POPULATION, partyShares: [{ size: 1, share: 1 }] };
  const maker = new TicketMaker(world, alone, random);
  const home = random.pick(world.weights);
  const withinMs = kind === 'snapshot' ? SNAPSHOT_MS : WITHIN_MS;
  const tickets = Array.from({ length: LARGEST_SMALL_SET }, () =>
    maker.draw(random.uniform() * withinMs, home),
  );
  return {
    name: 'small-set',
    regions: world.regions,
    durationMs: kind === 'snapshot' ? SNAPSHOT_MS : EVENING_MS,
    outages: [],
    tickets: tickets.sort((a, b) => a.arrivedAtMs - b.arrivedAtMs),
  };
}
