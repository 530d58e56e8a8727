// Which region a group plays in. Pure: what is known goes in, the choice comes out with its reason and the standing of every region.
//
//   open regions that every player has measured
//     within the cap of now ──none──▶ within the widest cap ──none──▶ the best there is, with a warning
//                                                                        └──none──▶ open ones that not all have measured, too
//   Of the first step that has any: the lowest score (region-score.ts), or the previous region unless that is clearly better.

import { LATENCY_CAPS, type LatencyCap, latencyCapMs, type RoomKind } from './latency-cap.ts';
import { CLOSED_LOAD_RATIO } from './region-report.ts';
import { type PlayerLatency, type RegionScore, scoreRegion } from './region-score.ts';

/** Whether rooms may be placed in a region, and if not, why. */
export type RegionStatus =
  | 'open'
  /** Nine tenths of it are taken. */
  | 'full'
  /** No node of it takes rooms. */
  | 'closed'
  /** Nothing was heard of it lately. */
  | 'unreachable'
  /** It has just failed to make a room in time. */
  | 'suspect';

export interface RegionCandidate {
  readonly regionId: string;
  readonly status: RegionStatus;
  /** 0–1 */
  readonly loadRatio: number;
  /** Steps above the cheapest region. */
  readonly priceClass: number;
}

/** A player's latency to one of the regions. */
export interface RegionLatency extends PlayerLatency {
  readonly regionId: string;
}

export interface GroupMember {
  /** Each region at most once; regions that are no candidates are ignored. */
  readonly latencies: readonly RegionLatency[];
}

export interface SelectRegionRequest {
  /** Everybody who will play together, in any order. Figures have been checked (`parseLatencies`). */
  readonly players: readonly GroupMember[];
  /** In any order. */
  readonly regions: readonly RegionCandidate[];
  readonly room: RoomKind | LatencyCap;
  /** How long the one who waits longest has waited, ms. */
  readonly waitedMs?: number;
  /** Where the group was placed before, if it was: it stays unless another region is clearly better. */
  readonly previousRegionId?: string | null;
}

/** Why this region. Those from `over-cap` on come with a warning for the players. */
export type ChoiceReason =
  /** The lowest score of all. */
  | 'best'
  /** Another one is a little better, not enough to move. */
  | 'kept'
  /** A better one is full or down: see `insteadOf`. */
  | 'spilled'
  /** None within the cap of now; this one is within the widest. */
  | 'cap-widened'
  /** None within any cap. */
  | 'over-cap'
  /** No open region has been measured by all players. */
  | 'not-measured';

/** How a region stands in the choice; anything but the first two says why it was refused. */
export type RegionVerdict =
  | 'chosen'
  | 'possible'
  | 'beyond-cap'
  | 'not-measured'
  | Exclude<RegionStatus, 'open'>;

export interface RegionStanding {
  readonly regionId: string;
  readonly verdict: RegionVerdict;
  /** Players without a figure for it. */
  readonly unmeasuredPlayers: number;
  /** 0–1 */
  readonly loadRatio: number;
  /** Of the players who have a figure; null when none has. */
  readonly score: RegionScore | null;
}

interface Considered {
  /** The cap of now, RTT in ms. */
  readonly capMs: number;
  /** Every region, the best first. */
  readonly ranking: readonly RegionStanding[];
}

export type RegionChoice =
  | ({
      readonly kind: 'chosen';
      readonly regionId: string;
      readonly reason: ChoiceReason;
      /** The better region that takes nobody now; null unless there is one. */
      readonly insteadOf: string | null;
      /** Latency of the worst player, ms; null when nobody has measured it. */
      readonly maxRttMs: number | null;
      readonly hasWarning: boolean;
    } & Considered)
  /** No region is open. */
  | ({ readonly kind: 'none' } & Considered);

/** The previous region is kept unless another one is better by more than the larger of the two. */
const KEPT_WITHIN_MS = 10;
const KEPT_WITHIN_RATIO = 0.1;

/** The region that is fair to the whole group. Neither the order of players nor that of regions makes a difference. */
export function selectRegion(request: SelectRegionRequest): RegionChoice {
  const { room, waitedMs = 0, previousRegionId = null } = request;
  const cap = typeof room === 'string' ? LATENCY_CAPS[room] : room;
  const capMs = latencyCapMs(cap, waitedMs);
  const standings = standingsOf(request, capMs);
  const step = firstStep(standings, { capMs, mostMs: Math.max(capMs, cap.mostMs) });
  if (step === null) return { kind: 'none', capMs, ranking: standings.sort(byRank) };
  const best = step.standings.toSorted(byScore)[0] as RegionStanding;
  const previous = step.standings.find(({ regionId }) => regionId === previousRegionId);
  const isKept = previous !== undefined && previous !== best && !isClearlyBetter(best, previous);
  const chosen = isKept ? previous : best;
  const insteadOf = step.reason === 'best' ? betterButShut(standings, chosen, capMs) : null;
  return {
    kind: 'chosen',
    regionId: chosen.regionId,
    reason: step.reason === 'best' ? reasonWithinCap(isKept, insteadOf) : step.reason,
    insteadOf,
    maxRttMs: chosen.score?.maxRttMs ?? null,
    hasWarning: step.reason === 'over-cap' || step.reason === 'not-measured',
    capMs,
    ranking: standings
      .map((each) => (each === chosen ? { ...each, verdict: 'chosen' as const } : each))
      .sort(byRank),
  };
}

