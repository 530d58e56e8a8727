// The link between two regions on two real Redis servers, with what can go wrong on the way.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { LinkBridge } from '../../src/regions/link/link-bridge.ts';
import { defineLinkKind, LINK_MESSAGE_LIMIT_BYTES } from '../../src/regions/link/link-message.ts';
import { DEFAULT_LINK_OPTIONS } from '../../src/regions/link/link-options.ts';
import type { RedisRegionLink } from '../../src/regions/link/redis-region-link.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { connectRedis } from '../../src/storage/redis/redis-connection.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { RedisScript } from '../../src/storage/redis/redis-script.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { eventually } from '../support/eventually.ts';
import { HANDLED_LIST, LinkNodeProcess, NUMBERED } from '../support/link-node-process.ts';
import { CountedLink, LinkRegions, range } from '../support/link-regions.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { testSeed } from '../support/test-seed.ts';

/** Long enough for a slow machine, short beside what a missing mechanism would take. */
const SOON = { withinMs: 10_000 };
/** Turns that change hands quickly: these tests kill nodes. */
const BRISK = { turnTtlMs: 500, turnRenewMs: 100 } as const;

const RUMOUR = defineLinkKind({
  name: 'rumour',
  delivery: 'news',
  body: z.object({ n: z.number() }),
});

/** Sends NUMBERED from `from` to below `to`, and expects each to be stored. */
async function sendNumbers(link: RedisRegionLink, from: number, to: number): Promise<void> {
  const outcomes = await Promise.all(
    range(from, to).map((n) => link.send('b', { kind: NUMBERED, body: { n } })),
  );
  expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
}

/** An envelope as a node makes it, for outboxes without one. */
function envelope(n: number, expiresAtMs = 0) {
  const id = `01HZZZZZZZ0000000000${String(n).padStart(6, '0')}`;
  const until = expiresAtMs === 0 ? {} : { expiresAtMs };
  const text = JSON.stringify({ kind: 'numbered', id, atMs: Date.now(), ...until, body: { n } });
  return { id, expiresAtMs, text, isRepeated: false };
}

