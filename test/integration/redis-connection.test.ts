import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findRedisServer } from '../../bin/setup/test-tools.ts';
import {
  connectRedis,
  connectSubscriber,
  openRedis,
} from '../../src/storage/redis/redis-connection.ts';
import type { RedisClient } from '../../src/storage/redis/redis-script.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { LeaseNodeProcess } from '../support/lease-node-process.ts';
import { RedisServer } from '../support/redis-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SOON = { withinMs: 10_000 };
/** A second, and what a busy machine adds. */
const AT_ONCE_MS = 1_500;

/** A log that keeps its lines. */
function listeningLog() {
  const lines: string[] = [];
  const write = (fields: object, text: string) => lines.push(`${text} ${JSON.stringify(fields)}`);
  return { lines, log: { info: write, warn: write } as never };
}

/** How long a call took to be refused. */
async function refusedAfterMs(client: RedisClient): Promise<number> {
  const startedMs = performance.now();
  await expect(client.set('k', 'v')).rejects.toThrow();
  return performance.now() - startedMs;
}

function closing(client: RedisClient): AsyncDisposable {
  return { [Symbol.asyncDispose]: async () => client.disconnect() };
}

test('[CL-7] while Redis is killed or halted calls are refused, then work again; one line for each', async () => {
  await using redis = await RedisServer.start();
  const { lines, log } = listeningLog();
  const client = await openRedis(redis.uri, { name: 'test', log });
  await using _ = closing(client);

  const underWay = client.blpop('nothing', 60).catch((error: Error) => error);
  await redis.kill();
  expect(await underWay).toBeInstanceOf(Error);
  for (let call = 0; call < 10; call++) {
    expect(await refusedAfterMs(client)).toBeLessThan(AT_ONCE_MS);
  }
  await eventually(() => lines.length === 1, SOON);
  await redis.up();
  await eventually(async () => (await client.set('k', 'v')) === 'OK', SOON);
  expect(lines.map((line) => line.slice(0, 13))).toEqual(['Redis is away', 'Redis is back']);

  redis.freeze();
  expect(await refusedAfterMs(client)).toBeLessThan(AT_ONCE_MS);
  redis.thaw();
  await eventually(async () => (await client.set('k', 'v')) === 'OK', SOON);
});

test('[CL-7] [CL-15] without a Redis a start fails, and nothing tells the password', async () => {
  const { lines, log } = listeningLog();
  const uri = 'redis://me:hunter2@127.0.0.1:1';
  const client = connectRedis(uri, { name: 'test', log });
  await using _ = closing(client);
  expect(await refusedAfterMs(client)).toBeLessThan(AT_ONCE_MS);
  const error = await openRedis(uri, { name: 'test', log }).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ message: expect.stringContaining('single 127.0.0.1:1') });
  await eventually(() => lines.length >= 2, SOON);
  expect(`${String(error)} ${lines.join()}`).not.toContain('hunter2');
});

test('[CL-7] a subscription is there again after an outage', async () => {
  await using redis = await RedisServer.start();
  const { log } = listeningLog();
  const subscriber = connectSubscriber(redis.uri, { name: 'test', log });
  await using _ = closing(subscriber);
  const heard: string[] = [];
  subscriber.on('message', (_channel, text: string) => heard.push(text));
  await subscriber.subscribe('news');
  await redis.kill();
  await redis.up();
  await using publisher = redis.client();
  await eventually(async () => {
    await publisher.publish('news', 'back');
    return heard.includes('back');
  }, SOON);
});

test('[CL-15] nodes live on a Redis Cluster', async () => {
  await using redis = await RedisServer.start([
    ...['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'],
  ]);
  await using client = redis.client();
  await client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await eventually(async () => /cluster_state:ok/.test(await client.cluster('INFO')), SOON);
  const uri = `redis+cluster://127.0.0.1:${redis.port}`;
  await using a = await LeaseNodeProcess.start('a', uri);
  await using b = await LeaseNodeProcess.start('b', uri);
  await eventually(async () => (await b.ask()).nodes.length === 2, SOON);
  await eventually(async () => (await b.ask()).steadyForMs > 2_000, SOON);
  await a.kill();
  await eventually(async () => (await b.ask()).dead.join() === 'a', SOON);
});

test('[CL-15] Sentinels are asked where the master is', async () => {
  await using redis = await RedisServer.start();
  await using folder = await temporaryFolder('sentinel');
  const port = await freePort();
  const configuration = join(folder.path, 'sentinel.conf');
  await writeFile(
    configuration,
    `port ${port}\nbind 127.0.0.1\nsentinel monitor main 127.0.0.1 ${redis.port} 1\n`,
  );
  const sentinel = spawn(findRedisServer() ?? '', [configuration, '--sentinel'], {
    stdio: 'ignore',
  });
  const ended = once(sentinel, 'close');
  try {
    const { log } = listeningLog();
    const uri = `redis+sentinel://127.0.0.1:1,127.0.0.1:${port}/main`;
    const client = await openRedis(uri, { name: 'test', log });
    await using _ = closing(client);
    await client.set('k', 'through a Sentinel');
    await using direct = redis.client();
    expect(await direct.get('k')).toBe('through a Sentinel');
  } finally {
    sentinel.kill('SIGKILL');
    await ended;
  }
});
