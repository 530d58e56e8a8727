// A region behind one address: Colyseus' own SDK, unmodified, through a balancer that knows nothing, while nodes come and go.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Client, type Room } from '@colyseus/sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NodeInfo } from '../../src/cluster/node-info.ts';
import type { RoomLocation } from '../../src/protocol/rest.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { eventually } from '../support/eventually.ts';
import { RedisServer } from '../support/redis-server.ts';
import { sampleProject } from '../support/sample-project.ts';
import { MeridianProcess } from '../support/start-meridian.ts';
import { TcpBalancer } from '../support/tcp-balancer.ts';

const GUIDE = 'docs/guides/rooms-that-survive.md';
const PASSWORD = 'operator of a gateway';
const SOON = { withinMs: 15_000 };

interface HarvestState {
  readonly round: number;
  readonly pickers: ReadonlyMap<string, { readonly name: string; readonly apples: number }>;
}

let owned: AsyncDisposableStack;
let redis: RedisServer;
let nodes: MeridianProcess[];
let gateway: TcpBalancer;
/** Ports that the gateway gives connections to. */
let targets: readonly number[];

beforeEach(async () => {
  owned = new AsyncDisposableStack();
  const project = owned.use(await sampleProject(GUIDE, ['harvest.ts']));
  redis = owned.use(await RedisServer.start());
  const env = {
    REDIS_URI: redis.uri,
    JWT_SECRET: randomBytes(32).toString('hex'),
    MERIDIAN_CLUSTER_PEER_PORT: '0',
    MERIDIAN_ADMIN_PASSWORD: PASSWORD,
  };
  const start = async () =>
    owned.use(await MeridianProcess.start({ game: join(project.path, 'harvest.ts'), env }));
  nodes = await Promise.all([start(), start()]);
  targets = nodes.map(({ port }) => port);
  gateway = owned.use(await TcpBalancer.open(() => targets));
});

afterEach(() => owned.disposeAsync());

test.each([
  ['killed', 'SIGKILL'],
  ['drained', 'SIGTERM'],
] as const)(
  '[SV-38] a player who knows one address plays on when the node of his room is %s',
  async (_, signal) => {
    const ada = await player('Ada');
    const owner = await ownerOf(ada.room.roomId);
    const survivor = nodes.find((node) => node !== owner) as MeridianProcess;
    // Ben's connections arrive where the room is not.
    targets = [survivor.port];
    const ben = await player('Ben');
    expect(ben.room.roomId).toBe(ada.room.roomId);
    targets = [owner.port, survivor.port];
    for (const one of [ada, ben, ada]) await pick(one);
    const before = { ada: ada.apples(), ben: ben.apples() };

    owner.child.kill(signal);
    await eventually(() => [ada, ben].every(({ events }) => events.includes('reconnect')), SOON);
    for (const one of [ada, ben]) {
      expect(one.events.filter((event) => event.startsWith('leave'))).toEqual([]);
      expect(one.room.sessionId).toBe(one.sessionId);
    }
    await eventually(() => ada.apples() >= before.ada && ben.apples() >= before.ben, SOON);
    expect({ ada: ada.apples(), ben: ben.apples() }).toEqual(before);
    expect([...ada.room.state.pickers.values()].map(({ name }) => name)).toEqual(['Ada', 'Ben']);
    expect(await ownerOf(ada.room.roomId)).toBe(survivor);

    await pick(ada);
    await eventually(
      () => ben.room.state.pickers.get(ada.sessionId)?.apples === ada.apples(),
      SOON,
    );
  },
);

/** Somebody with the stock SDK, signed in as the REST API's documentation says. */
async function player(name: string) {
  const client = new Client(`ws://127.0.0.1:${gateway.port}`);
  const { data } = await client.http.post('/v1/auth/guest', { body: { displayName: name } });
  client.auth.token = (data as { readonly accessToken: string }).accessToken;
  const room = (await client.joinOrCreate<HarvestState>('harvest')) as Room<unknown, HarvestState>;
  // The SDK does not try within the first five seconds of a room; the rest is as it comes.
  room.reconnection.minUptime = 0;
  room.onMessage('rules', () => {});
  const events: string[] = [];
  room.onDrop(() => events.push('drop'));
  room.onReconnect(() => events.push('reconnect'));
  room.onLeave((code) => events.push(`leave ${code}`));
  await eventually(() => room.state.pickers?.has(room.sessionId), SOON);
  const { sessionId } = room;
  return { room, sessionId, events, apples: () => room.state.pickers.get(sessionId)?.apples ?? 0 };
}

async function pick({ room, apples }: Awaited<ReturnType<typeof player>>): Promise<void> {
  const before = apples();
  room.send('pick');
  await eventually(() => apples() > before, SOON);
}

/** The node that runs the room. Its id comes from the gateway's answer, its port from its lease. */
async function ownerOf(roomId: string): Promise<MeridianProcess> {
  await using client = redis.client();
  return await eventually(async () => {
    const reply = await fetch(`http://127.0.0.1:${gateway.port}/v1/rooms/${roomId}`);
    const location = (await reply.json()) as RoomLocation;
    if (location.state !== 'running') return undefined;
    expect(location.publicAddress).toBeNull();
    const lease = await client.get(redisKeys.lease(location.processId));
    const { internalAddress } = JSON.parse(lease ?? '{}') as Partial<NodeInfo>;
    return nodes.find(({ port }) => internalAddress?.endsWith(`:${port}`));
  }, SOON);
}