describe('a link that works', () => {
  test('[RL-2] messages arrive in the order in which they were sent, each once', async () => {
    await using regions = await LinkRegions.start();
    await using b = await regions.node('b', 'b1');
    await using a = await regions.node('a', 'a1');
    const startedMs = performance.now();
    await sendNumbers(a.link, 0, 5_000);
    await eventually(() => b.numbers.length >= 5_000, SOON);
    const perSecond = 5_000 / ((b.last.atMs - startedMs) / 1_000);
    // One at a time: how long a message takes when nothing else is on its way.
    const hopsMs: number[] = [];
    for (const n of range(5_000, 5_200)) {
      const sentMs = performance.now();
      await sendNumbers(a.link, n, n + 1);
      await eventually(() => b.numbers.length > n, { withinMs: 5_000, everyMs: 1 });
      hopsMs.push(b.last.atMs - sentMs);
    }
    hopsMs.sort((x, y) => x - y);
    const [p50, p99] = [hopsMs[100]?.toFixed(1), hopsMs[197]?.toFixed(1)];
    console.info(`hop p50 ${p50} ms, p99 ${p99} ms; ${Math.round(perSecond)} messages/s`);
    expect(b.numbers).toEqual(range(0, 5_200));
    expect([...a.warnings, ...b.warnings]).toEqual([]);
    expect([a.gaps, b.gaps]).toEqual([a, b].map(() => ({ work: 0, news: 0, peer: 0 })));
    // What the peer has is trimmed, but for what it may ask for again.
    await using redis = regions.servers.a.client();
    await eventually(
      async () => (await redis.xlen(redisKeys.linkOut('b'))) <= DEFAULT_LINK_OPTIONS.keptEntries,
      SOON,
    );
  });

  test('[RL-2] messages cross between Redis Clusters', async () => {
    await using regions = await LinkRegions.startClusters();
    await using b = await regions.node('b', 'b1');
    await using a = await regions.node('a', 'a1');
    await sendNumbers(a.link, 0, 1_000);
    await eventually(() => b.numbers.length >= 1_000, SOON);
    expect(b.numbers).toEqual(range(0, 1_000));
    await eventually(() => a.link.status('b')?.state === 'linked', SOON);
  });

  test('[RL-12] [RL-13] work goes to one node of the region, news to every one', async () => {
    await using regions = await LinkRegions.start();
    const heard: Record<string, number[]> = { b1: [], b2: [] };
    const listener = (nodeId: string) => (link: RedisRegionLink) =>
      link.onMessage('a', RUMOUR, ({ body }) => void heard[nodeId]?.push(body.n));
    await using b1 = await regions.node('b', 'b1', {}, listener('b1'));
    await using b2 = await regions.node('b', 'b2', {}, listener('b2'));
    await using a = await regions.node('a', 'a1');
    for (const n of range(0, 200)) {
      await a.link.broadcast({ kind: RUMOUR, body: { n } });
      await sendNumbers(a.link, n, n + 1);
    }
    await eventually(() => b1.numbers.length + b2.numbers.length >= 200, SOON);
    await eventually(() => heard['b1']?.length === 200 && heard['b2']?.length === 200, SOON);
    expect([heard['b1'], heard['b2']]).toEqual([range(0, 200), range(0, 200)]);
    expect([...b1.numbers, ...b2.numbers]).toEqual(range(0, 200));
    // Who comes later hears what is said from then on.
    const late: number[] = [];
    await using _ = await regions.node('b', 'b3', {}, (link) =>
      link.onMessage('a', RUMOUR, ({ body }) => void late.push(body.n)),
    );
    await a.link.broadcast({ kind: RUMOUR, body: { n: 200 } });
    await eventually(() => late.length > 0, SOON);
    expect(late).toEqual([200]);
  });

  test('[RL-3] a message that cannot go is refused with the reason', async () => {
    await using regions = await LinkRegions.start();
    await using a = await regions.node('a', 'a1');
    const body = { n: 1 };
    const send = (to: string) => a.link.send(to, { kind: NUMBERED, body });
    expect(await send('mars')).toMatchObject({ ok: false, reason: 'unknown-region' });
    const long = defineLinkKind({ name: 'long', delivery: 'news', body: z.string() });
    const text = 'x'.repeat(LINK_MESSAGE_LIMIT_BYTES);
    const outcome = await a.link.send('b', { kind: long, body: text });
    expect(outcome).toMatchObject({ ok: false, reason: 'too-large' });
    expect(() => a.link.onMessage('mars', NUMBERED, () => {})).toThrow(TypeError);
    await a.link.stop();
    expect(await send('b')).toMatchObject({ ok: false, reason: 'stopped' });
  });

  test('[RL-3] [RL-4] while its own Redis is away a message is unconfirmed; again under its id, it arrives once', async () => {
    await using regions = await LinkRegions.start();
    await using b = await regions.node('b', 'b1');
    await using a = await regions.node('a', 'a1', { sendTimeoutMs: 300, sendBacklog: 20 });
    await sendNumbers(a.link, 0, 1);
    regions.servers.a.freeze();
    const startedMs = performance.now();
    const outcomes = await Promise.all(
      range(1, 31).map((n) => a.link.send('b', { kind: NUMBERED, body: { n } })),
    );
    expect(performance.now() - startedMs).toBeLessThan(3_000);
    expect(new Set(outcomes.map((it) => it.ok || it.reason))).toEqual(new Set(['unconfirmed']));
    regions.servers.a.thaw();
    // Redis may have the first twenty by now, and has not the rest, which found no room to wait.
    for (const [at, { id }] of outcomes.entries()) {
      await eventually(
        async () => (await a.link.send('b', { kind: NUMBERED, body: { n: at + 1 }, id })).ok,
        SOON,
      );
    }
    // A short outage is sat out: the call is made again, and Redis may do both.
    await using patient = await regions.node('a', 'a2');
    regions.servers.a.freeze();
    const frozenMs = performance.now();
    const sending = sendNumbers(patient.link, 31, 32);
    await eventually(() => performance.now() - frozenMs > 1_000, SOON);
    regions.servers.a.thaw();
    await sending;
    await sendNumbers(patient.link, 32, 33);
    await eventually(() => b.numbers.includes(32), SOON);
    expect(b.numbers).toEqual(range(0, 33));
    // It is the outbox that has them once.
    expect(b.metrics.drops.get('repeated')).toBeUndefined();
  });
});

