import { expect, test } from 'vitest';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { eventually } from '../support/eventually.ts';
import { LeaseNodeProcess } from '../support/lease-node-process.ts';
import { longTest } from '../support/long-test.ts';
import { RedisServer } from '../support/redis-server.ts';
import { TcpRelay } from '../support/tcp-relay.ts';

/** Long enough for a slow machine, short beside what a missing mechanism would take. */
const SOON = { withinMs: 10_000 };
const STEADY_MS = 2_000;

/** Each knows the others and has been steady for the whole grace, so that it may judge. */
async function settled(...nodes: readonly LeaseNodeProcess[]): Promise<void> {
  for (const node of nodes) {
    await eventually(async () => {
      const state = await node.ask();
      return state.nodes.length === nodes.length && state.steadyForMs > STEADY_MS;
    }, SOON);
  }
}

/** Lives on until a node has been steady for `ms`: time as the node itself counts it. */
async function steadyFor(node: LeaseNodeProcess, ms: number): Promise<void> {
  await eventually(async () => (await node.ask()).steadyForMs > ms, { withinMs: 3 * ms + 10_000 });
}

test('[CL-10] [CL-5] a killed node is dead to all within two leases, a released one is just gone', async () => {
  await using redis = await RedisServer.start();
  await using a = await LeaseNodeProcess.start('a', redis.uri);
  await using b = await LeaseNodeProcess.start('b', redis.uri);
  await using c = await LeaseNodeProcess.start('c', redis.uri);
  await settled(a, b, c);
  const killedMs = performance.now();
  await a.kill();
  await eventually(async () => (await b.ask()).dead.includes('a'), SOON);
  expect(performance.now() - killedMs).toBeLessThan(3_000);
  await eventually(async () => (await c.ask()).dead.includes('a'), SOON);

  await c.ask('release');
  await eventually(async () => (await b.ask()).nodes.join() === 'b', { withinMs: 900 });
  await steadyFor(b, (await b.ask()).steadyForMs + STEADY_MS);
  expect((await b.ask()).dead).toEqual(['a']);
  await using client = redis.client();
  expect(await client.exists(redisKeys.lease('c'), redisKeys.dead('c'))).toBe(0);
});

test('[CL-16] nobody waits for the lease of a process that is gone', async () => {
  await using redis = await RedisServer.start();
  const patient = { MERIDIAN_CLUSTER_LEASE_TTL_MS: '4000' };
  await using a = await LeaseNodeProcess.start('a', redis.uri, patient);
  await using b = await LeaseNodeProcess.start('b', redis.uri, patient);
  await steadyFor(b, 8_000);
  await a.kill();
  await eventually(async () => (await b.ask()).dead.includes('a'), { withinMs: 2_500 });
});

test('[CL-16] a player who asks for a room of a process that is gone makes the watchers look until they may declare it', async () => {
  await using redis = await RedisServer.start();
  const slow = { MERIDIAN_CLUSTER_LEASE_TTL_MS: '4000', MERIDIAN_CLUSTER_LEASE_RENEW_MS: '1000' };
  await using a = await LeaseNodeProcess.start('a', redis.uri, slow);
  await using b = await LeaseNodeProcess.start('b', redis.uri, slow);
  await steadyFor(b, 8_000);
  await using client = redis.client();
  const lookCount = async () => {
    const stats = await client.info('commandstats');
    return Number(/^cmdstat_evalsha:calls=(\d+)/m.exec(stats)?.[1]);
  };
  await eventually(async () => (await client.pttl(redisKeys.lease('a'))) > 3_900, {
    ...SOON,
    everyMs: 10,
  });
  await a.kill();
  const before = await lookCount();
  await b.ask('seek');
  await eventually(async () => (await b.ask()).dead.includes('a'), SOON);
  // More than a second until the renewal is overdue: ten looks without anybody's hurry.
  expect((await lookCount()) - before).toBeGreaterThan(20);
});

longTest(
  '[CL-11] nodes of an earlier life of the region are dead when their processes are gone, even all at once',
  async () => {
    await using redis = await RedisServer.start();
    await using a = await LeaseNodeProcess.start('a', redis.uri);
    await using b = await LeaseNodeProcess.start('b', redis.uri);
    await a.kill();
    await b.kill();
    await using c = await LeaseNodeProcess.start('c', redis.uri);
    await eventually(async () => (await c.ask()).dead.toSorted().join() === 'a,b', SOON);
  },
);

