// One trace from the click to the first input, over the processes of a region apart and a region link; what it says, and what it does not.

import { MemoryStorage, MeridianClient, type MeridianRoom } from '@meridian/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runLogsCommand } from '../../src/app/logs-command.ts';
import type { LogLine, TraceBrief, TraceList, TraceView } from '../../src/protocol/telemetry.ts';
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
afterAll(() => world?.[Symbol.asyncDispose]());

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
  // One after the other: three that load at once keep their Redis waiting.
  const a = await apart.startNode({
    PORT: String(ports.a),
    MERIDIAN_HTTP_PUBLIC_ADDRESS: `127.0.0.1:${ports.a}`,
    MERIDIAN_PROCESS_SERVICES: 'auth,game,analytics',
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
        MERIDIAN_CLUSTER_HANG_MS: '10000',
        MERIDIAN_ANALYTICS_SINK: 'none',
        MERIDIAN_HTTP_PUBLIC_ADDRESS: `127.0.0.1:${ports.b}`,
        MERIDIAN_REGION_ID: 'b',
        MERIDIAN_REGION_LINKS: JSON.stringify([{ id: 'a', redisUri: apart.redis.uri }]),
      },
    }),
  );
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

/** The span of that name in a trace; of several, the first. */
function only(spans: readonly ReceivedSpan[], name: string): ReceivedSpan {
  const found = spans.find((span) => span.name === name);
  if (found === undefined) throw new Error(`no ${name} among ${spans.map((it) => it.name)}`);
  return found;
}

/** Names on the way from a span up to the first of its trace that was told. */
function wayUp(spans: readonly ReceivedSpan[], name: string): string[] {
  const way: string[] = [];
  for (let at: ReceivedSpan | undefined = only(spans, name); at !== undefined; ) {
    way.push(at.name);
    const { parentSpanId }: ReceivedSpan = at;
    at = spans.find(({ spanId }) => spanId === parentSpanId);
  }
  return way;
}

const regionOf = ({ resource }: ReceivedSpan) => resource['meridian.region'];
const servicesOf = ({ resource }: ReceivedSpan) => resource['meridian.services'];

