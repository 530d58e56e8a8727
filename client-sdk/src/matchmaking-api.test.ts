import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { MatchSeat, PartyBody, TicketBody } from '../../src/protocol/index.ts';
import { eventually } from '../../test/support/eventually.ts';
import type { MatchTicketBody } from './match-ticket.ts';
import { MeridianClient } from './meridian-client.ts';
import { MemoryStorage } from './session-storage.ts';

const soon = { withinMs: 3_000 };
const facts = { queue: 'ranked', playerIds: ['p1'], createdAtMs: 1_000, timeoutAtMs: 61_000 };
const widening = { step: 0, capMs: 80, skillDistance: 600, regionsTried: 1, nextStepAtMs: 4_000 };

type Reply = { readonly status: number; readonly body?: unknown };
const refusal = (code: string, details: object = {}): Reply => ({
  status: 409,
  body: { error: { code, message: code, retryable: false, details } },
});

/** A small server with one player: it measures, keeps one ticket and one party, and pushes what a test says. */
class TinyRegion {
  readonly requests: { readonly what: string; readonly body: Record<string, unknown> }[] = [];
  readonly hellos: Record<string, unknown>[] = [];
  readonly sockets = new Set<WebSocket>();
  ticket: TicketBody | null = null;
  party: PartyBody | null = null;
  /** Answers of the next requests, instead of the usual ones. */
  readonly next = new Map<string, Reply[]>();
  /** Runs before the answer. */
  before: ((what: string) => void) | null = null;
  /** Whether a hello is answered. */
  isGreeting = true;
  entered = 0;
  probes = 0;
  readonly #http = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const { status, body: reply } = this.#answer(`${request.method} ${request.url}`, body);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(reply === undefined ? '' : JSON.stringify(reply));
  });
  readonly #pushes = new WebSocketServer({ noServer: true });

  async listen(): Promise<string> {
    this.#http.on('upgrade', (request, socket, head) => {
      this.#pushes.handleUpgrade(request, socket, head, (ws) => {
        if (request.url === '/v1/probe') this.#probe(ws);
        else this.#greet(ws);
      });
    });
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const ws of this.#pushes.clients) ws.terminate();
    this.#http.close();
    this.#http.closeAllConnections();
  }

  push(frame: unknown): void {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
    for (const ws of this.sockets) ws.send(text);
  }

  pushTicket(ticket: TicketBody): void {
    this.ticket = ticket;
    this.push({ ticket });
  }

  cut(): void {
    for (const ws of this.sockets) ws.terminate();
  }

  bodiesOf(what: string): readonly Record<string, unknown>[] {
    return this.requests.filter((made) => made.what === what).map(({ body }) => body);
  }

  #answer(what: string, body: Record<string, unknown>): Reply {
    this.requests.push({ what, body });
    this.before?.(what);
    const said = this.next.get(what)?.shift();
    if (said !== undefined) return said;
    switch (what) {
      case 'POST /v1/auth/guest':
        return { status: 201, body: tokens };
      case 'GET /v1/regions':
        return {
          status: 200,
          body: { ownRegionId: 'eu', regions: [{ regionId: 'eu', probeUrl: null }] },
        };
      case 'POST /v1/queues/ranked/tickets':
        this.entered += 1;
        this.ticket = { ...facts, ticketId: `t${this.entered}`, state: 'queued' };
        return { status: 201, body: this.ticket };
      case `GET /v1/tickets/${this.ticket?.ticketId}`:
        return { status: 200, body: this.ticket };
      case `DELETE /v1/tickets/${this.ticket?.ticketId}`:
        if (this.ticket?.state === 'queued') {
          this.ticket = { ...this.ticket, state: 'cancelled', by: 'player' };
        }
        return { status: 204 };
      case 'POST /v1/parties':
      case 'POST /v1/parties/join':
        this.party = partyOf('p1');
        return { status: 201, body: this.party };
      case 'DELETE /v1/parties/me':
        this.party = null;
        return { status: 204 };
      default:
        return refusal(what.includes('/tickets/') ? 'TICKET_UNKNOWN' : 'NOT_FOUND');
    }
  }

  #greet(ws: WebSocket): void {
    ws.once('message', (data) => {
      this.hellos.push(JSON.parse(String(data)) as Record<string, unknown>);
      if (!this.isGreeting) return;
      this.sockets.add(ws);
      ws.once('close', () => this.sockets.delete(ws));
      ws.send(JSON.stringify({ ticket: this.ticket, party: this.party }));
    });
  }

  #probe(ws: WebSocket): void {
    let echoes = 0;
    this.probes += 1;
    ws.send(JSON.stringify({ nonce: 'n0' }));
    ws.on('message', () => {
      echoes += 1;
      ws.send(JSON.stringify({ nonce: `n${echoes}` }));
      const certificate = { token: `signed ${this.probes}` };
      if (echoes === 5) ws.send(JSON.stringify({ certificate }));
    });
  }
}

