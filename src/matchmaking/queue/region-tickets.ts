import type { z } from 'zod';
import type { RegionLink } from '../../regions/contract.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { waitedMs } from '../pool/ticket.ts';
import type { Placement } from '../tickets/ticket-record.ts';
import type { TicketStore } from '../tickets/ticket-store.ts';
import { CLAIM, CLAIMED, OFFERS, RELEASE, SETTLE, type Visitor } from './link-kinds.ts';

/** A visitor that is not offered again for so long is forgotten: three rounds of offers. */
const VISITOR_TTL_MS = 15_000;
/** From asking a region for its tickets to its answer: twice the longest way there is, and what the link adds. */
const CLAIM_ANSWER_MS = 2_500;
/** Who is told to let go, or where to play, is told in this time or not at all: the claim is over by then. */
const STALE_MS = 10_000;
/** Offers in one message; a link carries 64 KiB, a party of five takes about one. */
const OFFERS_PER_MESSAGE = 40;

interface KnownVisitor extends Visitor {
  readonly homeRegionId: string;
  /** Monotonic, ms. */
  readonly heardAtMs: number;
}

/** A visitor came, is still there, or left. */
export interface VisitorListener {
  arrived(visitor: Visitor, homeRegionId: string): void;
  left(ticketId: string): void;
}

/** This region's side of the tickets of others, and of its own tickets elsewhere; without a link there are none. */
export class RegionTickets {
  readonly #link: RegionLink | null;
  readonly #store: TicketStore;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** By queue, then ticket. On every node: whoever begins to match knows them at once. */
  readonly #visitors = new Map<string, Map<string, KnownVisitor>>();
  readonly #listeners = new Map<string, VisitorListener>();
  readonly #answers = new Map<string, (refused: readonly string[]) => void>();

  /** @param deps.link - not started yet; null: this region is alone */
  constructor(deps: {
    readonly link: RegionLink | null;
    readonly store: TicketStore;
    readonly clock: Clock;
    readonly log: Logger;
  }) {
    this.#link = deps.link;
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#log = deps.log;
    for (const peer of deps.link?.peers ?? []) this.#listenTo(deps.link as RegionLink, peer);
  }

  get peers(): readonly string[] {
    return this.#link?.peers ?? [];
  }

  /** Hears of a queue's visitors: of those that are there at once. One listener a queue. */
  watch(queue: string, listener: VisitorListener): void {
    this.#listeners.set(queue, listener);
    for (const { homeRegionId, ...visitor } of this.#visitorsOf(queue).values()) {
      listener.arrived(visitor, homeRegionId);
    }
  }

  unwatch(queue: string): void {
    this.#listeners.delete(queue);
  }

  /** Forgets visitors that were not offered for long. */
  prune(queue: string): void {
    const since = this.#clock.monotonicMs() - VISITOR_TTL_MS;
    const visitors = this.#visitorsOf(queue);
    for (const [ticketId, { heardAtMs }] of visitors) {
      if (heardAtMs > since) continue;
      visitors.delete(ticketId);
      this.#listeners.get(queue)?.left(ticketId);
    }
  }

  /** A visitor that cannot be had. */
  forget(queue: string, ticketId: string): void {
    this.#visitorsOf(queue).delete(ticketId);
  }

