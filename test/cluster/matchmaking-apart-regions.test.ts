// A region whose services are apart, linked to one whose node does everything.

import { expect } from 'vitest';
import type { SessionTokens } from '../../src/protocol/rest.ts';
import { openRedis } from '../../src/storage/redis/redis-connection.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { longTest } from '../support/long-test.ts';
import { MatchPlayer } from '../support/match-player.ts';
import { RedisServer } from '../support/redis-server.ts';
import { areAllRegionsOpen } from '../support/regions-open.ts';
import { ServicesApart } from '../support/services-apart.ts';
import { MeridianProcess } from '../support/start-meridian.ts';

const GAME = 'test/support/match-game.ts';
const SECRET = 'a secret of two regions, long enough';
const SOON = { withinMs: 30_000, everyMs: 100 };
const IDS = ['a', 'b'] as const;

/** Region `a` apart, region `b` in one process. */
async function openRegions() {
  await using owned = new AsyncDisposableStack();
  const ports = { a: await freePort(), b: await freePort() };
  const redisOfB = owned.use(await RedisServer.start());
  const env = {
    JWT_SECRET: SECRET,
    MERIDIAN_HTTP_REQUESTS_PER_MINUTE: '100000',
    MERIDIAN_REGIONS: JSON.stringify(
      IDS.map((id) => ({
        ...{ id, name: id, url: `http://127.0.0.1:${ports[id]}` },
        position: { latitude: 50, longitude: 8 },
      })),
    ),
  };
  const apart = owned.use(
    await ServicesApart.open({
      game: GAME,
      env: {
        ...env,
        MERIDIAN_REGION_ID: 'a',
        MERIDIAN_REGION_LINKS: JSON.stringify([{ id: 'b', redisUri: redisOfB.uri }]),
      },
    }),
  );
  // First: it would take what comes over the link, if it took work.
  const a = await apart.startNode({
    PORT: String(ports.a),
    MERIDIAN_HTTP_PUBLIC_ADDRESS: `127.0.0.1:${ports.a}`,
  });
  const matchmaking = await apart.startMatchmaking();
  const b = owned.use(
    await MeridianProcess.start({
      game: GAME,
      env: {
        ...env,
        PORT: String(ports.b),
        REDIS_URI: redisOfB.uri,
        MERIDIAN_CLUSTER_PEER_PORT: '0',
        MERIDIAN_HTTP_PUBLIC_ADDRESS: `127.0.0.1:${ports.b}`,
        MERIDIAN_REGION_ID: 'b',
        MERIDIAN_REGION_LINKS: JSON.stringify([{ id: 'a', redisUri: apart.redis.uri }]),
      },
    }),
  );
  await apart.untilReady(matchmaking, a, b);
  for (const { url } of [a, b]) await eventually(() => areAllRegionsOpen(url), SOON);
  const kept = owned.move();
  const redisOfA = await openRedis(apart.redis.uri, {
    name: 'test',
    log: createLogger({ level: 'silent' }),
  });
  kept.defer(() => redisOfA.disconnect());
  return { a, b, redisOfA, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function signOutEverywhere(
  { url }: MeridianProcess,
  { accessToken }: SessionTokens,
): Promise<void> {
  const headers = { Authorization: `Bearer ${accessToken}`, 'Content-Type': 'application/json' };
  const init = { method: 'POST', headers, body: '{}' };
  expect((await fetch(`${url}/v1/auth/sign-out-everywhere`, init)).ok).toBe(true);
}

async function statusAt({ url }: MeridianProcess, { accessToken }: SessionTokens): Promise<number> {
  const headers = { Authorization: `Bearer ${accessToken}` };
  return (await fetch(`${url}/v1/auth/identities`, { headers })).status;
}

longTest(
  '[SE-27] [TK-16] tickets, results and revocations pass between a region apart and one that is not',
  {
    timeout: 90_000,
  },
  async () => {
    await using regions = await openRegions();
    const { a, b } = regions;
    const player = (node: MeridianProcess, regionId: string) =>
      MatchPlayer.signIn({ url: node.url, regionId, regionIds: IDS, secret: SECRET });

    // Where it is played, the other's ticket is claimed over the link, and his rating goes back over it.
    for (const at of IDS) {
      const both = await Promise.all([player(a, 'a'), player(b, 'b')]);
      const tickets = await Promise.all(
        both.map((it) => it.enter('duel', { latencyMsByRegion: { [at]: 20 } })),
      );
      const seats = await Promise.all(
        both.map((it, index) => it.matched(tickets[index]?.body as never)),
      );
      expect(seats.map(({ regionId }) => regionId)).toEqual([at, at]);
      expect(seats[0]?.reservation.roomId).toBe(seats[1]?.reservation.roomId);
      const rooms = await Promise.all(both.map((it, index) => it.sit(seats[index] as never)));
      const ended = new Promise((resolve) => rooms[0]?.onMessage('ended', resolve));
      rooms[0]?.send('end', [1, 2]);
      await ended;
      for (const it of both) {
        await eventually(async () => {
          type Me = { statistics: Record<string, number> };
          const { body } = await it.ask<Me>('GET', '/v1/profiles/me');
          return body.statistics['rating.duel.mu'] !== undefined;
        }, SOON);
      }
      await Promise.all(rooms.map((room) => room.leave()));
    }

    // What the other region decides reaches the one that waits here, too.
    const waiting = await player(a, 'a');
    const ticket = await waiting.enter('duel', { latencyMsByRegion: { a: 20 } });
    const stateOf = () => regions.redisOfA.hget(redisKeys.ticket(ticket.body.ticketId), 'kind');
    await eventually(async () => (await stateOf()) === 'searching', SOON);
    await signOutEverywhere(b, waiting.tokens);
    await eventually(async () => (await stateOf()) === 'ended', SOON);

    for (const [here, there] of [
      [a, b],
      [b, a],
    ] as const) {
      const session = await here.signIn('Ann');
      await eventually(async () => (await statusAt(there, session)) === 200, SOON);
      await signOutEverywhere(here, session);
      await eventually(async () => (await statusAt(there, session)) === 401, SOON);
    }
  },
);
