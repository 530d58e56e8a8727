// The contract of matchmaking, in this process and over gRPC; and what matchmaking asks of nodes with rooms.

import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { GameError } from '../../src/errors/game-error.ts';
import {
  matchmakingCalls,
  matchmakingClient,
  matchmakingFeeds,
} from '../../src/matchmaking/client.ts';
import type { BackfillNeed, MatchedPlayer, MatchInfo } from '../../src/matchmaking/contract.ts';
import { MATCHMAKING_RPC } from '../../src/matchmaking/matchmaking-rpc.ts';
import { GAME_RPC, type Seats } from '../../src/matchmaking/queue/match-placer-rpc.ts';
import { OncePerMatch } from '../../src/matchmaking/queue/once-per-match.ts';
import type { MatchmakingPush } from '../../src/protocol/matchmaking.ts';
import { systemClock as clock } from '../../src/shared/clock.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { RpcMetrics } from '../../src/telemetry/rpc-metrics.ts';
import { loadProto } from '../../src/transport/rpc/load-proto.ts';
import { CallSigner, callKey } from '../../src/transport/rpc/peer-call.ts';
import { RpcChannel } from '../../src/transport/rpc/rpc-channel.ts';
import { fromServiceError } from '../../src/transport/rpc/rpc-error.ts';
import { RpcServer } from '../../src/transport/rpc/rpc-server.ts';
import { eventually } from '../support/eventually.ts';
import { type LocalMatchmaking, openLocalMatchmaking } from '../support/local-matchmaking.ts';
import { TcpRelay } from '../support/tcp-relay.ts';

const SOON = { withinMs: 10_000 };
const ANN = { playerId: 'p_ann', displayName: 'Ann 🦦' };
const BEN = { playerId: 'p_ben', displayName: 'Ben' };
const LATENCY = { latencyTokens: ['signed'] };
const SECRET = 'a secret of at least thirty-two characters';

const log = createLogger({ level: 'silent' });

function rpcDeps() {
  const metrics = new RpcMetrics(new Registry());
  return { clock, metrics, key: callKey(SECRET), tls: null };
}

async function serve(here: LocalMatchmaking) {
  const server = new RpcServer({ ...rpcDeps(), log });
  const { matchmaking } = here;
  server.add(MATCHMAKING_RPC, matchmakingCalls(matchmaking), matchmakingFeeds(matchmaking));
  const port = await server.listen({ port: 0, address: '127.0.0.1' });
  return { server, port };
}

const local = () => openLocalMatchmaking({ log, mostWaiting: 3 });

/** The same service, behind a port. */
async function remote(): Promise<
  Pick<LocalMatchmaking, 'matchmaking' | 'placed'> & AsyncDisposable
> {
  const here = await local();
  const { server, port } = await serve(here);
  const channel = new RpcChannel(MATCHMAKING_RPC, `127.0.0.1:${port}`, rpcDeps());
  return {
    matchmaking: matchmakingClient(channel),
    placed: here.placed,
    [Symbol.asyncDispose]: async () => {
      channel.close();
      await server.close(0);
      await here[Symbol.asyncDispose]();
    },
  };
}

/** A push socket that remembers. */
function socket() {
  const frames: MatchmakingPush[] = [];
  const closed: (() => void)[] = [];
  return {
    frames,
    push: (frame: unknown) => void frames.push(frame as MatchmakingPush),
    onClose: (listener: () => void) => void closed.push(listener),
    close: () => {
      for (const listener of closed) listener();
    },
  };
}

const need: BackfillNeed = {
  roomId: 'r1',
  queue: 'duel',
  teams: [
    {
      players: [
        { playerId: 'p_a', rating: { mu: 1_500, sigma: 350 } },
        { playerId: 'p_b', rating: { mu: 1, sigma: 2 }, role: 'tank', avoids: ['p_c'] },
      ],
      openPlaces: 0,
    },
    { players: [], openPlaces: 1 },
  ],
  left: ['p_gone'],
  waitedMs: 1_234.5,
};

