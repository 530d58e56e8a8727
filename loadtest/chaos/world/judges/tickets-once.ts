import type { WorldEvidence } from '../world-evidence.ts';

/**
 * [CH-12] A ticket is in one match, and a player plays in no match but those he was told of: by what the regions' Redis servers
 * published, by what players were told, and by who sat down in which room.
 */
export function judgeTicketsOnce(evidence: WorldEvidence): string[] {
  return [...twiceMatched(evidence), ...uninvited(evidence)];
}

/** Tickets that were settled in more than one match, one a line. */
export function twiceMatched({ trips, histories }: WorldEvidence): string[] {
  const known = new Map(histories.map((history) => [history.ticketId, history]));
  const ofTrips = trips.flatMap(({ trip, ticketIds, end }) => {
    const matches = new Set(
      ticketIds.flatMap((id) => [...(known.get(id)?.matchedIn.keys() ?? [])]),
    );
    if (end?.kind === 'matched') matches.add(end.matchId);
    return matches.size > 1 ? [`trip ${trip} is in matches ${[...matches].join(', ')}`] : [];
  });
  const entered = new Set(trips.flatMap(({ ticketIds }) => ticketIds));
  // Nobody has heard that it was entered: its player was cut off in between.
  const others = histories
    .filter(({ ticketId, matchedIn }) => !entered.has(ticketId) && matchedIn.size > 1)
    .map(({ ticketId, matchedIn }) => `${ticketId} is in matches ${[...matchedIn.keys()]}`);
  return [...ofTrips, ...others];
}

/** Seats that were taken in matches which their players' tickets are not in. */
function uninvited({ trips, histories, testimony }: WorldEvidence): string[] {
  const matchesOf = new Map<string, Set<string>>();
  const note = (playerId: string, matchId: string) => {
    matchesOf.set(playerId, (matchesOf.get(playerId) ?? new Set()).add(matchId));
  };
  for (const { playerId, end } of trips) if (end?.kind === 'matched') note(playerId, end.matchId);
  for (const { playerIds, matchedIn } of histories) {
    for (const playerId of playerIds) for (const id of matchedIn.keys()) note(playerId, id);
  }
  const seats = Map.groupBy(testimony.seated, ({ playerId, matchId }) => `${playerId} ${matchId}`);
  return [...seats.values()].flatMap((taken) => {
    const [{ playerId, matchId } = { playerId: '', matchId: '' }] = taken;
    const rooms = new Set(taken.map(({ roomId }) => roomId));
    if (matchesOf.get(playerId)?.has(matchId) !== true) {
      return [`${playerId} sat down in match ${matchId}, which is not his`];
    }
    return rooms.size > 1 ? [`match ${matchId} is played in rooms ${[...rooms].join(', ')}`] : [];
  });
}