  /** Offers tickets of this region to another one, and takes others back. */
  async offer(
    regionId: string,
    queue: string,
    offers: { readonly tickets: readonly Visitor[]; readonly withdrawn: readonly string[] },
  ): Promise<void> {
    const { withdrawn } = offers;
    for (let at = 0; at === 0 || at < offers.tickets.length; at += OFFERS_PER_MESSAGE) {
      const nowMs = this.#clock.wallMs();
      const tickets = offers.tickets
        .slice(at, at + OFFERS_PER_MESSAGE)
        .map((visitor) => ({ ...visitor, waitedMs: waitedMs(visitor.ticket, nowMs) }));
      await this.#link?.send(regionId, {
        kind: OFFERS,
        body: { queue, tickets, withdrawn: at === 0 ? [...withdrawn] : [] },
        expiresAtMs: this.#clock.wallMs() + VISITOR_TTL_MS,
      });
    }
  }

  /** @returns ids that cannot be had; all of them when the region does not answer */
  async claim(
    regionId: string,
    claim: {
      readonly queue: string;
      readonly matchId: string;
      readonly ticketIds: readonly string[];
      readonly forMs: number;
    },
  ): Promise<readonly string[]> {
    if (this.#link === null) return claim.ticketIds;
    const key = answerKey(regionId, claim.matchId);
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    const timer = setTimeout(() => resolve(claim.ticketIds), CLAIM_ANSWER_MS);
    this.#answers.set(key, resolve);
    try {
      const sent = await this.#link.send(regionId, {
        kind: CLAIM,
        body: { ...claim, ticketIds: [...claim.ticketIds] },
        expiresAtMs: this.#clock.wallMs() + CLAIM_ANSWER_MS,
      });
      return sent.ok ? await promise : claim.ticketIds;
    } finally {
      clearTimeout(timer);
      this.#answers.delete(key);
    }
  }

  /** @returns whether the message is on its way */
  async settle(regionId: string, placements: ReadonlyMap<string, Placement>): Promise<boolean> {
    const sent = await this.#link?.send(regionId, {
      kind: SETTLE,
      body: { placements: [...placements] },
      expiresAtMs: this.#clock.wallMs() + STALE_MS,
    });
    return sent?.ok === true;
  }

  async release(regionId: string, matchId: string, ticketIds: readonly string[]): Promise<void> {
    await this.#link?.send(regionId, {
      kind: RELEASE,
      body: { matchId, ticketIds: [...ticketIds] },
      expiresAtMs: this.#clock.wallMs() + STALE_MS,
    });
  }

  #listenTo(link: RegionLink, peer: string): void {
    link.onMessage(peer, OFFERS, ({ body }) => this.#hear(peer, body));
    link.onMessage(peer, CLAIMED, ({ body }) => {
      this.#answers.get(answerKey(peer, body.matchId))?.(body.refused);
    });
    link.onMessage(peer, CLAIM, async ({ body }) => {
      const { matchId, ticketIds, forMs } = body;
      const untilMs = this.#clock.wallMs() + forMs;
      const refused = await this.#store.claim({ matchId, regionId: peer, untilMs }, ticketIds);
      await link.send(peer, {
        kind: CLAIMED,
        body: { matchId, refused: [...refused] },
        expiresAtMs: this.#clock.wallMs() + CLAIM_ANSWER_MS,
      });
    });
    link.onMessage(peer, RELEASE, async ({ body }) => {
      await this.#store.release(body.matchId, body.ticketIds);
    });
    link.onMessage(peer, SETTLE, async ({ body }) => {
      const placements = new Map(body.placements);
      const settled = await this.#store.settle(placements);
      if (settled.length === placements.size) return;
      this.#log.warn({ peer, late: placements.size - settled.length }, 'seats came too late');
    });
  }

  #hear(homeRegionId: string, { queue, tickets, withdrawn }: z.infer<typeof OFFERS.body>): void {
    const visitors = this.#visitorsOf(queue);
    const listener = this.#listeners.get(queue);
    for (const ticketId of withdrawn) {
      if (visitors.delete(ticketId)) listener?.left(ticketId);
    }
    for (const { ticket, displayNames, trace, waitedMs: hasWaitedMs } of tickets) {
      // Its age, on this region's clock; on the way it does not grow.
      const createdAtMs = Math.max(0, Math.trunc(this.#clock.wallMs() - hasWaitedMs));
      const visitor = {
        ...{ ticket: { ...ticket, createdAtMs }, displayNames },
        ...(trace === undefined ? {} : { trace }),
      };
      const heardAtMs = this.#clock.monotonicMs();
      visitors.set(ticket.ticketId, { ...visitor, homeRegionId, heardAtMs });
      listener?.arrived(visitor, homeRegionId);
    }
  }

  #visitorsOf(queue: string): Map<string, KnownVisitor> {
    let visitors = this.#visitors.get(queue);
    if (visitors === undefined) {
      visitors = new Map();
      this.#visitors.set(queue, visitors);
    }
    return visitors;
  }
}

function answerKey(regionId: string, matchId: string): string {
  return `${regionId} ${matchId}`;
}