describe('nodes that die', () => {
  test('[RL-5] 20 000 messages, five SIGKILLs of the bridge: none lost, none twice, all in order', async () => {
    await using regions = await LinkRegions.start();
    await using b = await regions.node('b', 'b1');
    await using sender = await regions.sender('a');
    const total = 20_000;
    const kills = fc.sample(fc.integer({ min: 500, max: 3_500 }), { seed: testSeed, numRuns: 5 });
    let bridges = 0;
    const start = () => {
      const nodeId = `a${bridges++}`;
      return LinkNodeProcess.start({ ...regions.ends('a', nodeId), options: BRISK });
    };
    let bridge = await start();
    const startedMs = performance.now();
    const sending = (async () => {
      for (let n = 0; n < total; n += 200) {
        const batch = range(n, n + 200).map((one) => sender.outbox.send(envelope(one)));
        expect((await Promise.all(batch)).every(({ ok }) => ok)).toBe(true);
      }
    })();
    let arrived = 0;
    for (const step of kills) {
      arrived += step;
      await eventually(() => b.numbers.length >= arrived, { withinMs: 20_000, everyMs: 1 });
      await bridge.kill();
      bridge = await start();
    }
    await sending;
    await eventually(() => b.numbers.length >= total, { withinMs: 20_000 });
    const seconds = (performance.now() - startedMs) / 1_000;
    console.info(
      `${total} messages, ${bridges} bridges, killed after ${kills}: ${seconds.toFixed(1)} s`,
    );
    await bridge.kill();
    expect(b.numbers.length).toBe(total);
    expect(b.numbers.findIndex((n, at) => n !== at)).toBe(-1);
    expect(b.gaps).toEqual({ work: 0, news: 0, peer: 0 });
  });

  test('[RL-7] two bridges at once do no harm', async () => {
    await using regions = await LinkRegions.start();
    await using b = await regions.node('b', 'b1');
    await using sender = await regions.sender('a');
    const log = createLogger({ level: 'silent' });
    const counted = [new CountedLink(), new CountedLink()];
    const bridges = counted.map((metrics, at) => {
      const open = (server: { readonly uri: string }) => () =>
        connectRedis(server.uri, { name: 'test', log, commandTimeoutMs: 3_000 });
      const deps = {
        redis: sender.redis,
        openSource: open(regions.servers.a),
        openPeer: open(regions.servers.b),
        // Both believe that it is theirs.
        turn: { isHeld: true },
        onPeerGap: () => expect.unreachable('nothing is missing'),
        ...{ log, metrics, clock: systemClock },
      };
      const ends = { regionId: 'a', peerId: 'b', nodeId: `a${at}` };
      return new LinkBridge(deps, ends, { ...DEFAULT_LINK_OPTIONS, batchEntries: 50 + at });
    });
    for (const bridge of bridges) bridge.start();
    for (let n = 0; n < 5_000; n += 100) {
      await Promise.all(range(n, n + 100).map((one) => sender.outbox.send(envelope(one))));
    }
    await eventually(() => b.numbers.length >= 5_000, SOON);
    await Promise.all(bridges.map((bridge) => bridge.stop()));
    expect(b.numbers).toEqual(range(0, 5_000));
    expect(counted.reduce((sum, { added }) => sum + added, 0)).toBe(5_000);
    // They did run at once.
    expect(Math.min(...counted.map(({ added, repeated }) => added + repeated))).toBeGreaterThan(
      500,
    );
  });

  test('[RL-8] when the node that carries a link is killed, another does within three seconds', async () => {
    await using regions = await LinkRegions.start();
    await using b = await regions.node('b', 'b1');
    await using sender = await regions.sender('a');
    const start = (nodeId: string) =>
      LinkNodeProcess.start({ ...regions.ends('a', nodeId), options: {} });
    const starting = [start('a1'), start('a2')] as const;
    await using a1 = await starting[0];
    await using a2 = await starting[1];
    await sender.outbox.send(envelope(0));
    await eventually(() => b.numbers.length === 1, SOON);
    const carrier = await sender.redis.get(redisKeys.linkBridge('b'));
    await (carrier === 'a1' ? a1 : a2).kill();
    const killedMs = performance.now();
    await sender.outbox.send(envelope(1));
    await eventually(() => b.numbers.length === 2, { withinMs: 3_000 });
    console.info(`taken over after ${Math.round(performance.now() - killedMs)} ms`);
    expect(await sender.redis.get(redisKeys.linkBridge('b'))).toBe(carrier === 'a1' ? 'a2' : 'a1');
  });

  test('[RL-12] work that a node was given when it was killed is done by another, in order', async () => {
    await using regions = await LinkRegions.start();
    await using redis = regions.servers.b.client();
    const start = (nodeId: string) =>
      LinkNodeProcess.start({ ...regions.ends('b', nodeId), options: BRISK });
    const starting = [start('b1'), start('b2')] as const;
    await using b1 = await starting[0];
    await using b2 = await starting[1];
    await using a = await regions.node('a', 'a1');
    const total = 2_000;
    const sending = sendNumbers(a.link, 0, total);
    await eventually(async () => (await redis.llen(HANDLED_LIST)) > 500, {
      ...SOON,
      everyMs: 1,
    });
    const worker = await redis.get(redisKeys.linkWorker('a'));
    await (worker === 'b1' ? b1 : b2).kill();
    await sending;
    await eventually(async () => (await redis.llen(HANDLED_LIST)) >= total, SOON);
    const rows = (await redis.lrange(HANDLED_LIST, 0, -1)).map((row) => row.split(' '));
    expect(new Set(rows.map(([nodeId]) => nodeId))).toEqual(new Set(['b1', 'b2']));
    // Only what the killed node was at may be there twice, and then it says so.
    const repeats = rows.filter(([, n], at) => rows.findIndex((row) => row[1] === n) < at);
    expect(repeats.length).toBeLessThanOrEqual(100);
    expect(repeats.filter(([, , mayBeRepeated]) => mayBeRepeated !== 'true')).toEqual([]);
    const firsts = rows.filter((row) => !repeats.includes(row)).map(([, n]) => Number(n));
    expect(firsts).toEqual(range(0, total));
  });
});

