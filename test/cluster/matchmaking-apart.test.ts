// Matchmaking in processes of its own: what its death, its replacement and the death of a node with rooms cost.

import { Registry } from 'prom-client';
import { expect } from 'vitest';
import { GAME_RPC } from '../../src/matchmaking/queue/match-placer-rpc.ts';
import type { TicketBody } from '../../src/protocol/matchmaking.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { openRedis } from '../../src/storage/redis/redis-connection.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { RpcMetrics } from '../../src/telemetry/rpc-metrics.ts';
import { callKey } from '../../src/transport/rpc/peer-call.ts';
import { RpcChannel } from '../../src/transport/rpc/rpc-channel.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { longTest } from '../support/long-test.ts';
import { MatchPlayer, type MatchRegion } from '../support/match-player.ts';
import { ServicesApart } from '../support/services-apart.ts';
import type { MeridianProcess } from '../support/start-meridian.ts';

const GAME = 'test/support/match-game.ts';
const SECRET = 'a secret of one region, long enough';
const SOON = { withinMs: 30_000, everyMs: 100 };
const ENV = { JWT_SECRET: SECRET, MERIDIAN_HTTP_REQUESTS_PER_MINUTE: '100000' };

const reach = ({ url }: MeridianProcess): MatchRegion => ({
  ...{ url, regionId: 'local', regionIds: ['local'], secret: SECRET },
});

async function kill(node: MeridianProcess): Promise<void> {
  node.child.kill('SIGKILL');
  await node.ended;
}

/** The state of a ticket that was pushed last. */
function lastPushed({ pushed }: MatchPlayer): TicketBody | undefined {
  return pushed.at(-1);
}

longTest(
  '[SE-23] matchmaking is killed while tickets wait: they wait on, and its successor matches them',
  {
    timeout: 90_000,
  },
  async () => {
    await using apart = await ServicesApart.open({ game: GAME, env: ENV });
    const [first, a, b] = await Promise.all([
      apart.startMatchmaking(),
      apart.startNode(),
      apart.startNode(),
    ]);
    await apart.untilReady(first, a, b);
    const players = await Promise.all([a, b, a, b].map((it) => MatchPlayer.signIn(reach(it))));
    const [anna, ben, carl, dora] = players as [MatchPlayer, MatchPlayer, MatchPlayer, MatchPlayer];
    for (const player of players) player.listen();
    const tickets = await Promise.all([anna.enter('party'), ben.enter('party')]);
    await eventually(() => lastPushed(anna)?.state === 'searching', SOON);
    await eventually(() => lastPushed(ben)?.state === 'searching', SOON);

    await kill(first);
    expect(await apart.unready(a)).toEqual(['matchmaking']);
    expect(await carl.enter('party')).toMatchObject({
      status: 503,
      body: { error: { code: 'SERVICE_UNAVAILABLE', retryable: true } },
    });
    // What a player did in the meantime comes to him without his asking anew.
    for (const player of players) player.frames.length = 0;

    const second = await apart.startMatchmaking();
    await apart.untilReady(second, a, b);
    await eventually(() => lastPushed(anna)?.ticketId === tickets[0].body.ticketId, SOON);
    const later = await Promise.all([carl.enter('party'), dora.enter('party')]);
    const all = [...tickets, ...later].map(({ body }) => body);
    const seats = await Promise.all(players.map((it, at) => it.matched(all[at] as TicketBody)));
    expect(new Set(seats.map(({ matchId }) => matchId)).size).toBe(1);
    expect(new Set(seats.map(({ reservation }) => reservation.roomId)).size).toBe(1);
    for (const player of players) {
      await eventually(() => lastPushed(player)?.state === 'matched', SOON);
      const matched = player.pushed.filter(({ state }) => state === 'matched');
      expect(new Set(matched.map((it) => it.state === 'matched' && it.match?.matchId)).size).toBe(
        1,
      );
    }
    const rooms = await Promise.all(players.map((it, at) => it.sit(seats[at] as never)));
    await eventually(
      () => rooms.every((room) => (room.state as never)?.['seats']?.['length'] === 4),
      SOON,
    );
    await Promise.all(rooms.map((room) => room.leave()));
    for (const player of players) player.hangUp();
    // It matched, and the nodes did not.
    expect(await second.metrics()).toContain('meridian_matchmaking_');
    for (const node of [a, b]) {
      expect(node.log.filter(({ event }) => event === 'matching')).toEqual([]);
    }
    expect(second.log.filter(({ event }) => event === 'matching').length).toBeGreaterThan(0);
    expect(await second.stop()).toEqual({ exitCode: 0, signal: null });
  },
);

