import { API_PREFIX, type TicketBody, type TicketRequest } from '../../src/protocol/index.ts';
import type { AuthorizedHttp } from './authorized-http.ts';
import type { ClientTrace, ClientTraces } from './client-traces.ts';
import { signedOutError } from './error-mapping.ts';
import { latencyTokens, withLatencyTokens } from './latency-tokens.ts';
import { Listeners } from './listeners.ts';
import { MatchTicket, type MatchTicketDependencies, ticketPath } from './match-ticket.ts';
import type { MatchmakingFeed, MatchmakingNews } from './matchmaking-feed.ts';
import { isLive, isWaiting } from './matchmaking-push.ts';
import { MeridianError } from './meridian-error.ts';
import type { RegionsApi } from './regions-api.ts';

/** What the player would play, and with whom not. */
export type EnterOptions = Omit<TicketRequest, 'latencyTokens'>;

export interface MatchmakingApiDependencies {
  readonly http: Pick<AuthorizedHttp, 'request'>;
  readonly regions: Pick<RegionsApi, 'latencies' | 'probe'>;
  readonly feed: MatchmakingFeed;
  readonly takeSeat: MatchTicketDependencies['takeSeat'];
  readonly traces: Pick<ClientTraces, 'begin'>;
  /** Time `current` may take, ms. */
  readonly timeoutMs: number;
}

/** How long after its end a ticket that nothing was heard of is asked for, ms: a dead socket does not say so. */
const OVERDUE_MS = 5_000;

/** Queues of the game. A player waits on one ticket at a time, over all his clients. */
export class MatchmakingApi {
  readonly #deps: MatchmakingApiDependencies;
  readonly #onTicket = new Listeners<MatchTicket>();
  #ticket: MatchTicket | null = null;
  /** How the ticket was entered; null: not by this client, or a second time already. */
  #entry: EnterOptions | null = null;
  #letGo: (() => void) | null = null;
  #overdue: ReturnType<typeof setTimeout> | undefined;
  #overdueOf: string | null = null;
  /** Requests under way that bring a ticket; what is pushed meanwhile may be of it, and is heard afterwards. */
  #entering = 0;
  #early: TicketBody | null = null;

