import type { Explanation, Offer, RegionOutlook, WaitReason } from './explanation.ts';
import type { FoundGroup } from './group-search.ts';
import type { Finding, MatchFinder } from './match-finder.ts';
import { playersOf } from './rule-set.ts';
import { waitedMs } from './ticket.ts';
import type { WaitingTickets } from './waiting-tickets.ts';

interface Explaining {
  readonly waiting: WaitingTickets;
  readonly finder: MatchFinder;
}

/** Looks for the slot's match as a pass would, and says where it ends. Changes nothing. */
export function explainTicket(slot: number, nowMs: number, means: Explaining): Explanation {
  const { waiting, finder } = means;
  const ticket = waiting.table.ticketAt(slot);
  const regions = outlooks(slot, nowMs, waiting);
  const finding = finder.find(slot, nowMs);
  const { best } = finding;
  return {
    ticketId: ticket.ticketId,
    waitedMs: waitedMs(ticket, nowMs),
    reasons:
      best === null ? reasonsForNone(slot, nowMs, { waiting, regions }) : [reasonForPrice(finding)],
    regions,
    bestOffer: best === null ? null : offerOf(best, waiting),
  };
}

function outlooks(slot: number, nowMs: number, waiting: WaitingTickets): readonly RegionOutlook[] {
  const { table, lists } = waiting;
  const tried = waiting.regionsTried(slot, nowMs);
  const known = table.regionIds
    .map((_, rank) => rank)
    .filter((rank) => Number.isFinite(table.latencyTo(slot, table.regionAt(slot, rank))));
  return known.map((rank) => {
    const region = table.regionAt(slot, rank);
    const isAllowed = rank < (table.entered[slot] as number);
    const inReach = waiting.nearest(slot, region, waiting.skillDistance(slot, nowMs));
    const nearest = waiting.nearest(slot, region, Number.POSITIVE_INFINITY)[0];
    return {
      regionId: table.regionIds[region] as string,
      latencyMs: table.latencyTo(slot, region),
      capMs: table.capMs(slot, nowMs),
      isAllowed,
      allowedAtWaitMs: table.allowedAtWaitMs(slot, rank),
      isTried: rank < tried,
      tickets: (lists[region]?.size ?? 0) - Number(isAllowed),
      ticketsInReach: inReach.length,
      nearestDistance: nearest === undefined ? null : distanceBetween(slot, nearest, waiting),
    };
  });
}

/** Why there is no match at all, whatever it might cost. */
function reasonsForNone(
  slot: number,
  nowMs: number,
  {
    waiting,
    regions,
  }: { readonly waiting: WaitingTickets; readonly regions: readonly RegionOutlook[] },
): readonly WaitReason[] {
  const tried = regions.filter(({ isTried }) => isTried);
  if (tried.length === 0) {
    return [{ kind: 'no-region-within-cap', allowedAtWaitMs: regions[0]?.allowedAtWaitMs ?? null }];
  }
  const distances = tried.flatMap((region) => region.nearestDistance ?? []);
  if (distances.length === 0) return [{ kind: 'nobody-within-latency' }];
  const maxDistance = waiting.skillDistance(slot, nowMs);
  const nearestDistance = leastOf(distances);
  if (nearestDistance > maxDistance) {
    return [{ kind: 'skill-too-far', nearestDistance, maxDistance }];
  }
  return reasonsAmongCandidates(slot, maxDistance, waiting);
}

/** There are others within reach, but no match of them. */
function reasonsAmongCandidates(
  slot: number,
  maxDistance: number,
  waiting: WaitingTickets,
): readonly WaitReason[] {
  const { table, ruleSet, roles } = waiting;
  const near = waiting.nearest(slot, table.regionAt(slot, 0), maxDistance);
  const avoided = near.filter((other) => table.isConflict(slot, other));
  const reasons: WaitReason[] = [];
  if (avoided.length > 0) reasons.push({ kind: 'avoided', tickets: avoided.length });
  const candidates = [slot, ...near.filter((other) => !avoided.includes(other))];
  const players = candidates.reduce((sum, it) => sum + (table.size[it] as number), 0);
  const needed = playersOf(ruleSet.teams);
  if (players < needed) return [{ kind: 'too-few-players', players, needed }, ...reasons];
  if (roles !== null) {
    const missing = roles.names.filter((_, role) => {
      const wanted = (roles.places[role] ?? 0) * ruleSet.teams.count;
      const willing = candidates.flatMap((it) => table.roleMasks[it] ?? []);
      return willing.filter((mask) => (mask & (1 << role)) !== 0).length < wanted;
    });
    if (missing.length > 0) return [{ kind: 'roles-missing', roles: missing }, ...reasons];
  }
  return [...reasons, { kind: 'parties-do-not-fit' }];
}

function reasonForPrice(finding: Finding): WaitReason {
  if (finding.price <= finding.acceptedCost) return { kind: 'next-pass' };
  return {
    kind: 'cost-too-high',
    cost: finding.price,
    acceptedCost: finding.acceptedCost,
    acceptedAtWaitMs: Number.isFinite(finding.acceptedAtWaitMs) ? finding.acceptedAtWaitMs : null,
  };
}

function offerOf({ region, slots, cost, figures }: FoundGroup, { table }: WaitingTickets): Offer {
  return {
    regionId: table.regionIds[region] as string,
    ticketIds: slots.map((it) => table.ticketAt(it).ticketId),
    cost,
    ...figures,
  };
}

function distanceBetween(slot: number, other: number, { table }: WaitingTickets): number {
  return Math.abs((table.mu[slot] as number) - (table.mu[other] as number));
}

/** Of a list of any length. */
function leastOf(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
}