longTest(
  '[TK-16] who is banned while matchmaking is away loses his ticket when it is back',
  {
    timeout: 90_000,
  },
  async () => {
    const password = 'operator of services apart';
    const env = { ...ENV, MERIDIAN_ADMIN_PASSWORD: password };
    await using apart = await ServicesApart.open({ game: GAME, env });
    await using owned = new AsyncDisposableStack();
    const log = createLogger({ level: 'silent' });
    const redis = await openRedis(apart.redis.uri, { name: 'test', log });
    owned.defer(() => redis.disconnect());
    const stateOf = (ticketId: string) => redis.hget(redisKeys.ticket(ticketId), 'kind');
    const ban = async ({ playerId }: MatchPlayer, { adminPort }: MeridianProcess) => {
      const url = `http://127.0.0.1:${adminPort}/admin/v1/players/${playerId}/ban`;
      const headers = {
        Authorization: `Basic ${btoa(`operator:${password}`)}`,
        'Content-Type': 'application/json',
      };
      const body = JSON.stringify({ reason: 'aimbot' });
      expect((await fetch(url, { method: 'POST', headers, body })).ok).toBe(true);
    };
    const [first, node] = await Promise.all([apart.startMatchmaking(), apart.startNode()]);
    await apart.untilReady(first, node);
    const signIn = () => MatchPlayer.signIn(reach(node));
    const [cheat, later, honest] = [await signIn(), await signIn(), await signIn()];
    const entered = [];
    for (const player of [cheat, later, honest]) entered.push((await player.enter('party')).body);
    const [ofCheat, ofLater, ofHonest] = entered.map(({ ticketId }) => ticketId) as [
      string,
      string,
      string,
    ];

    await kill(first);
    await ban(cheat, node);
    await apart.startMatchmaking();
    await eventually(async () => (await stateOf(ofCheat)) === 'ended', SOON);
    // And whoever is banned while it is here.
    await ban(later, node);
    await eventually(async () => (await stateOf(ofLater)) === 'ended', SOON);
    expect(await stateOf(ofHonest)).toBe('searching');
  },
);

longTest(
  '[SE-23] killed again and again while players come, it loses nobody and puts nobody into two matches',
  {
    timeout: 90_000,
  },
  async () => {
    await using apart = await ServicesApart.open({ game: GAME, env: ENV });
    const [first, node] = await Promise.all([apart.startMatchmaking(), apart.startNode()]);
    await apart.untilReady(first, node);
    let matchmaking = first;
    let isOver = false;
    const killing = (async () => {
      for (let kills = 0; kills < 3; kills += 1) {
        // Once it has begun to make matches.
        const process = matchmaking;
        await eventually(
          async () => (await process.metric('meridian_matchmaking_matches_total')) > 0,
          SOON,
        );
        await kill(process);
        matchmaking = await apart.startMatchmaking();
      }
      isOver = true;
    })();
    const coming: Promise<{ readonly player: MatchPlayer; readonly ticketId: string }>[] = [];
    const come = async () => {
      const player = await MatchPlayer.signIn(reach(node));
      const ticketId = await eventually(async () => {
        const { status, body } = await player.enter('duel');
        if (status === 201) return body.ticketId;
        // The answer to an earlier try was lost.
        if (body.error?.code === 'TICKET_EXISTS') return String(body.error.details?.['ticketId']);
        return null;
      }, SOON);
      return { player, ticketId };
    };
    while (!isOver || coming.length % 2 === 1) {
      coming.push(come());
      await Promise.race([coming.at(-1), killing]);
      if (coming.length >= 200) break;
    }
    await killing;
    if (coming.length % 2 === 1) coming.push(come());
    const came = await Promise.all(coming);
    const playersOf = new Map<string, Set<string>>();
    for (const { player, ticketId } of came) {
      const seat = await player.matched({ ticketId });
      const of = playersOf.get(seat.matchId) ?? new Set();
      playersOf.set(seat.matchId, of.add(player.playerId));
    }
    expect([...playersOf.values()].every(({ size }) => size === 2)).toBe(true);
    expect(playersOf.size).toBe(came.length / 2);
  },
);

longTest.each([
  { what: 'is killed', end: kill },
  {
    what: 'stops',
    end: async (node: MeridianProcess) =>
      expect(await node.stop()).toEqual({ exitCode: 0, signal: null }),
  },
])(
  '[SE-24] of two, one $what: the other is enough for the nodes, and matches its queues',
  {
    timeout: 90_000,
  },
  async ({ end }) => {
    await using apart = await ServicesApart.open({ game: GAME, env: ENV, matchmakingPorts: 2 });
    const [one, other, node] = await Promise.all([
      apart.startMatchmaking({ at: 0 }),
      apart.startMatchmaking({ at: 1 }),
      apart.startNode(),
    ]);
    await apart.untilReady(one, other, node);
    // One of the two has matched the queue, whichever it is.
    const endAndMatch = async (ending: MeridianProcess) => {
      const [anna, ben] = await Promise.all([
        MatchPlayer.signIn(reach(node)),
        MatchPlayer.signIn(reach(node)),
      ]);
      anna.listen();
      const { body: ticket } = await anna.enter('duel');
      await eventually(() => lastPushed(anna)?.state === 'searching', SOON);
      await end(ending);
      await apart.untilReady(node);
      const entered = await eventually(async () => {
        const answer = await ben.enter('duel');
        return answer.status === 201 ? answer.body : null;
      }, SOON);
      const seats = await Promise.all([anna.matched(ticket), ben.matched(entered)]);
      expect(seats[0].matchId).toBe(seats[1].matchId);
      await eventually(() => lastPushed(anna)?.state === 'matched', SOON);
      anna.hangUp();
    };
    await endAndMatch(one);
    const again = await apart.startMatchmaking({ at: 0 });
    await apart.untilReady(again);
    await endAndMatch(other);
  },
);

