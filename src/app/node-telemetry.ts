// Spans and log lines of everybody who can be asked, for the operator at one node.
//
//   operator ─▶ this node ─┬─ node calls ─▶ every node of the region that has a lease
//                          └─ region link: telemetry-ask ─work▶ one node there ─ node calls ─▶ its region ─news▶ telemetry-told ─▶ back
//
// Processes without a lease (auth, profiles, analytics apart) are in no region's list: their spans are with the collector, their lines
// with whoever collects stdout (docs/guides/tracing-and-logs.md).

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { NodeCalls } from '../cluster/node-calls.ts';
import type { NodeInfo } from '../cluster/node-info.ts';
import type {
  LogLine,
  LogList,
  LogQuery,
  SpanView,
  TraceBrief,
  TraceList,
  TraceView,
} from '../protocol/telemetry.ts';
import type { LinkKind, RegionLink } from '../regions/contract.ts';
import { systemClock } from '../shared/clock.ts';
import type { LogBook } from '../telemetry/log-book.ts';
import type { TraceBook } from '../telemetry/tracing/trace-book.ts';
import {
  firstTraces,
  mergeBriefs,
  recentTraces,
  type TraceOrder,
} from '../telemetry/tracing/trace-briefs.ts';

/** Patience with a node of this region, and with another region, ms. */
const NODE_WITHIN_MS = 800;
const REGION_WITHIN_MS = 2_500;
/** A message of a link carries 64 KiB; a span takes half a kilobyte. */
const MOST_OVER_LINK = 96;
const MOST_BRIEFS = 200;
/** Lines that one node tells at a time. */
const MOST_LINES = 2_000;

const CALLS = { spans: 'trace-spans', briefs: 'trace-briefs', lines: 'log-lines' } as const;

const Facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const Span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().nullable(),
  name: z.string(),
  kind: z.enum(['internal', 'server', 'client', 'producer', 'consumer']),
  startAtMs: z.number(),
  durationMs: z.number(),
  error: z.string().nullable(),
  facts: Facts,
  linkedTraceIds: z.array(z.string()),
  nodeId: z.string(),
  regionId: z.string(),
  services: z.string(),
}) satisfies z.ZodType<SpanView>;
const Brief = z.object({
  traceId: z.string(),
  name: z.string(),
  startAtMs: z.number(),
  durationMs: z.number(),
  spans: z.number(),
  nodeIds: z.array(z.string()),
  regionIds: z.array(z.string()),
  error: z.string().nullable(),
  isJoin: z.boolean(),
}) satisfies z.ZodType<TraceBrief>;
const Line = z.looseObject({ time: z.string(), level: z.number(), msg: z.string().default('') });
const SpansCall = z.object({ traceId: z.string() });
const BriefsCall = z.object({ order: z.enum(['newest', 'slowest']), limit: z.number() });
const LinesCall = z.object({
  level: z.number().optional(),
  node: z.string().optional(),
  region: z.string().optional(),
  room: z.string().optional(),
  traceId: z.string().optional(),
  text: z.string().optional(),
  sinceMs: z.number().optional(),
  limit: z.number().optional(),
}) satisfies z.ZodType<LogQuery>;

const Asked = z.object({
  askId: z.string(),
  spans: SpansCall.optional(),
  briefs: BriefsCall.optional(),
});
const Told = z.object({ askId: z.string(), spans: z.array(Span), briefs: z.array(Brief) });
const ASK: LinkKind<z.infer<typeof Asked>> = {
  name: 'telemetry-ask',
  delivery: 'work',
  body: Asked,
};
const TELL: LinkKind<z.infer<typeof Told>> = {
  name: 'telemetry-told',
  delivery: 'news',
  body: Told,
};

/** What a process has to tell. */
export interface ToldByNode {
  /** Null: it keeps no spans. */
  readonly traces: TraceBook | null;
  /** Null: it keeps no lines. */
  readonly lines: LogBook | null;
}

export interface NodeTelemetryDeps extends ToldByNode {
  readonly nodeId: string;
  readonly calls: NodeCalls;
  /** Live nodes of the region, this one included. */
  readonly nodes: () => readonly NodeInfo[];
}

/** What was found, and who said nothing in time. */
interface Found<Item> {
  readonly items: readonly Item[];
  readonly silent: readonly string[];
}

/** The spans and lines of this node, of its region, and the spans of the others. */
export class NodeTelemetry {
  readonly #deps: NodeTelemetryDeps;
  readonly #asked = new Map<string, (told: z.infer<typeof Told>) => void>();
  #link: RegionLink | null = null;

  /** Answers other nodes from here on. */
  constructor(deps: NodeTelemetryDeps) {
    this.#deps = deps;
    const { calls, traces, lines } = deps;
    calls.handle(CALLS.spans, (payload) => traces?.spansOf(SpansCall.parse(payload).traceId) ?? []);
    calls.handle(CALLS.briefs, (payload) => {
      const { order, limit } = BriefsCall.parse(payload);
      return recentTraces(traces?.briefs() ?? [], order, Math.min(limit, MOST_BRIEFS));
    });
    calls.handle(CALLS.lines, (payload) => {
      const query = LinesCall.parse(payload);
      const limit = Math.min(query.limit ?? MOST_LINES, MOST_LINES);
      return lines?.find({ ...query, limit }) ?? [];
    });
  }

