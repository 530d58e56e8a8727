import { z } from 'zod';
import { defineEvent } from './define-events.ts';

// Meridian's own events. A field that changes its meaning raises the version; a new field does not.

const id = z.string().max(128);
const count = z.int().nonnegative();
const durationMs = z.number().nonnegative();

const ticket = {
  ticketId: id,
  queue: id,
  /** Of the party. */
  players: count,
} as const;

export const BUILT_IN_EVENTS = {
  sessionStarted: defineEvent('session_started', { version: 1, fields: {} }, 'core'),
  sessionEnded: defineEvent(
    'session_ended',
    {
      version: 1,
      fields: {
        /** Null: it began on another node. */
        durationMs: durationMs.nullable(),
      },
    },
    'core',
  ),
  /** One for each player of the ticket. */
  ticketQueued: defineEvent(
    'ticket_queued',
    {
      version: 1,
      fields: { ...ticket, bestRegionId: id.nullable(), bestLatencyMs: durationMs.nullable() },
    },
    'core',
  ),
  /** One for each player of the ticket. */
  ticketEnded: defineEvent(
    'ticket_ended',
    {
      version: 1,
      fields: {
        ...ticket,
        outcome: z.enum(['matched', 'expired', 'cancelled']),
        waitMs: durationMs,
        /** Where it plays. */
        regionId: id.nullable(),
        /** Of the party's worst player to there. */
        latencyMs: durationMs.nullable(),
      },
    },
    'core',
  ),
  matchMade: defineEvent(
    'match_made',
    {
      version: 1,
      fields: {
        queue: id,
        kind: z.enum(['new', 'backfill']),
        teams: count,
        players: count,
        longestWaitMs: durationMs,
      },
    },
    'core',
  ),
  matchReported: defineEvent(
    'match_reported',
    {
      version: 1,
      fields: {
        queue: id,
        teams: count,
        /** Places of the teams in their order, with commas between. */
        ranks: z.string().max(256),
      },
    },
    'core',
  ),
  latencySampled: defineEvent(
    'latency_sampled',
    { version: 1, fields: { rttMs: durationMs } },
    'sample',
  ),
  walletChanged: defineEvent(
    'wallet_changed',
    {
      version: 1,
      fields: {
        operationId: id,
        currency: id,
        amount: z.number(),
        balance: z.number(),
        reason: id,
      },
    },
    'economy',
  ),
} as const;