const tokens = {
  playerId: 'p1',
  displayName: 'Ada',
  accessToken: 'a1',
  accessTokenExpiresAtMs: Date.now() + 3_600_000,
  refreshToken: 'r1',
  refreshTokenExpiresAtMs: Date.now() + 7_200_000,
};

function partyOf(...playerIds: readonly string[]): PartyBody {
  const members = playerIds.map((playerId) => ({ playerId, displayName: playerId }));
  return { partyId: 'party', code: 'ABC234', regionId: 'eu', leaderId: 'p1', members };
}

function matched(ticketId: string, regionUrl: string | null): TicketBody {
  const reservation = { name: 'duel', roomId: 'r', sessionId: 's', processId: 'p' };
  const match: MatchSeat = {
    ...{ matchId: 'm', regionId: 'us', regionUrl, team: 0, role: null, reservation },
  };
  return { ...facts, ticketId, state: 'matched', match };
}

const searching = (ticketId: string, step = 0): TicketBody => ({
  ...{ ...facts, ticketId, state: 'searching', estimatedWaitMs: null },
  widening: { ...widening, step },
});

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

let region: TinyRegion;
let url: string;
const clients: MeridianClient[] = [];
beforeEach(async () => {
  region = new TinyRegion();
  url = await region.listen();
});
afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.regions.stop();
    await client.signOut();
  }
  region.close();
});

async function signedIn(): Promise<MeridianClient> {
  const client = new MeridianClient(url, { storage: new MemoryStorage(), joinTimeoutMs: 1_000 });
  clients.push(client);
  await client.signInAsGuest();
  return client;
}

const isLive = () => eventually(() => region.sockets.size === 1, soon);

