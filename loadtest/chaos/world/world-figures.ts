import type { Verdict } from '../judges/invariants.ts';
import { lossesOf } from '../judges/state-survives.ts';
import { longestMatchGapMs, lostRegions } from './judges/matching-goes-on.ts';
import { doubleSteppers } from './judges/one-stepper.ts';
import { lossOf, percentileOf, recoveriesMs } from './judges/rooms-resume.ts';
import { lostTickets } from './judges/tickets-end.ts';
import { twiceMatched } from './judges/tickets-once.ts';
import { PLAYERS_OF_A_MATCH } from './queue.ts';
import type { WorldEvidence } from './world-evidence.ts';

/** What a run over five regions measured, besides its verdicts. */
export function worldFigures(
  evidence: WorldEvidence,
  verdicts: readonly Verdict[],
): Record<string, number> {
  const figures = {
    broken_invariants: verdicts.filter(({ breaches }) => breaches.length > 0).length,
    ways_stood_still_ms: evidence.waysStoodStillMs,
    breaches: verdicts.reduce((sum, { breaches }) => sum + breaches.length, 0),
    ...ticketFigures(evidence),
    ...roomFigures(evidence),
  };
  return Object.fromEntries(
    Object.entries(figures)
      .filter(([, value]) => Number.isFinite(value))
      .map(([name, value]) => [name, Math.round(value * 100) / 100]),
  );
}

function ticketFigures(evidence: WorldEvidence): Record<string, number> {
  const { trips, histories, refusals, testimony, troubles } = evidence;
  const lost = lostRegions(troubles);
  const ended = (kind: string) => trips.filter(({ end }) => end?.kind === kind);
  const matched = ended('matched');
  const waitsMs = (of: typeof trips) =>
    of.map(({ enteredAtMs, end }) => (end?.atMs ?? enteredAtMs) - enteredAtMs);
  const elsewhere = matched.filter(({ home }) => !lost.has(home));
  const matches = [...Map.groupBy(histories.flatMap(placements), ({ matchId }) => matchId)];
  const acrossRegions = matches.filter(
    ([, tickets]) => new Set(tickets.map(({ home }) => home)).size > 1,
  );
  return {
    tickets: trips.length,
    lost_tickets: lostTickets(evidence).length,
    duplicated_tickets: twiceMatched(evidence).length,
    reentered_tickets: trips.filter(({ ticketIds }) => ticketIds.length > 1).length,
    matched_tickets: matched.length,
    expired_tickets: ended('expired').length,
    cancelled_tickets: ended('cancelled').length,
    refused_entries: refusals.length,
    failed_seats: matched.filter(({ seat }) => seat?.kind === 'failed').length,
    failed_seats_elsewhere: elsewhere.filter(
      ({ seat, end }) =>
        seat?.kind === 'failed' && end?.kind === 'matched' && !lost.has(end.regionId),
    ).length,
    matches: matches.length,
    matches_across_regions: acrossRegions.length,
    incomplete_matches: matches.filter(([, tickets]) => tickets.length < PLAYERS_OF_A_MATCH).length,
    rooms_made_for_matches: testimony.made.length,
    claims_in_vain: histories.reduce(
      (sum, { claimedBy, matchedIn }) => sum + claimedBy.size - matchedIn.size,
      0,
    ),
    wait_p50_ms: percentileOf(waitsMs(elsewhere), 50),
    wait_p95_ms: percentileOf(waitsMs(elsewhere), 95),
    wait_max_ms: Math.max(0, ...waitsMs(elsewhere)),
    longest_match_gap_ms: longestMatchGapMs(evidence),
  };
}

function placements({ regionId, ticketId, matchedIn }: WorldEvidence['histories'][number]) {
  return [...matchedIn.keys()].map((matchId) => ({ matchId, ticketId, home: regionId }));
}

function roomFigures({ rooms, testimony, troubles }: WorldEvidence): Record<string, number> {
  const double_owner_count = doubleSteppers(testimony.steps).length;
  const lossMs = lossOf(troubles);
  if (rooms === null || lossMs === null) return { double_owner_count };
  const recoveries = recoveriesMs(rooms, lossMs);
  const resumed = rooms.stays.filter(
    ({ life, firstStateAtMs }) => life > 0 && firstStateAtMs > lossMs,
  );
  return {
    double_owner_count,
    bots: rooms.joins.length,
    rooms: new Set(rooms.joins.map(({ roomId }) => roomId)).size,
    resumed_rooms: new Set(resumed.map(({ roomId }) => roomId)).size,
    resumed_bots: recoveries.length,
    evacuation_first_state_p50_ms: percentileOf(recoveries, 50),
    evacuation_first_state_p95_ms: percentileOf(recoveries, 95),
    evacuation_first_state_max_ms: Math.max(...recoveries),
    lost_patches_max: Math.max(0, ...lossesOf(rooms).map(({ lostTicks }) => lostTicks)),
  };
}
