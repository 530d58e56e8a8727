// One trace from the click to the first input, over the processes of a region apart and a region link; what it says, and what it does not.

import { MemoryStorage, MeridianClient, type MeridianRoom } from '@meridian/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.ts';
import { RedisServer } from '../support/redis-server.ts';
import { areAllRegionsOpen } from '../support/regions-open.ts';
import { ServicesApart } from '../support/services-apart.ts';
import { MeridianProcess } from '../support/start-meridian.ts';

const GAME = 'test/support/traced-game.ts';
const SOON = { withinMs: 30_000, everyMs: 100 };
const IDS = ['a', 'b'] as const;

type Rooms = { readonly push: { readonly state: { readonly pushed: number } } };

let world: Awaited<ReturnType<typeof openWorld>>;
beforeAll(async () => {
  world = await openWorld();
}, 90_000);
afterAll(() => world[Symbol.asyncDispose]());

/** Region `a` with profiles, matchmaking and rooms apart; region `b` in one process; all tell one collector. */
async function openWorld() {
  await using owned = new AsyncDisposableStack();
  const collector = owned.use(await OtlpReceiver.start());
  const ports = { a: await freePort(), b: await freePort() };
  const redisOfB = owned.use(await RedisServer.start());
  const env = {
    JWT_SECRET: 'a secret of two regions, long enough',
    MERIDIAN_HTTP_REQUESTS_PER_MINUTE: '100000',
    MERIDIAN_ADMIN_PASSWORD: 'the operator of two regions',
    MERIDIAN_TRACING_KEPT_SPANS: '1000',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=games%20of%20ours',
    OTEL_SERVICE_NAME: 'push',
    OTEL_BSP_SCHEDULE_DELAY: '200',
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
  const [matchmaking, a, b] = await Promise.all([
    apart.startMatchmaking(),
    apart.startNode({
      PORT: String(ports.a),
      MERIDIAN_HTTP_PUBLIC_ADDRESS: `127.0.0.1:${ports.a}`,
      MERIDIAN_PROCESS_SERVICES: 'auth,game,analytics',
    }),
    MeridianProcess.start({
      game: GAME,
      env: {
        ...env,
        PORT: String(ports.b),
        REDIS_URI: redisOfB.uri,
        MERIDIAN_CLUSTER_PEER_PORT: '0',
        MERIDIAN_CLUSTER_HANG_MS: '10000',
        MERIDIAN_ANALYTICS_SINK: 'none',
        MERIDIAN_HTTP_PUBLIC_ADDRESS: `127.0.0.1:${ports.b}`,
        MERIDIAN_REGION_ID: 'b',
        MERIDIAN_REGION_LINKS: JSON.stringify([{ id: 'a', redisUri: apart.redis.uri }]),
      },
    }),
  ]);
  owned.use(b);
  await apart.untilReady(matchmaking, a, b);
  for (const { url } of [a, b]) await eventually(() => areAllRegionsOpen(url), SOON);
  const kept = owned.move();
  return { a, b, matchmaking, collector, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function playerOf({ url }: MeridianProcess, traceRatio = 1): Promise<MeridianClient<Rooms>> {
  const client = new MeridianClient<Rooms>(url, { storage: new MemoryStorage(), traceRatio });
  await client.signInAsGuest();
  return client;
}

/** Sends until the room has taken one. */
async function push(room: MeridianRoom<{ readonly pushed: number }>): Promise<void> {
  const input = room.input<{ dx: number }>();
  await eventually(() => {
    input.data.dx = 1;
    input.send();
    return room.state.pushed > 0;
  }, SOON);
}

test('[TR-1] [TR-3] one trace from the click to the first input, over four processes and a region link', {
  timeout: 60_000,
}, async () => {
  const { a, b, collector } = world;
  const players = [await playerOf(a), await playerOf(b)];
  const tickets = await Promise.all(players.map((it) => it.matchmaking.enter('duel')));
  const rooms = await Promise.all(
    tickets.map((it) => it.join<{ readonly pushed: number }>()),
  );
  await Promise.all(rooms.map(push));
  await Promise.all(rooms.map((room) => room.leave()));

  const traceIds = tickets.map(({ traceId }) => traceId ?? '');
  const dump = setInterval(() => console.log(collector.spans.map((s) => [s.traceId.slice(0,4), s.name, s.resource['meridian.region'], s.resource['meridian.services'], s.parentSpanId, s.spanId, s.kind, JSON.stringify(s.attributes), s.links.length].join(' ')).join('\n')), 4000);
  const traces = await eventually(() => {
    const found = traceIds.map((traceId) => collector.of(traceId));
    const isWhole = found.every((spans) => spans.some(({ name }) => name === 'room.first-input'));
    return isWhole ? found : null;
  }, SOON);
  console.log(traces.map((spans) => spans.map((s) => [s.name, s.resource['meridian.region'], s.resource['meridian.services'], s.parentSpanId, s.spanId, s.kind, JSON.stringify(s.attributes), s.links.length].join(' ')).join('\n')).join('\n\n'));
});