longTest(
  '[SE-25] a match whose node has died gets its room on another',
  {
    timeout: 90_000,
  },
  async () => {
    await using apart = await ServicesApart.open({ game: GAME, env: ENV });
    const [matchmaking, a, b] = await Promise.all([
      apart.startMatchmaking(),
      apart.startNode(),
      apart.startNode(),
    ]);
    await apart.untilReady(matchmaking, a, b);
    const players = await Promise.all(
      Array.from({ length: 8 }, () => MatchPlayer.signIn(reach(a))),
    );
    await kill(b);
    const tickets = await Promise.all(players.map((it) => it.enter('duel')));
    const seats = await Promise.all(
      players.map((it, at) => it.matched(tickets[at]?.body as TicketBody)),
    );
    expect(new Set(seats.map(({ reservation }) => reservation.publicAddress))).toEqual(
      new Set([`127.0.0.1:${a.port}`]),
    );
    // At the first try: nobody has had to search on.
    expect(matchmaking.log.filter(({ msg }) => msg?.startsWith('no room'))).toEqual([]);
  },
);

longTest(
  '[SE-22] two nodes that are asked for one match make one room',
  {
    timeout: 90_000,
  },
  async () => {
    await using apart = await ServicesApart.open({ game: GAME, env: ENV });
    const ports = [await freePort(), await freePort()];
    const nodes = await Promise.all(
      ports.map((port) => apart.startNode({ MERIDIAN_RPC_PORT: String(port) })),
    );
    const deps = {
      ...{ clock: systemClock, metrics: new RpcMetrics(new Registry()), tls: null },
      key: callKey(SECRET),
    };
    const channels = ports.map((port) => new RpcChannel(GAME_RPC, `127.0.0.1:${port}`, deps));
    const player = { displayName: 'x', role: null, homeRegionId: 'local' };
    const match = {
      ...{ matchId: 'm1', queue: 'duel' },
      teams: ['p_a', 'p_b'].map((playerId) => ({
        players: [{ ...player, playerId, rating: { mu: 1_500, sigma: 350 } }],
      })),
    };
    const newRoom = { roomName: 'match', roomId: 'made-once' };
    const seats = [];
    for (const { calls } of [...channels, ...channels]) {
      seats.push(await calls.seatMatch({ match, newRoom }));
    }
    const roomsOf = seats.map((it) => [...it.values()].map(({ roomId }) => roomId));
    expect(new Set(roomsOf.flat())).toEqual(new Set(['made-once']));
    // Asked again, a node gives what it has given.
    expect(seats[2]).toEqual(seats[0]);
    expect(seats[3]).toEqual(seats[1]);
    const rooms = await Promise.all(nodes.map((node) => node.metric('meridian_rooms')));
    expect(rooms.toSorted()).toEqual([0, 1]);
    for (const channel of channels) channel.close();
  },
);

longTest(
  '[SE-26] nodes that do everything and a region whose services are apart work together',
  {
    timeout: 90_000,
  },
  async () => {
    await using apart = await ServicesApart.open({ game: GAME, env: ENV });
    const [matchmaking, node, whole] = await Promise.all([
      apart.startMatchmaking(),
      apart.startNode(),
      apart.startNode({ MERIDIAN_RPC_MATCHMAKING_TARGET: undefined }),
    ]);
    await apart.untilReady(matchmaking, node, whole);
    for (const queue of ['duel', 'party', 'roles'] as const) {
      const roles = queue === 'roles' ? [{ roles: ['tank'] }, { roles: ['healer'] }] : [{}, {}];
      const size = queue === 'duel' ? 2 : 4;
      const players = await Promise.all(
        Array.from({ length: size }, (_, at) =>
          MatchPlayer.signIn(reach(at % 2 === 0 ? node : whole)),
        ),
      );
      const tickets = await Promise.all(
        players.map((it, at) => it.enter(queue, roles[Math.floor(at / 2) % 2])),
      );
      const seats = await Promise.all(
        players.map((it, at) => it.matched(tickets[at]?.body as TicketBody)),
      );
      expect(new Set(seats.map(({ reservation }) => reservation.roomId)).size).toBe(1);
    }
  },
);