  constructor(deps: MatchmakingApiDependencies) {
    this.#deps = deps;
    deps.feed.onNews((news) => this.#hear(news));
    deps.feed.onRefused((error) => this.#lose(error));
  }

  /**
   * Enters the player, or the party he leads, into a queue. Regions are measured first, unless they were in the last ten minutes.
   * Who waits in that queue already gets that ticket.
   *
   * @throws {MeridianError} `QUEUE_UNKNOWN`, `QUEUE_FULL`, `TICKET_REFUSED` (`details.reason`), `TICKET_EXISTS` (in another queue),
   *   `PARTY_NOT_LEADER`, `TOKEN_MISSING`, `RATE_LIMITED`, `NETWORK`, …
   */
  async enter(queue: string, options: EnterOptions = {}): Promise<MatchTicket> {
    const trace = this.#deps.traces.begin();
    return await this.#whileEntering(async () => {
      const { body, isNew } = await this.#enter(queue, () =>
        withLatencyTokens(this.#deps.regions, (tokens) =>
          this.#post(queue, options, tokens, trace),
        ),
      );
      return isNew ? this.#take(body, options, trace) : this.#take(body, null);
    });
  }

  /**
   * The ticket of before a page reload, as the server knows it: one that waits, or was matched within the last minute. Null: none.
   *
   * @throws {MeridianError} `TOKEN_MISSING`, `TIMEOUT`, …
   */
  async current(): Promise<MatchTicket | null> {
    const { feed, timeoutMs } = this.#deps;
    const letGo = feed.hold();
    try {
      await feed.caughtUp(timeoutMs);
    } finally {
      letGo();
    }
    return this.#ticket !== null && isLive(this.#ticket) ? this.#ticket : null;
  }

  /** Every ticket the player comes to wait on, also those a party's leader or another tab entered. @returns stops listening */
  onTicket(listener: (ticket: MatchTicket) => void): () => void {
    const remove = this.#onTicket.add(listener);
    const letGo = this.#deps.feed.hold();
    return () => {
      remove();
      letGo();
    };
  }

  /** Another player may sign in. */
  forget(): void {
    this.#lose(signedOutError());
    this.#ticket = null;
    this.#early = null;
  }

  #hear({ ticket: body }: MatchmakingNews): void {
    if (body === undefined) return;
    const ours = this.#ticket;
    if (this.#entering > 0) {
      this.#early = body ?? this.#early;
    } else if (body === null) {
      if (ours !== null && isWaiting(ours)) void this.#enterAgain(ours);
    } else if (body.ticketId === ours?.ticketId) {
      ours.apply(body);
    } else if (isLive(body)) {
      this.#take(body, null);
    } else {
      // What ended last is not ours, so ours is not known.
      this.#lose(unknownTicket());
    }
  }

  /** A ticket that is told of is ours from now on. */
  #take(
    body: TicketBody,
    entry: EnterOptions | null,
    trace: ClientTrace | null = null,
  ): MatchTicket {
    if (this.#ticket?.ticketId === body.ticketId) {
      this.#ticket.apply(body);
      return this.#ticket;
    }
    const before = this.#ticket;
    const { http, takeSeat } = this.#deps;
    const ticket = new MatchTicket(body, { http, takeSeat }, trace);
    this.#ticket = ticket;
    this.#entry = entry;
    ticket.onChange(() => this.#watch());
    // A player has one ticket: whatever became of the other, it was not heard.
    before?.lose(unknownTicket({ ticketId: ticket.ticketId }));
    this.#onTicket.emit(ticket);
    return ticket;
  }

  /** The socket is held while the ticket waits. */
  #watch(): void {
    const body = this.#ticket?.body;
    if (body === undefined || !isWaiting(body)) {
      clearTimeout(this.#overdue);
      this.#overdueOf = null;
      this.#letGo?.();
      this.#letGo = null;
      return;
    }
    this.#letGo ??= this.#deps.feed.hold();
    if (this.#overdueOf === body.ticketId) return;
    this.#overdueOf = body.ticketId;
    // By the server's clock alone: ours may be wrong.
    this.#askIn(body.timeoutAtMs - body.createdAtMs + OVERDUE_MS);
  }

  #askIn(ms: number): void {
    clearTimeout(this.#overdue);
    this.#overdue = setTimeout(() => {
      this.#deps.feed.renew();
      this.#askIn(OVERDUE_MS);
    }, ms);
  }

  #lose(error: MeridianError): void {
    this.#ticket?.lose(error);
  }

  /**
   * The region has lost its data. Once only, and only what this client knows to be wanted: a party is gone with its ticket. Regions put
   * back what waited, sooner than new latencies can be had: who would enter all the same would be on two tickets, and in two matches.
   */
  async #enterAgain(ticket: MatchTicket): Promise<void> {
    const entry = this.#entry;
    this.#entry = null;
    if (entry === null || ticket.body.playerIds.length > 1) {
      this.#lose(unknownTicket());
      return;
    }
    const { queue } = ticket;
    try {
      await this.#whileEntering(async () => {
        const tokens = await latencyTokens(this.#deps.regions, { isFresh: true });
        if (this.#early?.ticketId === ticket.ticketId) {
          this.#entry = entry;
          return;
        }
        const { body } = await this.#enter(queue, () => this.#post(queue, entry, tokens));
        if (isWaiting(ticket)) ticket.apply(body);
        // Cancelled meanwhile, when there was nothing to cancel.
        else await this.#deps.http.request('DELETE', ticketPath(body.ticketId));
      });
    } catch (cause) {
      ticket.lose(unknownTicket({}, cause));
    }
  }

  /** @returns the new ticket; the one that waits in the queue already, when there is one */
  async #enter(
    queue: string,
    post: () => Promise<TicketBody>,
  ): Promise<{ readonly body: TicketBody; readonly isNew: boolean }> {
    try {
      const body = await post();
      this.#deps.feed.renewGreeting();
      return { body, isNew: true };
    } catch (error) {
      const existing = await this.#existing(error);
      if (existing === null || existing.queue !== queue || !isLive(existing)) throw error;
      return { body: existing, isNew: false };
    }
  }

  /** @returns null when the server did not refuse because of a ticket of this player */
  async #existing(error: unknown): Promise<TicketBody | null> {
    if (!(error instanceof MeridianError) || error.code !== 'TICKET_EXISTS') return null;
    const ticketId = error.details['ticketId'];
    if (typeof ticketId !== 'string') return null;
    try {
      return await this.#deps.http.request<TicketBody>('GET', ticketPath(ticketId));
    } catch {
      // Of another member of the party, or gone: the refusal says what there is to say.
      return null;
    }
  }

  #post(
    queue: string,
    options: EnterOptions,
    tokens: readonly string[],
    trace: ClientTrace | null = null,
  ): Promise<TicketBody> {
    const request: TicketRequest = { ...options, latencyTokens: tokens };
    const path = `${API_PREFIX}/queues/${encodeURIComponent(queue)}/tickets`;
    return this.#deps.http.request<TicketBody>('POST', path, request, trace);
  }

  async #whileEntering<Result>(enter: () => Promise<Result>): Promise<Result> {
    this.#entering += 1;
    try {
      return await enter();
    } finally {
      this.#entering -= 1;
      if (this.#entering === 0) this.#hearEarly();
    }
  }

  /** What was pushed of our ticket is younger than the answer. Of another it is older: what the player had before. */
  #hearEarly(): void {
    const early = this.#early;
    this.#early = null;
    const ours = this.#ticket;
    const isOther = ours !== null && isWaiting(ours) && early?.ticketId !== ours.ticketId;
    if (early !== null && !isOther) this.#hear({ ticket: early });
  }
}

function unknownTicket(
  details: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): MeridianError {
  return new MeridianError({
    code: 'TICKET_UNKNOWN',
    message: 'The server does not know the ticket any more.',
    retryable: true,
    details,
    cause,
  });
}