describe('a Redis that goes away', () => {
  test('[RL-9] [RL-30] a destination that was away catches up: nothing lost, and the status says what is', async () => {
    await using regions = await LinkRegions.start();
    await using b = await regions.node('b', 'b1');
    const impatient = {
      ...{ remoteTimeoutMs: 500, heartbeatMs: 200 },
      ...{ laggingAfterMs: 300, cutAfterMs: 1_000 },
    };
    await using a = await regions.node('a', 'a1', impatient);
    await sendNumbers(a.link, 0, 100);
    await eventually(() => b.numbers.length === 100, SOON);
    await eventually(() => a.link.status('b')?.state === 'linked', SOON);
    regions.servers.b.freeze();
    await sendNumbers(a.link, 100, 1_100);
    await eventually(() => a.link.status('b')?.state === 'lagging', SOON);
    await eventually(() => a.link.status('b')?.state === 'cut', SOON);
    expect(a.link.status('b')?.lagEntries).toBe(1_000);
    expect(a.link.status('b')?.lagMs).toBeGreaterThan(500);
    regions.servers.b.thaw();
    await eventually(() => b.numbers.length >= 1_100, SOON);
    await eventually(() => a.link.status('b')?.state === 'linked', SOON);
    expect(a.link.status('b')).toMatchObject({ lagEntries: 0, lagMs: 0 });
    expect(b.numbers).toEqual(range(0, 1_100));
    expect(b.gaps).toEqual({ work: 0, news: 0, peer: 0 });
    // Once, not with every try.
    expect(a.warnings.filter((text) => text === 'the link does not carry')).toHaveLength(1);
    // Without its own region's Redis a node goes by its clock.
    regions.servers.a.freeze();
    await eventually(() => a.link.status('b')?.state === 'cut', SOON);
    regions.servers.a.thaw();
    await eventually(() => a.link.status('b')?.state === 'linked', SOON);
  });

  test.each([
    [
      'is killed and comes back empty',
      0,
      (server: RedisServer) => server.kill().then(() => server.up()),
    ],
    [
      'is emptied in place, its clock set back an hour',
      3_600_000,
      async (server: RedisServer) => {
        await using redis = server.client();
        await redis.flushall();
      },
    ],
  ])(
    '[RL-10] a source that %s: nothing old again, everything new, one gap',
    async (_what, aheadMs, lose) => {
      await using regions = await LinkRegions.start();
      await using redis = regions.servers.a.client();
      const [, replid] = /master_replid:(\w+)/.exec(await redis.info('replication')) as string[];
      // As if its life so far had been by another clock.
      const life = { replid: String(replid), epoch: Date.now() + aheadMs, sequence: 0 };
      await redis.hset(redisKeys.linkState('b'), life);
      await using b = await regions.node('b', 'b1');
      await using a = await regions.node('a', 'a1');
      await sendNumbers(a.link, 0, 300);
      await eventually(() => b.numbers.length === 300, SOON);
      await lose(regions.servers.a);
      await eventually(
        async () => (await a.link.send('b', { kind: NUMBERED, body: { n: 300 } })).ok,
        SOON,
      );
      await sendNumbers(a.link, 301, 600);
      await eventually(() => b.numbers.length >= 600, SOON);
      await eventually(() => b.gaps.news === 1, SOON);
      expect(b.numbers).toEqual(range(0, 600));
      expect([b.gaps, a.gaps]).toMatchObject([{ work: 1, news: 1 }, { peer: 1 }]);
    },
  );

  test('[RL-10] what is acknowledged late, or of another life of the source, trims nothing', async () => {
    await using regions = await LinkRegions.start();
    await using sender = await regions.sender('a');
    for (const n of range(0, 10)) await sender.outbox.send(envelope(n));
    const [out, state] = [redisKeys.linkOut('b'), redisKeys.linkState('b')];
    const epoch = Number(await sender.redis.hget(state, 'epoch'));
    const script = new RedisScript<number>('acknowledge-link');
    const acknowledge = async (ofEpoch: number, sequence: number) => {
      const said = await script.run(sender.redis, [out, state], [ofEpoch, sequence, 2, 0]);
      return [said, await sender.redis.xlen(out)];
    };
    expect(await acknowledge(epoch + 3_600_000, 5)).toEqual([0, 10]);
    expect(await acknowledge(epoch, 11)).toEqual([0, 10]);
    // Two of those that are acknowledged are kept.
    expect(await acknowledge(epoch, 6)).toEqual([1, 6]);
    expect(await acknowledge(epoch, 4)).toEqual([0, 6]);
    expect(await acknowledge(epoch - 1, 9)).toEqual([0, 6]);
  });

  test('[RL-10] a source that comes back with what it had a while ago does not use a number twice', async () => {
    await using regions = await LinkRegions.start();
    await using b = await regions.node('b', 'b1');
    await using a = await regions.node('a', 'a1');
    await sendNumbers(a.link, 0, 100);
    await eventually(() => b.numbers.length === 100, SOON);
    await using redis = regions.servers.a.client();
    await redis.save();
    await sendNumbers(a.link, 100, 200);
    await eventually(() => b.numbers.length === 200, SOON);
    await regions.servers.a.kill();
    await regions.servers.a.up();
    expect(await redis.hget(redisKeys.linkState('b'), 'sequence')).toBe('100');
    await eventually(
      async () => (await a.link.send('b', { kind: NUMBERED, body: { n: 200 } })).ok,
      SOON,
    );
    await sendNumbers(a.link, 201, 300);
    await eventually(() => b.numbers.length >= 300, SOON);
    expect(b.numbers).toEqual(range(0, 300));
    expect(b.gaps.work).toBe(1);
  });

  test('[RL-10] a destination that comes back empty: the gap is told, and the link goes on', async () => {
    await using regions = await LinkRegions.start();
    await using b = await regions.node('b', 'b1');
    await using a = await regions.node('a', 'a1', { keptEntries: 50 });
    await sendNumbers(a.link, 0, 300);
    await eventually(() => b.numbers.length === 300, SOON);
    await using redis = regions.servers.a.client();
    const state = redisKeys.linkState('b');
    await eventually(
      async () => /-300$/.test(String(await redis.hget(state, 'acknowledged'))),
      SOON,
    );
    await regions.servers.b.kill();
    await regions.servers.b.up();
    await sendNumbers(a.link, 300, 400);
    await eventually(() => b.numbers.length >= 400, SOON);
    // What the outbox had kept was sent again, and this node knew that it had handled it.
    expect(b.numbers).toEqual(range(0, 400));
    expect(b.metrics.drops.get('repeated')).toBe(50);
    expect([b.gaps.work, a.gaps.peer]).toEqual([1, 1]);

    // Another node cannot know, and is told; also when nothing new is sent.
    await eventually(
      async () => /-400$/.test(String(await redis.hget(state, 'acknowledged'))),
      SOON,
    );
    await b.link.stop();
    await regions.servers.b.kill();
    await regions.servers.b.up();
    await using b2 = await regions.node('b', 'b2');
    await eventually(() => b2.numbers.length === 50, SOON);
    expect(b2.numbers).toEqual(range(350, 400));
    expect([b2.repeats, b2.gaps.work]).toEqual([range(350, 400), 1]);
    await sendNumbers(a.link, 400, 401);
    await eventually(() => b2.numbers.includes(400), SOON);
    expect(b2.repeats).not.toContain(400);
  });

  test('[RL-9] an inbox that nobody empties takes no more than its limit; the rest waits at its source', async () => {
    await using regions = await LinkRegions.start();
    const small = { keptEntries: 10, inboxEntries: 300, batchEntries: 50 };
    await using a = await regions.node('a', 'a1', small);
    await sendNumbers(a.link, 0, 500);
    await eventually(() => a.warnings.includes('the link does not carry'), SOON);
    await using redis = regions.servers.b.client();
    const [epoch] = await redis.zrange(redisKeys.linkEpochs('a'), 0, -1);
    expect(await redis.xlen(redisKeys.linkIn('a', Number(epoch)))).toBeLessThan(350);
    await using b = await regions.node('b', 'b1', small);
    await eventually(() => b.numbers.length >= 500, SOON);
    expect(b.numbers).toEqual(range(0, 500));
    await expect(regions.node('b', 'b2', { ...small, inboxEntries: 10 })).rejects.toThrow(
      RangeError,
    );
  });
});