const PLAYED: MatchInfo = {
  matchId: 'm1',
  queue: 'duel',
  teams: ['p_a', 'p_b'].map((playerId) => ({
    players: [
      {
        ...{ playerId, displayName: 'x', role: null, homeRegionId: 'eu' },
        rating: { mu: 1_500, sigma: 350 },
      },
    ],
  })),
};

describe.each([
  { binding: 'in this process', open: local },
  { binding: 'over gRPC', open: remote },
])('[SE-1] [SE-21] matchmaking $binding', ({ open }) => {
  test('tickets are entered, seen, explained, cancelled and matched', async () => {
    await using opened = await open();
    const { matchmaking, placed } = opened;
    await matchmaking.ping();
    const avoids = ['p_mallory'];
    const ticket = await matchmaking.enter('duel', { ...LATENCY, avoids }, ANN);
    expect(ticket).toMatchObject({ state: 'queued', queue: 'duel', playerIds: ['p_ann'] });
    const { ticketId } = ticket;
    expect(await matchmaking.ticket(ticketId, ANN)).toMatchObject({
      ...{ state: 'searching', estimatedWaitMs: null },
      widening: { step: 0, regionsTried: 1 },
    });
    const why = await eventually(() => matchmaking.explain(ticketId, ANN).catch(() => null), SOON);
    expect(why).toMatchObject({
      ticketId,
      bestOffer: null,
      reasons: [{ kind: expect.any(String) }],
      regions: [{ regionId: 'eu', latencyMs: 20, openAtWaitMs: 0 }],
    });
    const [duel, crowd] = await eventually(async () => {
      const statuses = await matchmaking.statuses();
      return statuses[0]?.waiting === 1 ? statuses : null;
    }, SOON);
    expect(duel).toMatchObject({ queue: 'duel', medianWaitMs: null, beingMade: 0 });
    expect(crowd).toMatchObject({ queue: 'crowd', waiting: 0 });
    await matchmaking.cancel(ticketId, ANN);
    await matchmaking.cancel(ticketId, ANN);
    const { timeoutAtMs, createdAtMs, playerIds, queue } = ticket;
    expect(await matchmaking.ticket(ticketId, ANN)).toEqual({
      ...{ ticketId, queue, playerIds, createdAtMs, timeoutAtMs },
      ...{ state: 'cancelled', by: 'player' },
    });

    const again = await matchmaking.enter('duel', { ...LATENCY, avoids }, ANN);
    await matchmaking.enter('duel', LATENCY, BEN);
    const matched = await eventually(async () => {
      const now = await matchmaking.ticket(again.ticketId, ANN);
      return now.state === 'matched' ? now : null;
    }, SOON);
    const [made] = placed;
    expect(matched.match).toEqual({
      ...{ matchId: made?.matchId, regionId: 'eu', regionUrl: null },
      ...{ team: expect.any(Number), role: null },
      reservation: { name: 'duel', roomId: 'r1', sessionId: 's-p_ann', processId: 'n1' },
    });
    const ann = made?.teams.flatMap(({ players }) => players).find((it) => it.playerId === 'p_ann');
    expect(ann).toMatchObject({ displayName: 'Ann 🦦', avoids, homeRegionId: 'eu' });
  });

  test('parties are made, joined and left', async () => {
    await using opened = await open();
    const { matchmaking } = opened;
    const party = await matchmaking.createParty({ ...LATENCY, roles: ['tank'] }, ANN);
    expect(party).toMatchObject({ regionId: 'eu', leaderId: 'p_ann', members: [ANN] });
    const code = party.code.toLowerCase();
    const joined = await matchmaking.joinParty({ ...LATENCY, code }, BEN);
    expect(joined).toEqual({ ...party, members: [ANN, BEN] });
    await matchmaking.leaveParty(ANN);
    await expect(matchmaking.leaveParty(ANN)).rejects.toMatchObject({ code: 'PARTY_UNKNOWN' });
  });

  test('a player is told what he has, then what changes, until he hangs up', async () => {
    await using opened = await open();
    const { matchmaking } = opened;
    const ann = socket();
    await matchmaking.watch('p_ann', ann);
    await eventually(() => ann.frames.length > 0, SOON);
    expect(ann.frames[0]).toEqual({ ticket: null, party: null });
    const { ticketId } = await matchmaking.enter('duel', LATENCY, ANN);
    const told = (state: string) =>
      eventually(
        () =>
          ann.frames.find((it) => 'ticket' in it && it.ticket?.state === state) as
            | { readonly ticket: object }
            | undefined,
        SOON,
      );
    expect((await told('searching')).ticket).toMatchObject({ ticketId });
    await matchmaking.enter('duel', LATENCY, BEN);
    expect((await told('matched')).ticket).toMatchObject({
      match: { reservation: { sessionId: 's-p_ann' } },
    });
    await matchmaking.createParty(LATENCY, ANN);
    await eventually(() => ann.frames.some((it) => 'party' in it && it.party !== null), SOON);
    ann.close();
    const ben = socket();
    await matchmaking.watch('p_ben', ben);
    await eventually(() => ben.frames.length > 0, SOON);
    expect(ben.frames[0]).toMatchObject({ ticket: { state: 'matched' }, party: null });
    const before = ann.frames.length;
    await matchmaking.leaveParty(ANN);
    await matchmaking.enter('duel', LATENCY, BEN);
    await eventually(() => ben.frames.length > 1, SOON);
    expect(ann.frames.length).toBe(before);
    ben.close();
  });

  test('rooms report results and ask for players', async () => {
    await using opened = await open();
    const { results, backfills } = opened.matchmaking;
    await results.report(PLAYED, [1, 2]);
    const left = { ...(PLAYED.teams[0]?.players[0] as MatchedPlayer), playerId: 'p_gone' };
    const replaced = [{ player: left, team: 1, place: 0 }];
    await results.report({ ...PLAYED, matchId: 'm2', replaced }, [2, 1]);
    await expect(results.report(PLAYED, [1])).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      details: { reason: expect.any(String) },
    });
    const nowhere = [{ player: left, team: 1, place: 7 }];
    await expect(
      results.report({ ...PLAYED, matchId: 'm3', replaced: nowhere }, [2, 1]),
      '[SE-9] a place that no team has',
    ).rejects.toMatchObject({ code: 'BAD_REQUEST', details: { reason: 'no-such-place' } });
    const one = {
      ...need,
      teams: [
        { players: [need.teams[0]?.players[0] as never], openPlaces: 0 },
        { players: [], openPlaces: 1 },
      ],
    };
    const asked = await eventually(async () => {
      const answer = await backfills.ask(one);
      return answer.kind === 'elsewhere' ? null : answer;
    }, SOON);
    expect(asked).toEqual({ kind: 'searching' });
    expect(await backfills.ask(need)).toMatchObject({
      kind: 'refused',
      reason: 'teams-do-not-fit',
    });
    expect(await backfills.ask({ ...need, queue: 'nowhere' })).toEqual({ kind: 'elsewhere' });
    await backfills.withdraw(need);
  });

  test('they say what is wrong', async () => {
    await using opened = await open();
    const { matchmaking } = opened;
    const party = await matchmaking.createParty(LATENCY, ANN);
    await matchmaking.joinParty({ ...LATENCY, code: party.code }, BEN);
    const { ticketId } = await matchmaking.enter('crowd', LATENCY, ANN);
    const stranger = { playerId: 'p_eve', displayName: 'Eve' };
    const errors: Readonly<Record<string, readonly (() => Promise<unknown>)[]>> = {
      QUEUE_UNKNOWN: [() => matchmaking.enter('nowhere', LATENCY, ANN)],
      LATENCY_INVALID: [() => matchmaking.enter('duel', { latencyTokens: ['forged'] }, ANN)],
      TICKET_EXISTS: [() => matchmaking.enter('crowd', LATENCY, ANN)],
      TICKET_REFUSED: [() => matchmaking.enter('duel', LATENCY, ANN)],
      PARTY_NOT_LEADER: [() => matchmaking.enter('duel', LATENCY, BEN)],
      PARTY_EXISTS: [() => matchmaking.createParty(LATENCY, ANN)],
      PARTY_UNKNOWN: [
        () => matchmaking.joinParty({ ...LATENCY, code: 'ZZZZZZ' }, stranger),
        () => matchmaking.leaveParty(stranger),
      ],
      TICKET_UNKNOWN: [
        () => matchmaking.ticket(ticketId, stranger),
        () => matchmaking.explain(ticketId, stranger),
        () => matchmaking.cancel('no-such-ticket', ANN),
      ],
      BAD_REQUEST: [
        () => matchmaking.enter('duel', { latencyTokens: ['signed', 'signed'] }, stranger),
      ],
    };
    for (const [code, asks] of Object.entries(errors)) {
      for (const ask of asks) await expect(ask(), code).rejects.toMatchObject({ code });
    }
    await expect(matchmaking.enter('nowhere', LATENCY, ANN)).rejects.toMatchObject({
      details: { queues: ['duel', 'crowd'] },
    });
    for (const at of [1, 2]) {
      await matchmaking.enter('crowd', LATENCY, { playerId: `p_${at}`, displayName: 'x' });
    }
    await expect(matchmaking.enter('crowd', LATENCY, stranger)).rejects.toMatchObject({
      code: 'QUEUE_FULL',
      details: { waiting: 3 },
      retryAfterMs: expect.any(Number),
    });
  });
});

