import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { LinkKind } from '../../src/regions/contract.ts';
import { DEFAULT_LINK_OPTIONS } from '../../src/regions/link/link-options.ts';
import { LinkWatch } from '../../src/regions/link/link-watch.ts';
import {
  RedisRegionLink,
  type RedisRegionLinkDeps,
} from '../../src/regions/link/redis-region-link.ts';
import { processClock } from '../../src/shared/process-clock.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { eventually } from '../support/eventually.ts';
import { RedisServer } from '../support/redis-server.ts';

const SOON = { withinMs: 10_000 };
const WORK: LinkKind<string> = { name: 'errand', delivery: 'work', body: z.string() };
const NEWS: LinkKind<string> = { name: 'word', delivery: 'news', body: z.string() };

const owned = new AsyncDisposableStack();
let a: RedisServer;
let b: RedisServer;
beforeAll(async () => {
  a = owned.use(await RedisServer.start());
  b = owned.use(await RedisServer.start());
});
afterAll(() => owned.disposeAsync());

async function startLink(
  regionId: 'a' | 'b',
  nodeId: string,
  part: Pick<RedisRegionLinkDeps, 'carries' | 'takesWork'> = {},
) {
  const [own, peer] = regionId === 'a' ? [a, b] : [b, a];
  const link = new RedisRegionLink({
    ...{ regionId, nodeId, redisUri: own.uri, ...part },
    peers: [{ regionId: regionId === 'a' ? 'b' : 'a', redisUri: peer.uri }],
    log: createLogger({ level: 'silent' }),
  });
  const heard = { work: [] as string[], news: [] as string[] };
  const [peerId = ''] = link.peers;
  link.onMessage(peerId, WORK, ({ body }) => void heard.work.push(body));
  link.onMessage(peerId, NEWS, ({ body }) => void heard.news.push(body));
  await link.start();
  owned.defer(() => link.stop());
  return { link, heard };
}

test('[RL-32] who may not carry, or take work, leaves it to the others, however late they come', async () => {
  await using redis = a.client();
  const messenger = await startLink('b', 'b1');
  const worker = await startLink('a', 'a-worker', { carries: false });
  const carrier = await startLink('a', 'a-carrier', { takesWork: false });
  await eventually(async () => (await redis.get(redisKeys.linkBridge('b'))) === 'a-carrier', SOON);
  await eventually(async () => (await redis.get(redisKeys.linkWorker('b'))) === 'a-worker', SOON);
  await messenger.link.send('a', { kind: WORK, body: 'fetch' });
  await messenger.link.send('a', { kind: NEWS, body: 'hello' });
  await eventually(() => worker.heard.work.length === 1, SOON);
  await eventually(() => worker.heard.news.length + carrier.heard.news.length === 2, SOON);
  expect(carrier.heard.work).toEqual([]);
  await worker.link.send('b', { kind: WORK, body: 'carry' });
  await eventually(() => messenger.heard.work.length === 1, SOON);

  await Promise.all([worker, carrier, messenger].map((it) => it.link.stop()));
});

test('[RL-32] who may not take work leaves it where it is, also when it is alone', async () => {
  await using redis = a.client();
  const messenger = await startLink('b', 'b2');
  const carrier = await startLink('a', 'a-alone', { takesWork: false });
  await eventually(async () => (await redis.get(redisKeys.linkBridge('b'))) === 'a-alone', SOON);
  await messenger.link.send('a', { kind: WORK, body: 'wait' });
  await messenger.link.send('a', { kind: NEWS, body: 'again' });
  await eventually(() => carrier.heard.news.length === 1, SOON);
  const late = await startLink('a', 'a-late', { carries: false });
  await eventually(() => late.heard.work.length === 1, SOON);
  expect(carrier.heard.work).toEqual([]);
  expect(await redis.get(redisKeys.linkBridge('b'))).toBe('a-alone');
  await Promise.all([late, carrier, messenger].map((it) => it.link.stop()));
});

test('[RL-30] what a Redis that began anew has forgotten of a link, its nodes have not', async () => {
  await using redis = a.client();
  const [nowS = 0] = await redis.time();
  await redis.hset(redisKeys.linkState('c'), 'confirmed', nowS * 1_000);
  await redis.set(redisKeys.linkHeard('c'), nowS * 1_000);
  await redis.del(redisKeys.linkOut('c'));
  const watch = new LinkWatch({ redis, clock: processClock }, 'c', DEFAULT_LINK_OPTIONS);
  owned.defer(() => watch.stop());
  watch.start();
  await eventually(() => watch.status.confirmedAgoMs !== null, SOON);
  await redis.flushall();
  // Something to see that it has looked since.
  await redis.xadd(redisKeys.linkOut('c'), '1-1', 't', '0');
  await eventually(() => watch.status.lagEntries === 1, SOON);
  const { confirmedAgoMs, heardAgoMs } = watch.status;
  expect(confirmedAgoMs).not.toBeNull();
  expect(heardAgoMs).not.toBeNull();
});