describe('a ticket', () => {
  test('goes in with the regions’ tokens, and tells what becomes of it', async () => {
    const client = await signedIn();
    const ticket = await client.matchmaking.enter('ranked', { roles: ['tank'], avoids: ['p9'] });
    const heard: MatchTicketBody[] = [];
    ticket.onChange((body) => heard.push(body));
    expect(region.bodiesOf('POST /v1/queues/ranked/tickets')).toEqual([
      { roles: ['tank'], avoids: ['p9'], latencyTokens: ['signed 1'] },
    ]);
    await isLive();
    expect(region.hellos).toEqual([{ accessToken: 'a1' }]);
    region.push('no JSON');
    region.push({ ticket: { ticketId: 't1', queue: 'ranked', state: 'levitating' } });
    region.pushTicket(searching('t1', 2));
    await eventually(() => ticket.state === 'searching', soon);
    expect(heard.map(({ state }) => state)).toEqual(['queued', 'queued', 'searching']);
    expect(ticket.body).toEqual(searching('t1', 2));
    expect([ticket.ticketId, ticket.queue]).toEqual(['t1', 'ranked']);
  });

  test('that expires says why, and lets the socket go', async () => {
    const client = await signedIn();
    const ticket = await client.matchmaking.enter('ranked');
    const joining = ticket.join();
    await isLive();
    const reasons = [{ kind: 'too-few', missing: 3 }];
    const bestOffer = { regionId: 'eu', players: 7, latencyMs: 31, teamGap: 40 };
    region.pushTicket({ ...facts, ticketId: 't1', state: 'expired', reasons, bestOffer });
    await expect(joining).rejects.toMatchObject({
      code: 'TICKET_EXPIRED',
      details: { reasons, bestOffer },
    });
    await eventually(() => region.sockets.size === 0, soon);
    // What comes after the last word does not count.
    region.ticket = searching('t1');
    expect(await client.matchmaking.current()).toBeNull();
    expect(ticket.state).toBe('expired');
  });

  test('that is cancelled ends for who waits; one that was matched meanwhile does not', async () => {
    const client = await signedIn();
    const ticket = await client.matchmaking.enter('ranked');
    const joining = ticket.join();
    joining.catch(() => {});
    await ticket.cancel();
    await expect(joining).rejects.toMatchObject({
      code: 'TICKET_CANCELLED',
      details: { by: 'player' },
    });
    await ticket.cancel();
    await eventually(() => region.sockets.size === 0, soon);

    const second = await client.matchmaking.enter('ranked');
    await isLive();
    region.ticket = matched('t2', null);
    await expect(second.cancel()).rejects.toMatchObject({ code: 'TICKET_CLAIMED' });
    expect(second.state).toBe('matched');
    region.next.set('DELETE /v1/tickets/t3', [refusal('TICKET_CLAIMED')]);
    const third = await client.matchmaking.enter('ranked');
    await expect(third.cancel()).rejects.toMatchObject({ code: 'TICKET_CLAIMED' });
    expect(third.state).toBe('queued');
  });

  test('explains itself', async () => {
    const client = await signedIn();
    const ticket = await client.matchmaking.enter('ranked');
    const why = { ticketId: 't1', waitedMs: 5, reasons: [], regions: [], bestOffer: null };
    region.next.set('GET /v1/tickets/t1/explanation', [{ status: 200, body: why }]);
    expect(await ticket.explain()).toEqual(why);
  });

  test('without a seat, or whose seat’s region is silent, rejects', async () => {
    const client = await signedIn();
    const ticket = await client.matchmaking.enter('ranked');
    await isLive();
    region.pushTicket({ ...facts, ticketId: 't1', state: 'matched', match: null });
    await expect(ticket.join()).rejects.toMatchObject({ code: 'NO_SEAT' });

    const second = await client.matchmaking.enter('ranked');
    await isLive();
    // Nobody listens there.
    region.pushTicket(matched('t2', 'http://127.0.0.1:9'));
    await expect(second.join()).rejects.toMatchObject({ code: 'NETWORK' });
  });
});

describe('entering', () => {
  test('takes new tokens once when those at hand count for nothing', async () => {
    const client = await signedIn();
    region.next.set('POST /v1/queues/ranked/tickets', [refusal('LATENCY_INVALID')]);
    await client.matchmaking.enter('ranked');
    const sent = region.bodiesOf('POST /v1/queues/ranked/tickets');
    expect(sent.map(({ latencyTokens }) => latencyTokens)).toEqual([['signed 1'], ['signed 2']]);
  });

  test('where the player waits already gives that ticket; in another queue it is refused', async () => {
    const client = await signedIn();
    const exists = refusal('TICKET_EXISTS', { playerId: 'p1', ticketId: 't1' });
    const first = await client.matchmaking.enter('ranked');
    region.next.set('POST /v1/queues/ranked/tickets', [exists]);
    expect(await client.matchmaking.enter('ranked')).toBe(first);
    region.next.set('POST /v1/queues/casual/tickets', [exists]);
    await expect(client.matchmaking.enter('casual')).rejects.toMatchObject({
      code: 'TICKET_EXISTS',
    });

    const otherTab = await signedIn();
    region.next.set('POST /v1/queues/ranked/tickets', [exists]);
    expect((await otherTab.matchmaking.enter('ranked')).ticketId).toBe('t1');
    expect(region.entered).toBe(1);
  });

  test('is refused with the server’s code', async () => {
    const client = await signedIn();
    region.next.set('POST /v1/queues/ranked/tickets', [
      {
        status: 503,
        body: { error: { code: 'QUEUE_FULL', message: '…', retryable: true, retryAfterMs: 9 } },
      },
    ]);
    await expect(client.matchmaking.enter('ranked')).rejects.toMatchObject({
      ...{ code: 'QUEUE_FULL', retryAfterMs: 9 },
    });
    const nobody = new MeridianClient(url, { storage: new MemoryStorage() });
    clients.push(nobody);
    await expect(nobody.matchmaking.enter('ranked')).rejects.toMatchObject({
      code: 'TOKEN_MISSING',
    });
  });

  test('hears what is pushed of the ticket before the answer, and nothing of the one before', async () => {
    const client = await signedIn();
    client.matchmaking.onTicket(() => {});
    await isLive();
    region.before = (what) => {
      if (what.startsWith('POST /v1/queues')) region.push({ ticket: searching('t1', 1) });
    };
    const first = await client.matchmaking.enter('ranked');
    await eventually(() => first.state === 'searching', soon);
    region.pushTicket(matched('t1', null));
    await eventually(() => first.state === 'matched', soon);
    region.before = (what) => {
      if (what.startsWith('POST /v1/queues')) region.push({ ticket: matched('t1', null) });
    };
    const second = await client.matchmaking.enter('ranked');
    expect([second.ticketId, second.state]).toEqual(['t2', 'queued']);
    expect(await client.matchmaking.current()).toBe(second);
  });
});