describe('messages that are missing', () => {
  test('[RL-11] a full outbox refuses, and the other side is told of it once', async () => {
    await using regions = await LinkRegions.start();
    const small = { outboxEntries: 100, keptEntries: 10 };
    await using sender = await regions.sender('a', small);
    const outcomes = await Promise.all(range(0, 150).map((n) => sender.outbox.send(envelope(n))));
    expect(outcomes.map((it) => it.ok || it.reason)).toEqual([
      ...range(0, 100).map(() => true),
      ...range(0, 50).map(() => 'outbox-full'),
    ]);
    await using b = await regions.node('b', 'b1');
    await using a = await regions.node('a', 'a1', small);
    await eventually(() => b.numbers.length === 100, SOON);
    await sendNumbers(a.link, 150, 250);
    await eventually(() => b.numbers.length === 200, SOON);
    await eventually(() => b.gaps.news === 1, SOON);
    expect(b.numbers).toEqual([...range(0, 100), ...range(150, 250)]);
    expect([b.gaps, a.gaps]).toMatchObject([{ work: 1, news: 1 }, { peer: 1 }]);
  });

  test('[RL-11] what is trimmed before it was carried is a gap, in its place, told once', async () => {
    await using regions = await LinkRegions.start();
    await using sender = await regions.sender('a');
    await using b = await regions.node('b', 'b1');
    const order: string[] = [];
    await using b2 = await regions.node('b', 'b2', {}, (link) => {
      link.onMessage('a', RUMOUR, () => void order.push('news'));
      link.onGap('a', 'news', () => void order.push('gap'));
    });
    const rumour = (n: number) => {
      const { text, ...rest } = envelope(n);
      return sender.outbox.send({ ...rest, text: text.replace('numbered', 'rumour') });
    };
    await using a = await regions.node('a', 'a1');
    await rumour(0);
    await eventually(() => order.length === 1, SOON);
    await a.link.stop();
    for (const n of range(1, 100)) await rumour(n);
    await sender.redis.xtrim(redisKeys.linkOut('b'), 'MAXLEN', 2);
    await using next = await regions.node('a', 'a2');
    await rumour(100);
    await eventually(() => order.length === 5, SOON);
    expect(order).toEqual(['news', 'gap', 'news', 'news', 'news']);
    await eventually(() => b.gaps.work + b2.gaps.work === 1, SOON);
    expect([b.gaps.news, next.gaps.peer, next.metrics.gaps.out]).toEqual([1, 1, 1]);
  });

  test('[RL-6] what has expired is dropped and counted, and is no gap', async () => {
    await using regions = await LinkRegions.start();
    const small = { outboxEntries: 20 };
    await using sender = await regions.sender('a', small);
    const untilMs = Date.now() + 100;
    for (const n of range(0, 20)) await sender.outbox.send(envelope(n, untilMs));
    await eventually(() => Date.now() > untilMs, SOON);
    // A full outbox makes room for them by dropping what nobody wants.
    for (const n of range(20, 25)) expect((await sender.outbox.send(envelope(n))).ok).toBe(true);
    await sender.outbox.send(envelope(25, Date.now()));
    await sender.outbox.send(envelope(26));
    const lateMs = Date.now() + 1_500;
    await sender.outbox.send(envelope(27, lateMs));
    await using a = await regions.node('a', 'a1', small);
    await using redis = regions.servers.b.client();
    await eventually(async () => {
      const [epoch] = await redis.zrange(redisKeys.linkEpochs('a'), 0, -1);
      return (await redis.xlen(redisKeys.linkIn('a', Number(epoch)))) === 9;
    }, SOON);
    await eventually(() => Date.now() > lateMs, SOON);
    await using b = await regions.node('b', 'b1');
    await eventually(() => b.metrics.drops.get('expired') === 1, SOON);
    expect(b.numbers).toEqual([20, 21, 22, 23, 24, 26]);
    expect(a.metrics.drops.get('expired')).toBe(21);
    expect([b.gaps, a.gaps.peer]).toEqual([{ work: 0, news: 0, peer: 0 }, 0]);
  });

  test('[RL-14] what is torn or foreign is skipped, with a line and a count, and the stream goes on', async () => {
    await using regions = await LinkRegions.start();
    await using b = await regions.node('b', 'b1');
    await using a = await regions.node('a', 'a1');
    await using source = regions.servers.a.client();
    await using destination = regions.servers.b.client();
    const out = redisKeys.linkOut('b');
    await sendNumbers(a.link, 0, 10);
    await eventually(() => b.numbers.length === 10, SOON);

    const epoch = Number(await source.hget(redisKeys.linkState('b'), 'epoch'));
    await source.xadd(out, '*', 'hello', 'outbox');
    await sendNumbers(a.link, 10, 20);
    await eventually(() => b.numbers.length === 20, SOON);
    expect(a.metrics.drops.get('foreign')).toBe(1);
    expect(a.warnings).toContain('foreign entries in an outbox are skipped');

    // Beyond the foreign one ids begin anew.
    const next = Number(await source.hget(redisKeys.linkState('b'), 'epoch'));
    expect(next).toBeGreaterThan(epoch);
    const inbox = redisKeys.linkIn('a', next);
    await destination.xadd(inbox, '*', 'hello', 'inbox');
    await sendNumbers(a.link, 20, 30);
    await eventually(() => b.numbers.length === 30, SOON);
    const foreignInInbox = () =>
      (a.metrics.drops.get('foreign') ?? 0) + (b.metrics.drops.get('foreign') ?? 0) - 1;
    await eventually(() => foreignInInbox() === 1, SOON);

    const sequence = Number(await source.hget(redisKeys.linkState('b'), 'sequence'));
    const torn = ['i', 'x', 'x', '0', 't', '0', 'm', '{"kind":"numb'] as const;
    await source.xadd(out, `${next}-${sequence + 1}`, ...torn);
    await sendNumbers(a.link, 30, 40);
    await eventually(() => b.numbers.length === 40, SOON);
    expect(b.numbers).toEqual(range(0, 40));
    expect(foreignInInbox()).toBe(2);
    expect(b.warnings).toContain('an entry of an inbox is torn and skipped');
  });
});

