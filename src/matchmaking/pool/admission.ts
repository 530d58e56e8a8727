import type { BackfillRequest, BackfillTeam } from './backfill-request.ts';
import type { Ticket } from './ticket.ts';
import type { WaitingTickets } from './waiting-tickets.ts';

/** Why a pool does not take a ticket or a request of a room. */
export type Refusal =
  | { readonly reason: 'duplicate-ticket' }
  | { readonly reason: 'player-already-queued'; readonly playerId: string }
  | { readonly reason: 'party-too-large'; readonly maxPlayers: number }
  | { readonly reason: 'unknown-region'; readonly regionId: string }
  /** The party is further than that from every region. */
  | { readonly reason: 'no-usable-region'; readonly ceilingMs: number }
  | { readonly reason: 'unknown-role'; readonly role: string }
  /** The party wants more places of some roles than a team has. */
  | { readonly reason: 'roles-do-not-fit' }
  | { readonly reason: 'duplicate-room' }
  | { readonly reason: 'backfill-disabled' }
  /** The room's teams are not those of the rule set, or there is no open place in them. */
  | { readonly reason: 'teams-do-not-fit' }
  /** A number is not one. `parseTicket` would have said so. */
  | { readonly reason: 'not-a-number'; readonly field: string };

export type Added = { readonly ok: true } | ({ readonly ok: false } & Refusal);

/** @returns null when the pool may take it */
export function refuseTicket(ticket: Ticket, waiting: WaitingTickets): Refusal | null {
  const { table, ruleSet } = waiting;
  if (table.slotOf(ticket.ticketId) !== undefined) return { reason: 'duplicate-ticket' };
  const queued = ticket.players.find(({ playerId }) => waiting.hasPlayer(playerId));
  if (queued !== undefined) return { reason: 'player-already-queued', playerId: queued.playerId };
  const maxPlayers = ruleSet.teams.playersPerTeam;
  if (ticket.players.length > maxPlayers) return { reason: 'party-too-large', maxPlayers };
  return (
    refuseNumbers(ticket) ?? refuseRegions(ticket, waiting) ?? refuseTicketRoles(ticket, waiting)
  );
}

/** @returns null when the pool may take it */
export function refuseBackfill(request: BackfillRequest, waiting: WaitingTickets): Refusal | null {
  const { teams, backfill } = waiting.ruleSet;
  if (!backfill.isEnabled) return { reason: 'backfill-disabled' };
  const { regionId } = request;
  if (!waiting.table.regionIds.includes(regionId)) return { reason: 'unknown-region', regionId };
  const hasRoom = request.teams.some(({ openPlaces }) => openPlaces > 0);
  const areTeams = request.teams.every((team) => fits(team, teams.playersPerTeam));
  if (request.teams.length !== teams.count || !hasRoom || !areTeams) {
    return { reason: 'teams-do-not-fit' };
  }
  const seated = request.teams.flatMap(({ players }) => players);
  if (!seated.every(({ rating }) => Number.isFinite(rating.mu) && Number.isFinite(rating.sigma))) {
    return { reason: 'not-a-number', field: 'teams.players.rating' };
  }
  return Number.isFinite(request.createdAtMs)
    ? refuseSeatedRoles(request, waiting)
    : { reason: 'not-a-number', field: 'createdAtMs' };
}

function fits({ players, openPlaces }: BackfillTeam, playersPerTeam: number): boolean {
  return (
    Number.isInteger(openPlaces) && openPlaces >= 0 && players.length + openPlaces <= playersPerTeam
  );
}

/** One that is not a number would put the orders of all others into disorder. */
function refuseNumbers({ players, createdAtMs, latencyMsByRegion }: Ticket): Refusal | null {
  const areRatings = players.every(
    ({ rating }) => Number.isFinite(rating.mu) && Number.isFinite(rating.sigma),
  );
  if (!areRatings) return { reason: 'not-a-number', field: 'players.rating' };
  if (!Number.isFinite(createdAtMs)) return { reason: 'not-a-number', field: 'createdAtMs' };
  const areLatencies = Object.values(latencyMsByRegion).every(Number.isFinite);
  return areLatencies ? null : { reason: 'not-a-number', field: 'latencyMsByRegion' };
}

function refuseRegions({ latencyMsByRegion }: Ticket, waiting: WaitingTickets): Refusal | null {
  const { regionIds } = waiting.table;
  const unknown = Object.keys(latencyMsByRegion).find((it) => !regionIds.includes(it));
  if (unknown !== undefined) return { reason: 'unknown-region', regionId: unknown };
  const { ceilingMs } = waiting.ruleSet.latency;
  const isUsable = Object.values(latencyMsByRegion).some((latencyMs) => latencyMs <= ceilingMs);
  return isUsable ? null : { reason: 'no-usable-region', ceilingMs };
}

function refuseTicketRoles({ players }: Ticket, waiting: WaitingTickets): Refusal | null {
  const { roles } = waiting;
  if (roles === null) return null;
  const unknown = players.flatMap((it) => roles.unknownOf(it.roles) ?? [])[0];
  if (unknown !== undefined) return { reason: 'unknown-role', role: unknown };
  const masks = players.map((it) => roles.maskOf(it.roles));
  return roles.flowOf(1).canSeat(masks) ? null : { reason: 'roles-do-not-fit' };
}

function refuseSeatedRoles({ teams }: BackfillRequest, waiting: WaitingTickets): Refusal | null {
  const { roles } = waiting;
  if (roles === null) return null;
  for (const { players } of teams) {
    const played = players.map(({ role }) => role ?? '');
    const unknown = roles.unknownOf(played);
    if (unknown !== undefined) return { reason: 'unknown-role', role: unknown };
    if (Object.values(roles.placesLeft(played)).some((places) => places < 0)) {
      return { reason: 'roles-do-not-fit' };
    }
  }
  return null;
}