describe('the push socket', () => {
  test('comes back to the whole truth', async () => {
    const client = await signedIn();
    const ticket = await client.matchmaking.enter('ranked');
    await isLive();
    region.ticket = searching('t1', 3);
    region.cut();
    await eventually(() => ticket.state === 'searching', soon);
    expect(region.hellos).toHaveLength(2);
  });

  test('a ticket that is unknown after a loss is entered again, once, with new tokens', async () => {
    const client = await signedIn();
    const ticket = await client.matchmaking.enter('ranked', { roles: ['tank'] });
    const joining = ticket.join();
    joining.catch(() => {});
    await isLive();
    region.ticket = null;
    region.cut();
    await eventually(() => ticket.ticketId === 't2', soon);
    expect(region.bodiesOf('POST /v1/queues/ranked/tickets')[1]).toEqual({
      ...{ roles: ['tank'], latencyTokens: ['signed 2'] },
    });
    expect(await client.matchmaking.current()).toBe(ticket);

    await isLive();
    region.ticket = null;
    region.cut();
    await expect(joining).rejects.toMatchObject({ code: 'TICKET_UNKNOWN' });
    expect(ticket.state).toBe('lost');
    expect(region.entered).toBe(2);
  });

  test('a ticket that its region has put back meanwhile is not entered again', async () => {
    const client = await signedIn();
    const ticket = await client.matchmaking.enter('ranked');
    await isLive();
    region.ticket = null;
    region.before = (what) => {
      // New latencies are on their way.
      if (what === 'GET /v1/regions') region.pushTicket(searching('t1', 1));
    };
    region.push({ ticket: null });
    await eventually(() => ticket.state === 'searching', soon);
    region.pushTicket(matched('t1', null));
    await eventually(() => ticket.state === 'matched', soon);
    expect([ticket.ticketId, region.entered]).toEqual(['t1', 1]);
  });

  test('a party’s ticket that is unknown is not entered again for one of its members', async () => {
    const client = await signedIn();
    const queued: TicketBody = {
      ...facts,
      ticketId: 't1',
      playerIds: ['p1', 'p2'],
      state: 'queued',
    };
    region.next.set('POST /v1/queues/ranked/tickets', [{ status: 201, body: queued }]);
    region.ticket = queued;
    const ticket = await client.matchmaking.enter('ranked');
    await isLive();
    region.push({ ticket: null });
    await expect(ticket.join()).rejects.toMatchObject({ code: 'TICKET_UNKNOWN' });
    expect(region.entered).toBe(0);
  });

  test('that is refused for good ends the wait with the reason; one refused for now is tried again', async () => {
    const client = await signedIn();
    const ticket = await client.matchmaking.enter('ranked');
    await isLive();
    const error = (code: string, retryable: boolean) => ({
      error: { code, message: '…', retryable },
    });
    region.push(error('DIRECTORY_UNAVAILABLE', true));
    await eventually(() => region.hellos.length === 2, soon);
    await isLive();
    expect(ticket.state).toBe('queued');
    region.push(error('TOKEN_INVALID', false));
    await expect(ticket.join()).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    await eventually(() => region.sockets.size === 0, soon);
  });

  test('asks for a fresh token when the server finds it expired', async () => {
    const client = await signedIn();
    await client.matchmaking.enter('ranked');
    await isLive();
    const fresh = { ...tokens, accessToken: 'a2' };
    region.next.set('POST /v1/auth/refresh', [{ status: 200, body: fresh }]);
    region.push({ error: { code: 'TOKEN_EXPIRED', message: '…', retryable: false } });
    await eventually(() => region.hellos.at(-1)?.['accessToken'] === 'a2', soon);
  });
});