test('[CL-3] [CL-4] a process woken from SIGSTOP holds nothing; alone it lives on, declared dead it never does again', async () => {
  await using redis = await RedisServer.start();
  await using a = await LeaseNodeProcess.start('a', redis.uri);
  await using client = redis.client();
  const leaseIsGone = async () => (await client.exists(redisKeys.lease('a'))) === 0;
  a.halt();
  await eventually(leaseIsGone, SOON);
  // Nothing but its own clock can tell it.
  redis.freeze();
  a.goOn();
  await eventually(async () => (await a.ask()).phases.join() === 'held,lapsed', SOON);
  expect(await a.ask()).toMatchObject({ isHeld: false, heldAfterPause: false });
  redis.thaw();
  await eventually(async () => (await a.ask()).phases.join() === 'held,lapsed,held', SOON);
  expect(a.stderr).toBe('');

  await using b = await LeaseNodeProcess.start('b', redis.uri);
  await settled(a, b);
  a.halt();
  await eventually(async () => (await b.ask()).dead.includes('a'), SOON);
  a.goOn();
  await eventually(async () => (await a.ask()).phase === 'dead', SOON);
  expect(await client.exists(redisKeys.lease('a'))).toBe(0);
  await expect(LeaseNodeProcess.start('a', redis.uri)).rejects.toThrow(/declared dead/);
});

test('[CL-3] a pause longer than hangMs is no hang', async () => {
  await using redis = await RedisServer.start();
  await using a = await LeaseNodeProcess.start('a', redis.uri, { MERIDIAN_CLUSTER_HANG_MS: '500' });
  await using client = redis.client();
  a.halt();
  await eventually(async () => (await client.exists(redisKeys.lease('a'))) === 0, SOON);
  a.goOn();
  await eventually(async () => (await a.ask()).phases.join() === 'held,lapsed,held', SOON);
  await steadyFor(a, 1_500);
  expect(a.stderr).toBe('');
});

test('[CL-6] a blocked event loop ends the process and frees its rooms at once', async () => {
  await using redis = await RedisServer.start();
  await using a = await LeaseNodeProcess.start('a', redis.uri);
  await using b = await LeaseNodeProcess.start('b', redis.uri);
  await using client = redis.client();
  await client.sadd(redisKeys.roomsOf('a'), 'r1');
  await settled(a, b);
  const hungMs = performance.now();
  a.hang();
  await eventually(async () => (await b.ask()).dead.includes('a'), SOON);
  // hangMs and a look or two; not another lease.
  expect(performance.now() - hungMs).toBeLessThan(2_400);
  await eventually(() => a.hasEnded, SOON);
  expect(a.endSignal).toBe('SIGKILL');
  expect(JSON.parse(a.stderr)).toMatchObject({ level: 60, node: 'a' });
});

longTest(
  '[CL-2] at 90 % of a core the lease is renewed without fail, and nobody takes its node for dead',
  async () => {
    await using redis = await RedisServer.start();
    await using a = await LeaseNodeProcess.start('a', redis.uri);
    await using b = await LeaseNodeProcess.start('b', redis.uri);
    await settled(a, b);
    await a.ask('burn');
    const { steadyForMs } = await a.ask();
    await steadyFor(a, steadyForMs + 8_000);
    expect(await a.ask('cool')).toMatchObject({ phases: ['held'], lapses: 0, renewalFailures: 0 });
    expect(await b.ask()).toMatchObject({ phases: ['held'], dead: [] });
  },
);

test('[CL-8] [CL-9] Redis is killed: all play on, and when it is back, empty, nobody is dead', async () => {
  await using redis = await RedisServer.start();
  await using a = await LeaseNodeProcess.start('a', redis.uri);
  await using b = await LeaseNodeProcess.start('b', redis.uri);
  await using c = await LeaseNodeProcess.start('c', redis.uri);
  const nodes = [a, b, c];
  await settled(...nodes);
  await redis.kill();
  for (const node of nodes) {
    // Three leases long.
    await eventually(async () => (await node.ask()).votes >= 20, { withinMs: 20_000 });
  }
  await redis.up();
  for (const node of nodes) {
    await eventually(async () => (await node.ask()).redisBack >= 1, SOON);
    await steadyFor(node, 2 * STEADY_MS);
    expect(await node.ask()).toMatchObject({ phases: ['held'], dead: [], deathsDeclared: 0 });
    expect((await node.ask()).nodes).toHaveLength(3);
  }
});

