// A recorded queue, as JSON lines: first what the tickets have in common, then one ticket a line, oldest first.
//
//   {"kind":"header","version":1,"name":"steady","regions":["us-east-1",…],"durationMs":300000,"outages":[]}
//   {"kind":"ticket","id":"t0","arrivedAtMs":12.5,"members":[{"rating":1500,"skill":1490,"latencyMs":[20.1,…]}]}

import { z } from 'zod';
import type { Outage } from './scenario.ts';
import { type SimTicket, simTicket } from './sim-ticket.ts';

/** What a run replays: tickets with when they came, and what broke meanwhile. */
export interface TicketLog {
  /** Of the scenario, or what the log calls itself. */
  readonly name: string;
  readonly regions: readonly string[];
  /** End of the recording; later nobody is matched. */
  readonly durationMs: number;
  readonly outages: readonly Outage[];
  /** Oldest first. */
  readonly tickets: readonly SimTicket[];
}

/** A log that cannot be read; the message names the line. */
export class TicketLogError extends Error {
  override readonly name = 'TicketLogError';
}

const Header = z
  .strictObject({
    kind: z.literal('header'),
    version: z.literal(1),
    name: z.string().min(1),
    regions: z.array(z.string().min(1)).min(1),
    durationMs: z.number().positive(),
    outages: z
      .array(
        z.strictObject({
          region: z.number().int().nonnegative(),
          fromMs: z.number().nonnegative(),
          untilMs: z.number().nonnegative(),
        }),
      )
      .default([]),
  })
  .refine(({ regions, outages }) => outages.every(({ region }) => region < regions.length), {
    path: ['outages'],
    message: 'name a region that is not there',
  });

const Member = z.strictObject({
  rating: z.number(),
  /** A server knows no more than the rating. */
  skill: z.number().optional(),
  latencyMs: z.array(z.number().nonnegative()),
});

const TicketLine = z.strictObject({
  kind: z.literal('ticket'),
  id: z.string().min(1),
  arrivedAtMs: z.number().nonnegative(),
  members: z.array(Member).min(1),
});

/** The log as text, without rounding: a replay does exactly what the run did. */
export function writeTicketLog({ tickets, ...header }: TicketLog): string {
  const lines = [
    { kind: 'header', version: 1, ...header },
    ...tickets.map(({ id, arrivedAtMs, members }) => ({
      kind: 'ticket',
      id,
      arrivedAtMs,
      members,
    })),
  ];
  return `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
}

/** @throws TicketLogError with the first line that cannot be read */
export function parseTicketLog(text: string): TicketLog {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const { kind: _kind, version: _version, ...header } = parseLine(Header, lines[0] ?? '', 1);
  const tickets = lines.slice(1).map((line, index) => {
    const { id, arrivedAtMs, members } = parseLine(TicketLine, line, index + 2);
    for (const { latencyMs } of members) {
      if (latencyMs.length !== header.regions.length) {
        throw new TicketLogError(
          `line ${index + 2}: needs ${header.regions.length} latencies per member`,
        );
      }
    }
    return simTicket(
      id,
      arrivedAtMs,
      members.map((member) => ({ ...member, skill: member.skill ?? member.rating })),
    );
  });
  const ids = new Set(tickets.map(({ id }) => id));
  if (ids.size < tickets.length) throw new TicketLogError('a ticket is there twice');
  return { ...header, tickets: tickets.sort((a, b) => a.arrivedAtMs - b.arrivedAtMs) };
}

function parseLine<Schema extends z.ZodType>(
  schema: Schema,
  line: string,
  number: number,
): z.output<Schema> {
  let content: unknown;
  try {
    content = JSON.parse(line);
  } catch (cause) {
    throw new TicketLogError(`line ${number}: is not JSON`, { cause });
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  throw new TicketLogError(`line ${number}: ${problems.join(', ')}`);
}
