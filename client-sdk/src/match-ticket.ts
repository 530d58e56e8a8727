import {
  API_PREFIX,
  type MatchSeat,
  type TicketBody,
  type TicketExplanation,
  type TicketFacts,
} from '../../src/protocol/index.ts';
import type { AuthorizedHttp } from './authorized-http.ts';
import type { ClientTrace } from './client-traces.ts';
import { Listeners } from './listeners.ts';
import { isWaiting } from './matchmaking-push.ts';
import { MeridianError } from './meridian-error.ts';
import type { MeridianRoom, MeridianRoomOptions } from './meridian-room.ts';

/** A ticket as this client knows it. `lost`: it is not known what became of it, `error` says why. */
export type MatchTicketBody =
  | TicketBody
  | (TicketFacts & { readonly state: 'lost'; readonly error: MeridianError });

export interface MatchTicketDependencies {
  readonly http: Pick<AuthorizedHttp, 'request'>;
  readonly takeSeat: <State>(
    match: MatchSeat,
    options: MeridianRoomOptions,
    trace: ClientTrace | null,
  ) => Promise<MeridianRoom<State>>;
}

/**
 * A player, or a party, that waits for a match. `MeridianClient.matchmaking` makes these.
 *
 *   queued ──▶ searching ──▶ matched ──join()──▶ MeridianRoom
 *                  └───────▶ expired · cancelled · lost
 */
export class MatchTicket {
  readonly #deps: MatchTicketDependencies;
  readonly #onChange = new Listeners<MatchTicketBody>();
  readonly #trace: ClientTrace | null;
  readonly #settled: Promise<void>;
  readonly #settle: () => void;
  #body: MatchTicketBody;
  #joining: Promise<unknown> | null = null;

  /** @param trace - that entering it began; null: none, or it was not entered here */
  constructor(body: TicketBody, deps: MatchTicketDependencies, trace: ClientTrace | null = null) {
    this.#deps = deps;
    this.#trace = trace;
    this.#body = body;
    let settle: () => void = () => {};
    this.#settled = new Promise((resolve) => {
      settle = resolve;
    });
    this.#settle = settle;
    if (!isWaiting(body)) settle();
  }

  /** Another one after a region that had lost its data was entered again. */
  get ticketId(): string {
    return this.#body.ticketId;
  }

  get queue(): string {
    return this.#body.queue;
  }

  /** Of the trace that entering began; null: it is not traced (`traceRatio`). */
  get traceId(): string | null {
    return this.#trace?.traceId ?? null;
  }

  get state(): MatchTicketBody['state'] {
    return this.#body.state;
  }

  /** Everything that is known, by `state`: how far the search has widened, the seat, why it expired. */
  get body(): MatchTicketBody {
    return this.#body;
  }

  /** Every change, beginning with the present state. @returns stops listening */
  onChange(listener: (body: MatchTicketBody) => void): () => void {
    listener(this.#body);
    return this.#onChange.add(listener);
  }

  /**
   * Waits for the match and takes the seat, in the match's region. A seat is good for some seconds: call this right after `enter`.
   *
   * @param options - of this room, besides the client's
   * @throws {MeridianError} `TICKET_EXPIRED` (`details.reasons`, `details.bestOffer`), `TICKET_CANCELLED` (`details.by`),
   *   `TICKET_UNKNOWN`, `NO_SEAT`, or why the room could not be joined: `SEAT_EXPIRED`, `NETWORK`, `TIMEOUT`, …
   */
  async join<State = unknown>(options: MeridianRoomOptions = {}): Promise<MeridianRoom<State>> {
    // One seat: who asks twice gets the same room.
    this.#joining ??= this.#join<State>(options).catch((error: unknown) => {
      this.#joining = null;
      throw error;
    });
    return (await this.#joining) as MeridianRoom<State>;
  }

  /**
   * Takes the ticket back, for everybody on it. One that ended without a match stays as it is.
   *
   * @throws {MeridianError} `TICKET_CLAIMED` when it is a match already, or about to be one; `NETWORK`, …
   */
  async cancel(): Promise<void> {
    if (isWaiting(this.#body)) await this.#takeBack();
    if (this.#body.state !== 'matched') return;
    throw new MeridianError({
      code: 'TICKET_CLAIMED',
      message: 'The ticket has been matched: it is too late to cancel it.',
      retryable: false,
    });
  }

  /**
   * Why there is no match yet.
   *
   * @throws {MeridianError} `TICKET_UNKNOWN` once it does not wait any more, `NODE_UNREACHABLE`, …
   */
  async explain(): Promise<TicketExplanation> {
    return await this.#deps.http.request<TicketExplanation>('GET', `${this.#path}/explanation`);
  }

  /** The server's word; none counts after the last. For `MatchmakingApi`. */
  apply(body: MatchTicketBody): void {
    if (!isWaiting(this.#body)) return;
    this.#body = body;
    if (!isWaiting(body)) this.#settle();
    this.#onChange.emit(body);
  }

  /** It is not known what became of it. For `MatchmakingApi`. */
  lose(error: MeridianError): void {
    const { ticketId, queue, playerIds, createdAtMs, timeoutAtMs } = this.#body;
    const facts = { ticketId, queue, playerIds, createdAtMs, timeoutAtMs };
    this.apply({ ...facts, state: 'lost', error });
  }

  async #join<State>(options: MeridianRoomOptions): Promise<MeridianRoom<State>> {
    await this.#settled;
    const body = this.#body;
    if (body.state !== 'matched') throw errorOf(body);
    if (body.match !== null)
      return await this.#deps.takeSeat<State>(body.match, options, this.#trace);
    throw new MeridianError({
      code: 'NO_SEAT',
      message: 'The match has no seat for this player.',
      retryable: false,
    });
  }

  async #takeBack(): Promise<void> {
    const { ticketId } = this;
    try {
      await this.#deps.http.request('DELETE', this.#path);
      // It may have ended otherwise meanwhile; the push that says so may come later.
      const body = await this.#deps.http.request<TicketBody>('GET', this.#path);
      if (ticketId === this.ticketId) this.apply(body);
    } catch (error) {
      if (!(error instanceof MeridianError) || error.code !== 'TICKET_UNKNOWN') throw error;
      // Nobody knows it: as good as taken back.
      this.apply({ ...this.#body, state: 'cancelled', by: 'player' });
    }
  }

  get #path(): string {
    return ticketPath(this.ticketId);
  }
}

export function ticketPath(ticketId: string): string {
  return `${API_PREFIX}/tickets/${encodeURIComponent(ticketId)}`;
}

function errorOf(body: MatchTicketBody): MeridianError {
  switch (body.state) {
    case 'lost':
      return body.error;
    case 'expired':
      return new MeridianError({
        code: 'TICKET_EXPIRED',
        message: 'No match was found in time.',
        retryable: true,
        details: { reasons: body.reasons, bestOffer: body.bestOffer },
      });
    default:
      return new MeridianError({
        code: 'TICKET_CANCELLED',
        message: 'The ticket was cancelled.',
        retryable: false,
        details: body.state === 'cancelled' ? { by: body.by } : {},
      });
  }
}