  /** @param link - not started yet; null: this region is alone */
  over(link: RegionLink | null): void {
    this.#link = link;
    for (const peer of link?.peers ?? []) {
      // Not waited for: the next message of that region may claim a ticket.
      link?.onMessage(peer, ASK, ({ body }) => void this.#answer(link, peer, body));
      link?.onMessage(peer, TELL, ({ body }) => this.#asked.get(`${peer} ${body.askId}`)?.(body));
    }
  }

  /** One trace, from everywhere. */
  async trace(traceId: string): Promise<TraceView> {
    const here = this.#ofRegion(CALLS.spans, Span, { traceId });
    const there = this.#ofOthers({ spans: { traceId } });
    const [{ items, silent }, others] = await Promise.all([here, there]);
    const spans = [...items, ...others.items.flatMap((told) => told.spans)];
    return {
      traceId,
      spans: spans.toSorted((a, b) => a.startAtMs - b.startAtMs),
      silent: [...silent, ...others.silent],
    };
  }

  async traces(order: TraceOrder, limit: number): Promise<TraceList> {
    // A trace may be among the first of one node only: more are asked for than are shown.
    const wanted = { order, limit: MOST_BRIEFS };
    const here = this.#ofRegion(CALLS.briefs, Brief, wanted);
    const [{ items, silent }, others] = await Promise.all([
      here,
      this.#ofOthers({ briefs: wanted }),
    ]);
    const briefs = mergeBriefs([...items, ...others.items.flatMap((told) => told.briefs)]);
    return {
      isKept: this.#deps.traces !== null,
      traces: firstTraces(briefs, order, limit),
      silent: [...silent, ...others.silent],
    };
  }

  /** Lines of this region's nodes. */
  async logs(query: LogQuery): Promise<LogList> {
    const { items, silent } = await this.#ofRegion(CALLS.lines, Line, query);
    const lines = items as unknown as readonly LogLine[];
    const sorted = lines.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time));
    return { lines: sorted.slice(-(query.limit ?? MOST_LINES)), silent };
  }

  async #answer(link: RegionLink, peer: string, asked: z.infer<typeof Asked>): Promise<void> {
    const { askId, spans, briefs } = asked;
    const nothing = { items: [] };
    // Nothing here rejects: who is silent is left out.
    const [knownSpans, knownBriefs] = await Promise.all([
      spans === undefined ? nothing : this.#ofRegion(CALLS.spans, Span, spans),
      briefs === undefined ? nothing : this.#ofRegion(CALLS.briefs, Brief, briefs),
    ]);
    const body = {
      askId,
      spans: knownSpans.items.slice(0, MOST_OVER_LINK),
      briefs: knownBriefs.items.slice(0, MOST_OVER_LINK),
    };
    await link.send(peer, { kind: TELL, body, expiresAtMs: expiry() });
  }

  async #ofRegion<Item>(
    method: string,
    item: z.ZodType<Item>,
    payload: object,
  ): Promise<Found<Item>> {
    const { calls, nodeId } = this.#deps;
    const nodeIds = new Set([nodeId, ...this.#deps.nodes().map((node) => node.nodeId)]);
    const silent: string[] = [];
    const answers = await Promise.all(
      [...nodeIds].map(async (id) => {
        try {
          const said = await calls.request(id, method, payload, { timeoutMs: NODE_WITHIN_MS });
          return z.array(item).parse(said);
        } catch {
          // Busy, gone, or of a build that cannot: the operator sees who is missing.
          silent.push(id);
          return [];
        }
      }),
    );
    return { items: answers.flat(), silent };
  }

  async #ofOthers(
    question: Omit<z.infer<typeof Asked>, 'askId'>,
  ): Promise<Found<z.infer<typeof Told>>> {
    const link = this.#link;
    if (link === null) return { items: [], silent: [] };
    const silent: string[] = [];
    const answers = await Promise.all(
      link.peers.map(async (peer) => {
        const told = await this.#ask(link, peer, question);
        if (told === null) silent.push(`region ${peer}`);
        return told === null ? [] : [told];
      }),
    );
    return { items: answers.flat(), silent };
  }

  async #ask(
    link: RegionLink,
    peer: string,
    question: Omit<z.infer<typeof Asked>, 'askId'>,
  ): Promise<z.infer<typeof Told> | null> {
    const askId = randomUUID();
    const key = `${peer} ${askId}`;
    const { promise, resolve } = Promise.withResolvers<z.infer<typeof Told> | null>();
    const timer = setTimeout(() => resolve(null), REGION_WITHIN_MS);
    this.#asked.set(key, resolve);
    try {
      const body = { ...question, askId };
      const sent = await link.send(peer, { kind: ASK, body, expiresAtMs: expiry() });
      return sent.ok ? await promise : null;
    } finally {
      clearTimeout(timer);
      this.#asked.delete(key);
    }
  }
}

function expiry(): number {
  return systemClock.wallMs() + REGION_WITHIN_MS;
}
