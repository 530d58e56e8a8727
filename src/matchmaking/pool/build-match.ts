import type { BackfillRequest } from './backfill-request.ts';
import type { FoundNewcomers } from './backfill-search.ts';
import type { FoundGroup } from './group-search.ts';
import type { BackfillMatch, Match, MatchTeam } from './match.ts';
import { assignRoles } from './role-assignment.ts';
import type { RuleSet } from './rule-set.ts';
import type { Ticket } from './ticket.ts';
import type { WaitingTickets } from './waiting-tickets.ts';
import { winProbabilities } from './win-probability.ts';

/** The match that was found, in the terms of those outside. To be called while its tickets are still held. */
export function buildMatch(group: FoundGroup, { table, ruleSet }: WaitingTickets): Match {
  const tickets = group.slots.map((slot) => table.ticketAt(slot));
  const sides = sidesOf(tickets, group.teamOf, ruleSet.teams.count);
  const skills = sides.map((side) => side.flatMap(ratingsOf));
  return {
    kind: 'new',
    tickets,
    teams: sides.map((side) => buildTeam(side, ruleSet.teams.roles)),
    regionId: table.regionIds[group.region] as string,
    cost: group.cost,
    winProbability: winProbabilities(skills)[0] as number,
  };
}

/** The newcomers of a room. To be called while their tickets are still held. */
export function buildBackfill(
  request: BackfillRequest,
  found: FoundNewcomers,
  { table, roles }: WaitingTickets,
): BackfillMatch {
  const tickets = found.slots.map((slot) => table.ticketAt(slot));
  const sides = sidesOf(tickets, found.teamOf, request.teams.length);
  const skills = request.teams.map(({ players }, team) => [
    ...players.map(({ rating }) => rating),
    ...(sides[team] ?? []).flatMap(ratingsOf),
  ]);
  const newcomers = tickets.reduce((sum, { players }) => sum + players.length, 0);
  const open = request.teams.reduce((sum, { openPlaces }) => sum + openPlaces, 0);
  return {
    kind: 'backfill',
    roomId: request.roomId,
    tickets,
    teams: sides.map((side, team) => {
      const played = request.teams[team]?.players.map(({ role }) => role ?? '') ?? [];
      return buildTeam(side, roles?.placesLeft(played));
    }),
    regionId: request.regionId,
    cost: found.cost,
    // A team that is still empty has no chance to speak of.
    winProbability: skills.every((team) => team.length > 0)
      ? (winProbabilities(skills)[0] as number)
      : Number(skills[0]?.length !== 0),
    openPlaces: open - newcomers,
  };
}

function sidesOf(
  tickets: readonly Ticket[],
  teamOf: readonly number[],
  count: number,
): readonly (readonly Ticket[])[] {
  return Array.from({ length: count }, (_, team) =>
    tickets.filter((_ticket, index) => teamOf[index] === team),
  );
}

function ratingsOf({ players }: Ticket) {
  return players.map(({ rating }) => rating);
}

function buildTeam(side: readonly Ticket[], places: RuleSet['teams']['roles']): MatchTeam {
  const players = side.flatMap((ticket) =>
    ticket.players.map((player) => ({ player, ticketId: ticket.ticketId })),
  );
  const wishes = players.map(({ player }) => player.roles);
  const roles = places === undefined ? null : assignRoles(wishes, places);
  return {
    players: players.map(({ player, ticketId }, index) => ({
      playerId: player.playerId,
      ticketId,
      role: roles?.[index] ?? null,
    })),
  };
}
