// A match is made once, for tickets that each have a trace of their own. It is told in one of them, and the others point to it:
//
//   trace of the leading ticket    enter ─ ticket.wait ─ match.make ─┬ match.claim ─▶ link ticket-claim, in its home
//                                                        ▲           ├ match.place ─▶ seats on a node
//                                                        ┆           └ match.settle ▶ link ticket-settle
//   trace of any other ticket      enter ─ ticket.wait ┄┄┘ link

import { systemClock } from '../../shared/clock.ts';
import {
  fail,
  inSpan,
  note,
  type Span,
  startSpan,
  traceparentOf,
} from '../../telemetry/tracing.ts';
import type { MadeMatch } from './match-making.ts';
import type { WaitingEntry } from './waiting-entry.ts';

/** A ticket with how long it has been waiting. */
type Waiting = Pick<WaitingEntry, 'ticket' | 'trace' | 'homeRegionId' | 'record'>;

export interface TracedMatch {
  readonly queue: string;
  readonly entries: Iterable<Waiting>;
  /** By the clock that tickets are dated with, wall, ms. */
  readonly nowMs: number;
}

/** Makes a match in the trace of one of its tickets, and tells the others which. Without traces it is just made. */
export async function inMatchTrace(
  { queue, entries, nowMs }: TracedMatch,
  make: () => Promise<MadeMatch>,
): Promise<MadeMatch> {
  const tickets = [...entries];
  const [lead, ...others] = tickets.filter(({ trace }) => trace !== undefined).toSorted(leading);
  if (lead === undefined) return await make();
  const foundAtMs = systemClock.wallMs();
  const facts = { 'meridian.queue': queue, 'meridian.tickets': tickets.length };
  const spec = {
    ...{ name: 'match.make', parent: lead.trace, facts },
    links: others.flatMap(({ trace }) => trace ?? []),
  };
  return await inSpan(spec, async (span) => {
    const outcome = await make();
    tellOutcome(span, outcome);
    if (outcome.kind === 'made') {
      const match = traceparentOf(span);
      for (const entry of [lead, ...others]) {
        const links = match === null || entry === lead ? [] : [match];
        const waitedMs = Math.max(0, nowMs - entry.ticket.createdAtMs);
        startWait(entry, { queue, links, startedAtMs: foundAtMs - waitedMs })?.end(foundAtMs);
      }
    }
    return outcome;
  });
}

/** A ticket's time is over without a match. @param waitedMs - in the queue */
export function traceExpiry(entry: Waiting, queue: string, waitedMs: number): void {
  const startedAtMs = systemClock.wallMs() - waitedMs;
  const span = startWait(entry, { queue, links: [], startedAtMs });
  if (span === null) return;
  fail(span, 'TICKET_EXPIRED');
  span.end();
}

/** First whoever is far from home, for his way is the longest; then who waits longest. */
function leading(a: Waiting, b: Waiting): number {
  const isVisitor = ({ record }: Waiting) => Number(record === null);
  return isVisitor(b) - isVisitor(a) || a.ticket.createdAtMs - b.ticket.createdAtMs;
}

function startWait(
  { trace, ticket }: Waiting,
  spec: {
    readonly queue: string;
    readonly links: readonly string[];
    readonly startedAtMs: number;
  },
): Span | null {
  if (trace === undefined) return null;
  const { queue, links, startedAtMs } = spec;
  const facts = {
    'meridian.queue': queue,
    'meridian.ticket.id': ticket.ticketId,
    'meridian.players': ticket.players.length,
  };
  return startSpan({ name: 'ticket.wait', parent: trace, facts, links, startedAtMs });
}

function tellOutcome(span: Span | null, outcome: MadeMatch): void {
  note(span, { 'meridian.outcome': outcome.kind });
  if (outcome.kind === 'made') note(span, { 'meridian.match.id': outcome.matchId });
  if (outcome.kind === 'no-room' && span !== null) fail(span, outcome.error);
}