describe('after a page reload', () => {
  test('the ticket is the one of before, while it waits or is matched', async () => {
    const client = await signedIn();
    expect(await client.matchmaking.current()).toBeNull();
    region.ticket = searching('t7', 1);
    const ticket = await client.matchmaking.current();
    expect(ticket?.body).toEqual(region.ticket);
    expect(await client.matchmaking.current()).toBe(ticket);
    region.pushTicket(matched('t7', null));
    await eventually(() => ticket?.state === 'matched', soon);
    region.ticket = { ...facts, ticketId: 't8', state: 'cancelled', by: 'player' };
    const other = await signedIn();
    expect(await other.matchmaking.current()).toBeNull();
  });

  test('nobody who is not signed in has one, and a server that says nothing takes no longer than a request', async () => {
    const nobody = new MeridianClient(url, { storage: new MemoryStorage() });
    clients.push(nobody);
    await expect(nobody.matchmaking.current()).rejects.toMatchObject({ code: 'TOKEN_MISSING' });
    region.isGreeting = false;
    const client = new MeridianClient(url, { storage: new MemoryStorage(), requestTimeoutMs: 300 });
    clients.push(client);
    await client.signInAsGuest();
    await expect(client.matchmaking.current()).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  test('signing out ends the wait', async () => {
    const client = await signedIn();
    const ticket = await client.matchmaking.enter('ranked');
    await isLive();
    await client.signOut();
    await expect(ticket.join()).rejects.toMatchObject({ code: 'TOKEN_MISSING' });
    await eventually(() => region.sockets.size === 0, soon);
  });
});

describe('a party', () => {
  test('is told of as it changes, from before the sign-in on', async () => {
    const client = new MeridianClient(url, { storage: new MemoryStorage() });
    clients.push(client);
    const heard: (number | null)[] = [];
    const stop = client.parties.onChange((party) => heard.push(party?.members.length ?? null));
    const entered: string[] = [];
    const stopTickets = client.matchmaking.onTicket(({ ticketId }) => entered.push(ticketId));
    await client.signInAsGuest();
    await isLive();
    await client.parties.create({ roles: ['healer'] });
    expect(region.bodiesOf('POST /v1/parties')).toEqual([
      { roles: ['healer'], latencyTokens: ['signed 1'] },
    ]);
    expect(client.parties.current?.code).toBe('ABC234');
    await isLive();
    region.push({ party: partyOf('p1', 'p2') });
    await eventually(() => heard.at(-1) === 2, soon);
    // The leader has entered it.
    region.pushTicket(searching('t5'));
    await eventually(() => entered.length === 1, soon);
    await client.parties.leave();
    expect([client.parties.current, heard]).toEqual([null, [null, 1, 2, null]]);
    expect(entered).toEqual(['t5']);
    region.pushTicket({ ...facts, ticketId: 't5', state: 'cancelled', by: 'party-changed' });
    stop();
    stopTickets();
    await eventually(() => region.sockets.size === 0, soon);
  });

  test('is joined by its code, and left once', async () => {
    const client = await signedIn();
    await client.parties.join('abc234');
    expect(region.bodiesOf('POST /v1/parties/join')).toEqual([
      { code: 'abc234', latencyTokens: ['signed 1'] },
    ]);
    region.next.set('DELETE /v1/parties/me', [refusal('PARTY_UNKNOWN')]);
    await expect(client.parties.leave()).rejects.toMatchObject({ code: 'PARTY_UNKNOWN' });
    expect(client.parties.current).toBeNull();
  });
});