test('[CL-8] alone, a node plays on while Redis is halted, and not beyond outageMaxMs', async () => {
  await using redis = await RedisServer.start();
  await using a = await LeaseNodeProcess.start('a', redis.uri, {
    MERIDIAN_CLUSTER_OUTAGE_MAX_MS: '4000',
  });
  await settled(a);
  redis.freeze();
  const frozenMs = performance.now();
  // Not `phase`: it is ahead of what listeners were told.
  await eventually(async () => (await a.ask()).phases.includes('lapsed'), SOON);
  expect(performance.now() - frozenMs).toBeGreaterThan(3_500);
  redis.thaw();
  await eventually(async () => (await a.ask()).phases.length === 3, SOON);
  expect((await a.ask()).phases).toEqual(['held', 'lapsed', 'held']);
});

test('[CL-8] [CL-10] [ND-30] a minority that is cut off from Redis lapses and is declared dead', async () => {
  await using redis = await RedisServer.start();
  await using link = await TcpRelay.open(redis.port);
  await using a = await LeaseNodeProcess.start('a', `redis://127.0.0.1:${link.port}`);
  await using b = await LeaseNodeProcess.start('b', redis.uri);
  await using c = await LeaseNodeProcess.start('c', redis.uri);
  await settled(a, b, c);
  link.refuse(true);
  link.cut();
  // It says so as soon as it is asked; it counts with the next beat.
  await eventually(async () => (await a.ask()).lapses === 1, SOON);
  const lapsed = await a.ask();
  expect(lapsed.phase).toBe('lapsed');
  expect(lapsed.votes).toBeGreaterThan(0);
  expect(lapsed.renewalFailures).toBeGreaterThan(0);
  await eventually(async () => (await b.ask()).dead.includes('a'), SOON);
  await eventually(async () => (await c.ask()).dead.includes('a'), SOON);
  expect((await b.ask()).deathsDeclared + (await c.ask()).deathsDeclared).toBeGreaterThan(0);
  link.refuse(false);
  await eventually(async () => (await a.ask()).phase === 'dead', SOON);
});

longTest(
  '[CL-11] a majority that is cut off from Redis plays on, and the rest leaves its rooms alone',
  async () => {
    await using redis = await RedisServer.start();
    await using link = await TcpRelay.open(redis.port);
    await using a = await LeaseNodeProcess.start('a', `redis://127.0.0.1:${link.port}`);
    await using b = await LeaseNodeProcess.start('b', `redis://127.0.0.1:${link.port}`);
    await using c = await LeaseNodeProcess.start('c', redis.uri);
    await settled(a, b, c);
    link.refuse(true);
    link.cut();
    for (const node of [a, b]) {
      await eventually(async () => (await node.ask()).votes >= 20, { withinMs: 20_000 });
    }
    expect((await c.ask()).dead).toEqual([]);
    link.refuse(false);
    for (const node of [a, b, c]) {
      await steadyFor(node, 2 * STEADY_MS);
      expect(await node.ask()).toMatchObject({ phases: ['held'], dead: [] });
    }
  },
);

test('[ND-26] a start on a peer port that is taken says which variable to change', async () => {
  await using redis = await RedisServer.start();
  const settings = { MERIDIAN_CLUSTER_PEER_PORT: String(redis.port) };
  await expect(LeaseNodeProcess.start('a', redis.uri, settings)).rejects.toThrow(
    /MERIDIAN_CLUSTER_PEER_PORT.*EADDRINUSE/,
  );
});

test('[CL-12] the cluster has one time, whatever the clocks of its nodes say', async () => {
  await using redis = await RedisServer.start();
  await using a = await LeaseNodeProcess.start('a', redis.uri);
  await using b = await LeaseNodeProcess.start('b', redis.uri);
  await settled(a, b);
  const [ofA, ofB] = [await a.ask(), await b.ask()];
  expect(Math.abs(ofA.clusterMinusMonotonicMs - ofB.clusterMinusMonotonicMs)).toBeLessThan(5);
  const wallMinusMonotonicMs = Date.now() - Number(process.hrtime.bigint()) / 1e6;
  expect(Math.abs(ofA.clusterMinusMonotonicMs - wallMinusMonotonicMs)).toBeLessThan(20);
});