test('[TR-1] [TR-3] [TR-4] one trace from the click to the first input, over processes and a region link', {
  timeout: 60_000,
}, async () => {
  const { a, b, collector } = world;
  const players = [await playerOf(a), await playerOf(b)];
  const tickets = await Promise.all(players.map((it) => it.matchmaking.enter('duel')));
  const rooms = await Promise.all(tickets.map((it) => it.join<{ readonly pushed: number }>()));
  await Promise.all(rooms.map(push));
  await Promise.all(rooms.map((room) => room.leave()));
  const traceIds = tickets.map(({ traceId }) => traceId ?? '');
  const traces = await eventually(() => {
    const found = traceIds.map((traceId) => collector.of(traceId));
    const isWhole = found.every((spans) =>
      ['POST /v1/queues/{queue}/tickets', 'ticket.wait', 'room.first-input'].every((name) =>
        spans.some((span) => span.name === name),
      ),
    );
    return isWhole && found.some((spans) => spans.some((it) => it.name === 'link ticket-settle'))
      ? found
      : null;
  }, SOON);
  const leads = traces.find((spans) => spans.some(({ name }) => name === 'match.make')) ?? [];
  const follows = traces.find((spans) => spans !== leads) ?? [];

  // Each has the whole way of its player, and the first span that servers tell is inside of the click.
  for (const spans of traces) {
    const entered = only(spans, 'POST /v1/queues/{queue}/tickets');
    expect(spans.some(({ spanId }) => spanId === entered.parentSpanId)).toBe(false);
    expect(entered).toMatchObject({ kind: 2, statusCode: 0 });
    expect(entered.parentSpanId).toMatch(/^[\da-f]{16}$/);
    for (const name of ['room.first-state', 'room.first-input']) {
      expect(wayUp(spans, name).slice(0, 2)).toEqual([name, 'room.join']);
    }
    const order = ['POST /v1/queues/{queue}/tickets', 'room.join', 'room.first-state'];
    const starts = order.map((name) => only(spans, name).startMs);
    expect(starts).toEqual(starts.toSorted((x, y) => x - y));
    expect(only(spans, 'ticket.wait').attributes).toMatchObject({ 'meridian.queue': 'duel' });
  }
  // The match is told in one of them, and the other points to it.
  expect(only(follows, 'ticket.wait').links).toEqual([only(leads, 'match.make').traceId]);
  expect(only(leads, 'match.make')).toMatchObject({
    links: [only(follows, 'ticket.wait').traceId],
    attributes: { 'meridian.tickets': 2, 'meridian.outcome': 'made' },
  });
  // Who came from the other region: his ticket is claimed and settled at home, over the link.
  const playedIn = regionOf(only(leads, 'match.make'));
  expect(regionOf(only(leads, 'POST /v1/queues/{queue}/tickets'))).not.toBe(playedIn);
  for (const [name, parent] of [
    ['link ticket-claim', 'match.claim'],
    ['link ticket-settle', 'match.settle'],
  ] as const) {
    expect(wayUp(leads, name).slice(0, 3)).toEqual([name, parent, 'match.make']);
    expect(only(leads, name)).toMatchObject({
      kind: 5,
      attributes: { 'meridian.peer.region': playedIn },
    });
    expect(regionOf(only(leads, name))).not.toBe(playedIn);
  }
  // His seat was reserved in his trace, and he took it.
  expect(wayUp(leads, 'room.join').slice(0, 2)).toEqual(['room.join', 'seat.reserve']);
  // Region a is apart: who matches and who has players and rooms are processes of their own, and so are profiles.
  const ofRegionA = traces.flat().filter((span) => regionOf(span) === 'a');
  expect(new Set(ofRegionA.map(servicesOf))).toEqual(
    new Set(['auth,game,analytics', 'matchmaking', 'profile']),
  );
  const call = traces.flat().filter(({ name }) => name === 'MatchmakingService/EnterQueue');
  expect(call.map((span) => [servicesOf(span), span.kind])).toEqual(
    expect.arrayContaining([
      ['auth,game,analytics', 3],
      ['matchmaking', 2],
    ]),
  );
});