describe('snapshots', () => {
  const REPORT = {
    name: 'report',
    value: z.object({ players: z.number() }),
    everyMs: 300,
  } as const;

  test('[RL-20] [RL-21] the newest counts; under a cut it fades to unreachable, and comes back', async () => {
    await using regions = await LinkRegions.start();
    const brisk = { heartbeatMs: 100, remoteTimeoutMs: 500 };
    await using b = await regions.node('b', 'b1', brisk);
    await using a = await regions.node('a', 'a1', brisk);
    expect(b.link.snapshots.latest('a', REPORT)).toEqual({ state: 'unknown' });
    let players = 0;
    const publish = () => a.link.snapshots.publish(REPORT, { players: ++players });
    await publish();
    await eventually(() => b.link.snapshots.latest('a', REPORT).state === 'fresh', SOON);
    // Nobody makes it anew, although the link lives.
    await eventually(() => b.link.snapshots.latest('a', REPORT).state === 'unreachable', SOON);
    expect(b.link.status('a')?.state).toBe('linked');
    expect(b.link.snapshots.latest('a', REPORT)).toMatchObject({ value: { players: 1 } });

    regions.servers.b.freeze();
    for (let n = 0; n < 50; n++) expect(await publish()).toBe(true);
    regions.servers.b.thaw();
    await eventually(() => {
      const latest = b.link.snapshots.latest('a', REPORT);
      return latest.state === 'fresh' && latest.value.players === players;
    }, SOON);
    // Nothing to catch up with.
    await using redis = regions.servers.a.client();
    expect(await redis.hlen(redisKeys.linkSnapshots)).toBe(1);
    const other = { ...REPORT, value: z.object({ rooms: z.number() }) };
    expect(b.link.snapshots.latest('a', other)).toEqual({ state: 'unknown' });
    await expect(
      a.link.snapshots.publish(
        { name: 'long', value: z.string(), everyMs: 1 },
        'x'.repeat(LINK_MESSAGE_LIMIT_BYTES),
      ),
    ).rejects.toThrow(RangeError);
  });
});

test('[RL-31] a link that is stopped leaves nothing open, also while the other region is away', async () => {
  await using regions = await LinkRegions.start();
  await using b = await regions.node('b', 'b1');
  const a = await regions.node('a', 'a1');
  await sendNumbers(a.link, 0, 10);
  await eventually(() => b.numbers.length === 10, SOON);
  await b.link.stop();
  regions.servers.b.freeze();
  await sendNumbers(a.link, 10, 20);
  const startedMs = performance.now();
  await a.link.stop();
  expect(performance.now() - startedMs).toBeLessThan(3_000);
  regions.servers.b.thaw();
  for (const server of [regions.servers.a, regions.servers.b]) {
    await using redis = server.client();
    await eventually(async () => {
      const clients = String(await redis.client('LIST')).match(/name=meridian-\S+/g) ?? [];
      return clients.length === 0;
    }, SOON);
  }
  await using redis = regions.servers.a.client();
  expect(await redis.exists(redisKeys.linkBridge('b'), redisKeys.linkWorker('b'))).toBe(0);
});
