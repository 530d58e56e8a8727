import { Client, type Room } from '@colyseus/sdk';
import WebSocket from 'ws';
import type {
  MatchmakingPush,
  MatchSeat,
  PartyBody,
  TicketBody,
  TicketExplanation,
} from '../../src/protocol/matchmaking.ts';
import { MATCHMAKING_PATH } from '../../src/protocol/matchmaking.ts';
import type { ErrorBody, SessionTokens } from '../../src/protocol/rest.ts';
import { LatencyTokens, latencyKey } from '../../src/regions/latency-tokens.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { eventually } from './eventually.ts';

/** Longer than any wait that these tests make. */
const MATCHED = { withinMs: 30_000 };

/** What a route answered. */
export interface Answer<Body> {
  readonly status: number;
  readonly body: Body & Partial<ErrorBody>;
}

export interface MatchRegion {
  readonly url: string;
  readonly regionId: string;
  readonly regionIds: readonly string[];
  readonly secret: string;
}

/** A player at the REST of one region, as far from each region as the test says: the tokens are what that region would sign. */
export class MatchPlayer implements Disposable {
  readonly tokens: SessionTokens;
  readonly frames: MatchmakingPush[] = [];
  /** Why the push socket was closed; null: it was not. */
  pushClosed: number | null = null;
  readonly #region: MatchRegion;
  #socket: WebSocket | undefined;

  static async signIn(region: MatchRegion): Promise<MatchPlayer> {
    const response = await fetch(`${region.url}/v1/auth/guest`, { method: 'POST' });
    if (!response.ok) throw new Error(`guest sign-in: ${await response.text()}`);
    return new MatchPlayer(region, (await response.json()) as SessionTokens);
  }

  private constructor(region: MatchRegion, tokens: SessionTokens) {
    this.#region = region;
    this.tokens = tokens;
  }

  get playerId(): string {
    return this.tokens.playerId;
  }

  /** @param aheadMs - by how much the clocks of those regions are wrong */
  async latencyTokens(
    latencyMsByRegion: Readonly<Record<string, number>>,
    aheadMs = 0,
  ): Promise<string[]> {
    const { secret, regionIds } = this.#region;
    const key = latencyKey({ secret: '' }, { jwtSecret: secret });
    const clock = { ...systemClock, wallMs: () => systemClock.wallMs() + aheadMs };
    return await Promise.all(
      Object.entries(latencyMsByRegion).map(async ([ownRegionId, rttMs]) => {
        const issuer = new LatencyTokens({ clock }, { key, ownRegionId, regionIds });
        const figures = { rttMs, jitterMs: 1, samples: 5, playerId: this.playerId };
        return (await issuer.issue(figures)).token;
      }),
    );
  }

  async enter(
    queue: string,
    {
      latencyMsByRegion = { [this.#region.regionId]: 20 },
      ...request
    }: {
      readonly latencyMsByRegion?: Readonly<Record<string, number>>;
      readonly latencyTokens?: readonly string[];
      readonly roles?: readonly string[];
      readonly avoids?: readonly string[];
    } = {},
  ): Promise<Answer<TicketBody>> {
    const latencyTokens = await this.latencyTokens(latencyMsByRegion);
    return await this.ask('POST', `/v1/queues/${queue}/tickets`, { latencyTokens, ...request });
  }

  ticket(ticketId: string): Promise<Answer<TicketBody>> {
    return this.ask('GET', `/v1/tickets/${ticketId}`);
  }

  /** The player's seat, once there is one. */
  async matched({ ticketId }: Pick<TicketBody, 'ticketId'>): Promise<MatchSeat> {
    return await eventually(async () => {
      const { body } = await this.ticket(ticketId);
      return body.state === 'matched' ? body.match : null;
    }, MATCHED);
  }

  explain(ticketId: string): Promise<Answer<TicketExplanation>> {
    return this.ask('GET', `/v1/tickets/${ticketId}/explanation`);
  }

  cancel(ticketId: string): Promise<Answer<object>> {
    return this.ask('DELETE', `/v1/tickets/${ticketId}`);
  }

  async createParty(): Promise<Answer<PartyBody>> {
    const latencyTokens = await this.latencyTokens({ [this.#region.regionId]: 20 });
    return await this.ask('POST', '/v1/parties', { latencyTokens });
  }

  async joinParty(code: string, rttMs = 20): Promise<Answer<PartyBody>> {
    const latencyTokens = await this.latencyTokens({ [this.#region.regionId]: rttMs });
    return await this.ask('POST', '/v1/parties/join', { code, latencyTokens });
  }

  leaveParty(): Promise<Answer<object>> {
    return this.ask('DELETE', '/v1/parties/me');
  }

  /** @returns the answer; a body that is none reads as an empty object */
  async ask<Body>(method: string, path: string, body?: unknown): Promise<Answer<Body>> {
    const response = await fetch(`${this.#region.url}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${this.tokens.accessToken}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
  }

  /** Opens the push socket; what comes is kept in `frames`. */
  listen(): void {
    this.#socket = new WebSocket(`${this.#region.url.replace('http', 'ws')}${MATCHMAKING_PATH}`);
    const { accessToken } = this.tokens;
    this.#socket.on('open', () => this.#socket?.send(JSON.stringify({ accessToken })));
    this.pushClosed = null;
    this.#socket.on('close', (code) => {
      this.pushClosed = code;
    });
    this.#socket.on('message', (data) => this.frames.push(JSON.parse(String(data))));
  }

  /** Closes the push socket, as a page that is reloaded does. */
  hangUp(): void {
    this.#socket?.terminate();
  }

  /** Tickets that were pushed so far. */
  get pushed(): readonly TicketBody[] {
    return this.frames.flatMap((frame) =>
      'ticket' in frame && frame.ticket ? [frame.ticket] : [],
    );
  }

  /** Takes the seat of a match. */
  async sit({ regionUrl, reservation }: MatchSeat): Promise<Room> {
    const client = new Client(regionUrl ?? this.#region.url);
    return await client.consumeSeatReservation(reservation as never);
  }

  [Symbol.dispose](): void {
    this.hangUp();
  }
}