function standingsOf({ players, regions }: SelectRegionRequest, capMs: number): RegionStanding[] {
  const byPlayer = players.map(
    ({ latencies }) => new Map(latencies.map((latency) => [latency.regionId, latency])),
  );
  return regions.map((region) => {
    const { regionId, loadRatio } = region;
    const measured = byPlayer.flatMap((latencies) => latencies.get(regionId) ?? []);
    const unmeasuredPlayers = players.length - measured.length;
    const isUnknown = measured.length === 0 && players.length > 0;
    const score = isUnknown ? null : scoreRegion(measured, region);
    const verdict = verdictOf(region, unmeasuredPlayers, score, capMs);
    return { regionId, unmeasuredPlayers, loadRatio, score, verdict };
  });
}

function verdictOf(
  { status, loadRatio }: RegionCandidate,
  unmeasuredPlayers: number,
  score: RegionScore | null,
  capMs: number,
): RegionVerdict {
  if (status !== 'open') return status;
  // Not `>=`: a load that is no number closes the region as well.
  if (!(loadRatio < CLOSED_LOAD_RATIO)) return 'full';
  if (unmeasuredPlayers > 0 || score === null) return 'not-measured';
  return score.maxRttMs <= capMs ? 'possible' : 'beyond-cap';
}

interface Step {
  readonly reason: 'best' | 'cap-widened' | 'over-cap' | 'not-measured';
  /** Never empty. */
  readonly standings: readonly RegionStanding[];
}

/** The narrowest step of the chain that has a region; null when none is open. */
function firstStep(
  standings: readonly RegionStanding[],
  { capMs, mostMs }: { readonly capMs: number; readonly mostMs: number },
): Step | null {
  const measured = standings.filter(({ verdict }) => ['possible', 'beyond-cap'].includes(verdict));
  const within = (boundMs: number) =>
    measured.filter(({ score }) => (score?.maxRttMs ?? Number.POSITIVE_INFINITY) <= boundMs);
  const unmeasured = standings.filter(({ verdict }) => verdict === 'not-measured');
  const fewest = Math.min(...unmeasured.map(({ unmeasuredPlayers }) => unmeasuredPlayers));
  const steps: readonly Step[] = [
    { reason: 'best', standings: within(capMs) },
    { reason: 'cap-widened', standings: within(mostMs) },
    { reason: 'over-cap', standings: measured },
    {
      reason: 'not-measured',
      standings: unmeasured.filter(({ unmeasuredPlayers }) => unmeasuredPlayers === fewest),
    },
  ];
  return steps.find((step) => step.standings.length > 0) ?? null;
}

function isClearlyBetter(best: RegionStanding, previous: RegionStanding): boolean {
  const previousMs = scoreMsOf(previous);
  const marginMs = Math.max(KEPT_WITHIN_MS, previousMs * KEPT_WITHIN_RATIO);
  return previousMs - scoreMsOf(best) > marginMs;
}

function reasonWithinCap(isKept: boolean, insteadOf: string | null): ChoiceReason {
  if (isKept) return 'kept';
  return insteadOf === null ? 'best' : 'spilled';
}

/** The best region that all could play in and that is nearer than the chosen one, but takes nobody. Its load is why, so it does not count. */
function betterButShut(
  standings: readonly RegionStanding[],
  chosen: RegionStanding,
  capMs: number,
): string | null {
  const chosenMs = unloadedMs(chosen);
  const better = standings.filter(
    ({ verdict, unmeasuredPlayers, score }) =>
      ['full', 'closed', 'unreachable', 'suspect'].includes(verdict) &&
      unmeasuredPlayers === 0 &&
      score !== null &&
      score.maxRttMs <= capMs &&
      score.scoreMs - score.loadMs < chosenMs,
  );
  return better.sort((a, b) => unloadedMs(a) - unloadedMs(b) || byId(a, b))[0]?.regionId ?? null;
}

function unloadedMs({ score }: RegionStanding): number {
  return score === null ? Number.POSITIVE_INFINITY : score.scoreMs - score.loadMs;
}

/** A region nobody has measured may be the worst of all. */
function scoreMsOf({ score }: RegionStanding): number {
  return score?.scoreMs ?? Number.MAX_VALUE;
}

function byScore(a: RegionStanding, b: RegionStanding): number {
  return scoreMsOf(a) - scoreMsOf(b) || a.loadRatio - b.loadRatio || byId(a, b);
}

const VERDICTS: readonly RegionVerdict[] = [
  'chosen',
  'possible',
  'beyond-cap',
  'not-measured',
  'full',
  'suspect',
  'closed',
  'unreachable',
];

function byRank(a: RegionStanding, b: RegionStanding): number {
  return VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict) || byScore(a, b);
}

/** Not by locale: all nodes agree. */
function byId(a: RegionStanding, b: RegionStanding): number {
  if (a.regionId === b.regionId) return 0;
  return a.regionId < b.regionId ? -1 : 1;
}