test('[SE-2] [SE-21] messages that do not fit are refused, and nobody is entered by them', async () => {
  await using here = await local();
  const { server, port } = await serve(here);
  const raw = (method: string, message: object) => callRaw(port, method, message);
  const player = ANN;
  const entry = { latencyTokens: ['signed'] };
  const long = 'x'.repeat(129);
  const crowd = (size: number, of: unknown) => Array.from({ length: size }, () => of);
  const bad: readonly (readonly [string, object, readonly (string | number)[]])[] = [
    ['EnterQueue', { queue: 'duel', entry }, ['player']],
    ['EnterQueue', { player: { playerId: '' }, queue: 'duel', entry }, ['player', 'playerId']],
    ['EnterQueue', { player, queue: 'q'.repeat(65), entry }, ['queue']],
    ['EnterQueue', { player, queue: 'duel', entry: {} }, ['request', 'latencyTokens']],
    ['EnterQueue', { player, queue: 'duel' }, ['entry']],
    ['JoinParty', { player, entry, code: 'no good' }, ['request', 'code']],
    ['CreateParty', { player, entry: { latencyTokens: [''] } }, ['entry', 'latencyTokens', 0]],
    ['ReadTicket', { player, ticketId: 'x'.repeat(129) }, ['ticketId']],
    ['LeaveParty', {}, ['player']],
    ['AskBackfill', { ...need, waitedMs: -1 }, ['waitedMs']],
    [
      'AskBackfill',
      { ...need, teams: [{ players: [{ playerId: 'p' }] }] },
      ['teams', 0, 'players', 0, 'rating'],
    ],
    ['ReportMatch', { ranks: [1] }, ['match']],
    ['ReportMatch', { match: { ...PLAYED, matchId: '' }, ranks: [1, 2] }, ['match', 'matchId']],
    ['WithdrawBackfill', { queue: 'duel' }, ['roomId']],
    ['EnterQueue', { player: { ...ANN, displayName: long }, entry }, ['player', 'displayName']],
    ['AskBackfill', { ...need, teams: crowd(25, {}) }, ['teams']],
    ['AskBackfill', { ...need, teams: [{ openPlaces: 25 }] }, ['teams', 0, 'openPlaces']],
    ['ReportMatch', { match: { ...PLAYED, teams: crowd(25, {}) } }, ['match', 'teams']],
    ['ReportMatch', { match: PLAYED, ranks: crowd(25, 1) }, ['ranks']],
    [
      'ReportMatch',
      { match: { ...PLAYED, teams: [{ players: crowd(25, player) }] } },
      ['match', 'teams', 0, 'players'],
    ],
    [
      'ReportMatch',
      { match: { ...PLAYED, replaced: crowd(1_025, { player }) } },
      ['match', 'replaced'],
    ],
  ];
  for (const [method, message, path] of bad) {
    const refused = (await raw(method, message)) as GameError;
    expect(refused, method).toMatchObject({ code: 'BAD_REQUEST' });
    const { issues } = refused.details as { readonly issues: readonly { path: unknown }[] };
    expect(
      issues.map((issue) => issue.path),
      `${method} ${JSON.stringify(path)}`,
    ).toContainEqual(path);
  }
  expect((await here.matchmaking.statuses()).map(({ waiting }) => waiting)).toEqual([0, 0]);
  await server.close(0);
});