test('[TR-2] a failure sets the status, a refusal says its code alone', async () => {
  const { a, collector } = world;
  const player = await playerOf(a);
  await expect(player.joinOrCreate('closed' as never)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(player.joinOrCreate('nowhere' as never)).rejects.toMatchObject({
    code: 'ROOM_UNKNOWN',
  });
  const [failed, refused] = await eventually(() => {
    const join = collector.spans.find(
      ({ name, statusCode }) => name === 'room.join' && statusCode === 2,
    );
    const request = collector.spans.find(
      ({ attributes }) => attributes['error.type'] === 'ROOM_UNKNOWN',
    );
    return join !== undefined && request !== undefined ? [join, request] : null;
  }, SOON);
  expect(failed).toMatchObject({ attributes: { 'meridian.room.name': 'closed' } });
  expect(refused).toMatchObject({
    ...{ name: 'POST /matchmake/joinOrCreate/{target}', statusCode: 0 },
    attributes: { 'http.response.status_code': 404 },
  });
});

test('[TR-5] what is sent has no token, no name, and no address; the collector gets its headers', async () => {
  const { a, collector } = world;
  const client = new MeridianClient<Rooms>(a.url, { storage: new MemoryStorage(), traceRatio: 1 });
  const { playerId } = await client.signInAsGuest({ displayName: 'Undisclosed' });
  const room = await client.joinOrCreate('push');
  await room.leave();
  await eventually(
    () => collector.spans.filter(({ name }) => name === 'room.first-state').length > 2,
    SOON,
  );
  for (const secret of ['Undisclosed', playerId, 'eyJ', '127.0.0.1', 'r_s_']) {
    expect(collector.text).not.toContain(secret);
  }
  expect(collector.headers['x-tenant']).toBe('games of ours');
  const { resource } = collector.spans[0] as ReceivedSpan;
  expect(resource).toMatchObject({ 'service.name': 'push' });
  expect(resource['service.instance.id']).toBeTruthy();
  for (const { attributes } of collector.spans) {
    expect(Object.keys(attributes).length).toBeLessThanOrEqual(16);
  }
});

test('[TR-8] any node tells a trace of all regions, and the slowest joins', {
  timeout: 60_000,
}, async () => {
  const { a, b } = world;
  const ask = async (node: MeridianProcess, path: string) => {
    const authorization = `Basic ${btoa('operator:the operator of two regions')}`;
    const url = `http://127.0.0.1:${node.adminPort}/admin/v1/${path}`;
    return (await (await fetch(url, { headers: { authorization } })).json()) as unknown;
  };
  const isFar = ({ regionIds }: TraceBrief) => regionIds.length === 2;
  for (const node of [a, b]) {
    const far = await eventually(async () => {
      const { traces } = (await ask(node, 'traces?order=slowest')) as TraceList;
      return traces.find(isFar) ?? null;
    }, SOON);
    expect(far.isJoin).toBe(true);
    const { spans, silent } = (await ask(node, `traces/${far.traceId}`)) as TraceView;
    expect(silent).toEqual([]);
    const told = spans.map((span) => `${span.regionId} ${span.services} ${span.name}`);
    expect(new Set(spans.map(({ nodeId }) => nodeId)).size).toBeGreaterThanOrEqual(2);
    expect(told.some((it) => it.endsWith('room.first-state'))).toBe(true);
    expect(told.some((it) => it.endsWith('link ticket-claim'))).toBe(true);
  }
});

test('[TR-11] [TR-12] [TR-15] log lines say who writes them and in which trace; one question finds them', async () => {
  const { a, matchmaking } = world;
  const player = await playerOf(a);
  await expect(player.joinOrCreate('closed' as never)).rejects.toThrow();
  const lines = async (...args: readonly string[]) => {
    let text = '';
    const options = ['--at', `http://127.0.0.1:${a.adminPort}`, '--json', ...args];
    const environment = { MERIDIAN_ADMIN_PASSWORD: 'the operator of two regions' };
    const code = await runLogsCommand(options, environment, {
      output: (piece) => {
        text += piece;
      },
      complaint: (piece) => console.log(piece),
      signal: AbortSignal.timeout(10_000),
    });
    expect(code).toBe(0);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine);
  };
  const all = await lines('--limit', '2000');
  for (const line of all) {
    expect(line).toMatchObject({ level: expect.any(Number), msg: expect.any(String), region: 'a' });
    expect(new Date(line.time).toISOString()).toBe(line.time);
    expect(line.service).toMatch(/^(auth,game,analytics|matchmaking)$/);
  }
  // Of both nodes that the region knows.
  expect(new Set(all.map(({ service }) => service)).size).toBe(2);
  expect(matchmaking.log.every((line) => line['service'] === 'matchmaking')).toBe(true);
  const traced = all.find((line) => typeof line['traceId'] === 'string');
  const traceId = String(traced?.['traceId']);
  expect(traceId).toMatch(/^[\da-f]{32}$/);
  const ofTrace = await lines('--trace', traceId);
  expect(ofTrace.length).toBeGreaterThan(0);
  for (const line of ofTrace) expect(line['traceId']).toBe(traceId);
  for (const line of await lines('--level', 'warn')) expect(line.level).toBeGreaterThanOrEqual(40);
  const listening = await lines('--text', 'LISTENING on');
  expect(listening.length).toBeGreaterThan(0);
  for (const { msg } of listening) expect(msg).toContain('listening');
});
