import type { MatchmakingPush, PartyBody, TicketBody } from '../../src/protocol/index.ts';

const TICKET_STATES: ReadonlySet<unknown> = new Set<TicketBody['state']>([
  'queued',
  'searching',
  'matched',
  'expired',
  'cancelled',
]);

/** @returns null for what no server says, or a newer one in words we do not know */
export function readPush(data: unknown): MatchmakingPush | null {
  if (typeof data !== 'string') return null;
  try {
    const frame: unknown = JSON.parse(data);
    return isRecord(frame) && isPush(frame) ? (frame as MatchmakingPush) : null;
  } catch {
    // Not ours.
    return null;
  }
}

/** Whether a ticket may still become a match, or is one: what a player comes back to. */
export function isLive({ state }: { readonly state: string }): boolean {
  return isWaiting({ state }) || state === 'matched';
}

export function isWaiting({ state }: { readonly state: string }): boolean {
  return state === 'queued' || state === 'searching';
}

function isPush({ error, ticket, party }: Readonly<Record<string, unknown>>): boolean {
  if (error !== undefined) return isRecord(error) && typeof error['code'] === 'string';
  return (
    (ticket === undefined || ticket === null || isTicket(ticket)) &&
    (party === undefined || party === null || isParty(party))
  );
}

function isTicket(ticket: unknown): ticket is TicketBody {
  if (!isRecord(ticket) || !TICKET_STATES.has(ticket['state'])) return false;
  if (!hasTexts(ticket, 'ticketId', 'queue')) return false;
  switch (ticket['state']) {
    case 'searching':
      return isRecord(ticket['widening']);
    case 'matched':
      return ticket['match'] === null || isSeat(ticket['match']);
    case 'expired':
      return Array.isArray(ticket['reasons']);
    default:
      return true;
  }
}

function isSeat(match: unknown): boolean {
  if (!isRecord(match)) return false;
  const { regionUrl, reservation } = match;
  return (
    (regionUrl === null || typeof regionUrl === 'string') &&
    isRecord(reservation) &&
    hasTexts(reservation, 'name', 'roomId', 'sessionId', 'processId')
  );
}

function isParty(party: unknown): party is PartyBody {
  return isRecord(party) && hasTexts(party, 'partyId', 'code') && Array.isArray(party['members']);
}

function hasTexts(body: Readonly<Record<string, unknown>>, ...keys: readonly string[]): boolean {
  return keys.every((key) => typeof body[key] === 'string');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
