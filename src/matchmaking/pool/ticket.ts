import { z } from 'zod';
import { WireId } from '../../shared/wire-id.ts';
import { problemsOf } from './problems.ts';

/** What is believed of a player's strength: normal, on the Elo scale (400 points are 10 : 1). */
export interface Skill {
  /** Mean, rating points. */
  readonly mu: number;
  /** Standard deviation of the belief, rating points. */
  readonly sigma: number;
}

export interface TicketPlayer {
  readonly playerId: string;
  readonly rating: Skill;
  /** Roles he would play, the dearest first. Absent: any. */
  readonly roles?: readonly string[];
  /** Players he will not meet in a match, on either side. It is enough that one of the two says so. */
  readonly avoids?: readonly string[];
}

/** A party that waits together and is never split between teams. A single player is a party of one. */
export interface Ticket {
  readonly ticketId: string;
  readonly players: readonly TicketPlayer[];
  /** Round trip of the party's worst player to each region, ms. A region that is absent cannot be used. */
  readonly latencyMsByRegion: Readonly<Record<string, number>>;
  /** Wall clock, ms. Kept when the ticket comes back after a match that did not happen, so that its age counts. */
  readonly createdAtMs: number;
}

/** More is no party but a crowd: no rule set has larger teams. */
export const LARGEST_PARTY = 24;
/** Rating points further away are a broken rating, not a strong player. */
const RATING_LIMIT = 100_000;
const LONGEST_LIST = 256;

const LatencyMs = z.number().min(0).max(60_000);

const SkillSchema = z.strictObject({
  mu: z.number().min(-RATING_LIMIT).max(RATING_LIMIT),
  sigma: z.number().positive().max(RATING_LIMIT),
});

const TicketPlayerSchema = z.strictObject({
  playerId: WireId,
  rating: SkillSchema,
  roles: z
    .array(WireId)
    .min(1, 'must not be empty: leave it out for "any role"')
    .max(LONGEST_LIST)
    .refine(isDistinct, 'names a role twice')
    .exactOptional(),
  avoids: z.array(WireId).max(LONGEST_LIST).exactOptional(),
});

export const TicketSchema = z
  .strictObject({
    ticketId: WireId,
    players: z.array(TicketPlayerSchema).min(1).max(LARGEST_PARTY),
    latencyMsByRegion: z.record(WireId, LatencyMs),
    createdAtMs: z.int().min(0),
  })
  .refine(({ players }) => isDistinct(players.map(({ playerId }) => playerId)), {
    path: ['players'],
    message: 'names a player twice',
  })
  .refine(({ players }) => !avoidsItself(players), {
    path: ['players'],
    message: 'holds two players of whom one avoids the other: they cannot queue as a party',
  }) satisfies z.ZodType<Ticket>;

export type ParsedTicket =
  | { readonly ok: true; readonly ticket: Ticket }
  /** `problems` are for people, each with the path of its field. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** A ticket from outside, checked in all that does not depend on a queue: see `MatchPool.add` for the rest. */
export function parseTicket(input: unknown): ParsedTicket {
  const parsed = TicketSchema.safeParse(input);
  if (parsed.success) return { ok: true, ticket: parsed.data };
  return { ok: false, problems: problemsOf(parsed.error) };
}

/** How long a ticket has been waiting, ms; not negative when clocks differ. */
export function waitedMs(ticket: Pick<Ticket, 'createdAtMs'>, nowMs: number): number {
  return Math.max(0, nowMs - ticket.createdAtMs);
}

function isDistinct(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}

function avoidsItself(players: readonly TicketPlayer[]): boolean {
  const members = new Set(players.map(({ playerId }) => playerId));
  return players.some(({ avoids = [] }) => avoids.some((playerId) => members.has(playerId)));
}