describe('[SE-22] what matchmaking asks of a node with rooms', () => {
  const seats: Seats = new Map([
    ['p_a', { name: 'duel', roomId: 'r9', sessionId: 's1', processId: 'n1' }],
    [
      'p_b',
      {
        ...{ name: 'duel', roomId: 'r9', sessionId: 's2', processId: 'n1' },
        ...{ publicAddress: 'a.test', nodes: ['a.test', 'b.test'], refuge: 'far.test' },
      },
    ],
  ]);
  const newRoom = { roomName: 'duel', roomId: 'r9' };

  test('brings the match as it is, and the seats', async () => {
    const replaced = [
      { player: { ...PLAYED.teams[0]?.players[0], avoids: ['p_x'] } as never, team: 1, place: 0 },
    ];
    const full = { ...PLAYED, replaced };
    const asked: unknown[] = [];
    await using node = await startGame(async (request) => {
      asked.push(request);
      return seats;
    });
    expect(await node.calls.seatMatch({ match: full, newRoom })).toEqual(seats);
    expect(await node.calls.seatMatch({ match: PLAYED, roomId: 'r2' })).toEqual(seats);
    expect(asked).toEqual([
      { match: full, newRoom },
      { match: PLAYED, roomId: 'r2' },
    ]);
    const neither = node.calls.seatMatch({ match: PLAYED });
    await expect(neither).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('asked again over a broken connection, it gives the same seats and makes no second room', async () => {
    const once = new OncePerMatch<Seats>();
    let made = 0;
    const making = Promise.withResolvers<void>();
    await using node = await startGame(({ match: { matchId } }) =>
      once.run(matchId, async () => {
        made += 1;
        node.relay.cut();
        await making.promise;
        return seats;
      }),
    );
    const asked = node.calls.seatMatch({ match: PLAYED, newRoom });
    await eventually(() => node.handled() === 2, SOON);
    making.resolve();
    expect(await asked).toEqual(seats);
    expect(made).toBe(1);
  });

  test('what failed is tried anew', async () => {
    const once = new OncePerMatch<number>();
    let tries = 0;
    const attempt = () =>
      once.run('m1', async () => {
        tries += 1;
        if (tries === 1) throw new GameError('ROOM_FULL');
        return tries;
      });
    await expect(attempt()).rejects.toMatchObject({ code: 'ROOM_FULL' });
    expect(await attempt()).toBe(2);
    expect(await attempt()).toBe(2);
  });
});

async function startGame(seatMatch: (request: { readonly match: MatchInfo }) => Promise<Seats>) {
  let handled = 0;
  const server = new RpcServer({ ...rpcDeps(), log });
  server.add(GAME_RPC, {
    seatMatch: async (request) => {
      handled += 1;
      return await seatMatch(request);
    },
  });
  const port = await server.listen({ port: 0, address: '127.0.0.1' });
  const relay = await TcpRelay.open(port);
  const channel = new RpcChannel(GAME_RPC, `127.0.0.1:${relay.port}`, rpcDeps());
  return {
    relay,
    calls: channel.calls,
    handled: () => handled,
    [Symbol.asyncDispose]: async () => {
      channel.close();
      await relay[Symbol.asyncDispose]();
      await server.close(0);
    },
  };
}

/** A call with a message that our own client would not send. @returns the reply, or the error */
async function callRaw(port: number, name: string, message: object): Promise<unknown> {
  const { service } = loadProto(MATCHMAKING_RPC);
  const method = service[name];
  if (method === undefined) throw new TypeError(`no ${name}`);
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const metadata = new Metadata();
  new CallSigner(callKey(SECRET)).sign(metadata, method.path, Date.now());
  try {
    return await new Promise((resolve) => {
      client.makeUnaryRequest(
        ...[method.path, method.requestSerialize, method.responseDeserialize, message, metadata],
        (error: ServiceError | null, reply: unknown) =>
          resolve(error === null ? reply : fromServiceError(error)),
      );
    });
  } finally {
    client.close();
  }
}
