import { spawnSync } from 'node:child_process';
import { Cluster } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { encodeJournalEntry } from '../../src/rooms/journal/journal-entry.ts';
import { MemoryRoomJournal } from '../../src/rooms/journal/journal-memory.ts';
import { RedisRoomJournal } from '../../src/rooms/journal/journal-redis.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { eventually } from '../support/eventually.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { RedisServer } from '../support/redis-server.ts';
import { entry, listener, marksOf, roomJournalContract } from './room-journal-contract.ts';

async function openRedis(flags: readonly string[] = []) {
  const server = await RedisServer.start(flags);
  const redis = server.client();
  return {
    server,
    redis,
    journal: new RedisRoomJournal(redis),
    [Symbol.asyncDispose]: async () => {
      redis.disconnect();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function openCluster() {
  const server = await startRedisCluster();
  const cluster = new Cluster([{ host: '127.0.0.1', port: server.port }]);
  return {
    journal: new RedisRoomJournal(cluster),
    [Symbol.asyncDispose]: async () => {
      cluster.disconnect();
      await server[Symbol.asyncDispose]();
    },
  };
}

roomJournalContract('memory', async () => ({
  journal: new MemoryRoomJournal(),
  [Symbol.asyncDispose]: async () => {},
}));
roomJournalContract('Redis', openRedis);
roomJournalContract('Redis Cluster', openCluster);

describe('RedisRoomJournal', () => {
  const key = redisKeys.journal('r1');
  const bytesOf = (kind: 'checkpoint' | 'patch', mark: string) =>
    encodeJournalEntry(entry(kind, mark));

  test('[SV-20] what is handed over is out of the process, whatever keeps it busy afterwards', async () => {
    await using opened = await openRedis();
    const writer = opened.journal.open({ roomId: 'r1', epoch: 1 }, listener());
    writer.checkpoint(entry('checkpoint', 'a'));
    await writer.settled();
    const entriesNow = () => {
      // In the same turn: this process reads and writes nothing meanwhile.
      const asked = ['-p', String(opened.server.port), 'XLEN', key];
      return Number(spawnSync('redis-cli', asked, { encoding: 'utf8' }).stdout);
    };
    writer.append(entry('patch', 'b'));
    expect(entriesNow()).toBe(1);
    writer.handOver();
    expect(entriesNow()).toBe(2);
    await writer.settled();
  });

  test('[SV-11] what is written in one turn, by any room, is one command', async () => {
    await using opened = await openRedis();
    const { journal, redis } = opened;
    // Redis has to be given the script first.
    const first = journal.open({ roomId: 'first', epoch: 1 }, listener());
    first.checkpoint(entry('checkpoint', 'a'));
    await first.settled();
    let commands = 0;
    const send = redis.sendCommand.bind(redis);
    redis.sendCommand = (command, stream) => {
      commands++;
      return send(command, stream);
    };
    const writers = Array.from({ length: 20 }, (_, i) => {
      const writer = journal.open({ roomId: `r${i}`, epoch: 1 }, listener());
      writer.checkpoint(entry('checkpoint', `${i}`));
      writer.append(entry('patch', `${i}`));
      return writer;
    });
    await Promise.all(writers.map((writer) => writer.settled()));
    expect(commands).toBe(1);
    expect(await marksOf(journal, 'r19')).toEqual(['checkpoint 19', 'patch 19']);
  });

  test('[SV-11] a checkpoint removes what was before it, and the stream ends an hour after it', async () => {
    await using opened = await openRedis();
    const { journal, redis } = opened;
    const writer = journal.open({ roomId: 'r1', epoch: 1 }, listener());
    for (let i = 0; i < 10; i++) {
      writer.checkpoint(entry('checkpoint', `${i}`));
      writer.append(entry('patch', `${i}`));
    }
    await writer.settled();
    expect(await redis.xlen(key)).toBe(2);
    expect(await redis.pttl(key)).toBeGreaterThan(3_590_000);
  });

  test('[SV-13] a Redis that was killed and came back empty gets a checkpoint before any patch', async () => {
    await using opened = await openRedis();
    const { journal, server } = opened;
    const told = listener();
    const writer = journal.open({ roomId: 'r1', epoch: 1 }, told);
    writer.checkpoint(entry('checkpoint', 'a'));
    writer.append(entry('patch', 'b'));
    await writer.settled();
    await server.kill();
    await eventually(() => writer.needsCheckpoint, { withinMs: 2_000 });
    writer.append(entry('patch', 'dropped'));
    writer.checkpoint(entry('checkpoint', 'c'));
    writer.append(entry('patch', 'd'));
    await server.up();
    await writer.settled();
    expect(await marksOf(journal, 'r1')).toEqual(['checkpoint c', 'patch d']);
    expect(told.lost).toBe(0);
  });

  test('[SV-13] a patch makes no stream: one that is gone needs a checkpoint', async () => {
    await using opened = await openRedis();
    const { journal, redis } = opened;
    const writer = journal.open({ roomId: 'r1', epoch: 1 }, listener());
    writer.checkpoint(entry('checkpoint', 'a'));
    await writer.settled();
    await redis.flushall();
    writer.append(entry('patch', 'b'));
    await expect(writer.settled()).rejects.toMatchObject({ code: 'DIRECTORY_UNAVAILABLE' });
    expect(writer.needsCheckpoint).toBe(true);
    expect(await journal.read('r1')).toBeNull();
    writer.checkpoint(entry('checkpoint', 'c'));
    await writer.settled();
    expect(await marksOf(journal, 'r1')).toEqual(['checkpoint c']);
  });

  test('[SV-13] an entry that Redis had although the answer was lost is no other owner', async () => {
    await using opened = await openRedis();
    const { journal, redis } = opened;
    const told = listener();
    const writer = journal.open({ roomId: 'r1', epoch: 1 }, told);
    writer.checkpoint(entry('checkpoint', 'a'));
    await writer.settled();
    await redis.xadd(key, '1-1', 'e', bytesOf('patch', 'b'));
    writer.append(entry('patch', 'b'));
    await expect(writer.settled()).rejects.toMatchObject({ code: 'DIRECTORY_UNAVAILABLE' });
    expect([told.lost, writer.needsCheckpoint]).toEqual([0, true]);
    writer.checkpoint(entry('checkpoint', 'c'));
    await writer.settled();
    expect(await marksOf(journal, 'r1')).toEqual(['checkpoint c']);
  });

  test('[SV-13] a Redis that is full keeps what it has, and takes a checkpoint when there is room', async () => {
    await using opened = await openRedis([
      '--maxmemory',
      '2mb',
      '--maxmemory-policy',
      'noeviction',
    ]);
    const { journal, redis } = opened;
    const told = listener();
    const writer = journal.open({ roomId: 'r1', epoch: 1 }, told);
    writer.checkpoint(entry('checkpoint', 'a'));
    await writer.settled();
    await redis.config('SET', 'maxmemory', '1');
    writer.append(entry('patch', 'b'));
    await expect(writer.settled()).rejects.toMatchObject({ code: 'DIRECTORY_UNAVAILABLE' });
    expect(writer.needsCheckpoint).toBe(true);
    writer.checkpoint(entry('checkpoint', 'c'));
    await expect(writer.settled()).rejects.toMatchObject({ code: 'DIRECTORY_UNAVAILABLE' });
    expect(await marksOf(journal, 'r1')).toEqual(['checkpoint a']);
    await redis.config('SET', 'maxmemory', '0');
    writer.checkpoint(entry('checkpoint', 'd'));
    await writer.settled();
    expect(await marksOf(journal, 'r1')).toEqual(['checkpoint d']);
    expect(told.lost).toBe(0);
  });

  test('[SV-13] a Redis that does not answer holds up to a backlog, then patches are dropped', async () => {
    await using opened = await openRedis();
    const { redis, server } = opened;
    const journal = new RedisRoomJournal(redis, { backlogEntries: 3, backlogBytes: 1_000_000 });
    const writer = journal.open({ roomId: 'r1', epoch: 1 }, listener());
    writer.checkpoint(entry('checkpoint', 'a'));
    await writer.settled();
    server.freeze();
    for (let i = 0; i < 10; i++) writer.append(entry('patch', `${i}`));
    expect([writer.pendingEntries, writer.needsCheckpoint]).toEqual([3, true]);
    writer.checkpoint(entry('checkpoint', 'no room'));
    expect(writer.needsCheckpoint).toBe(true);
    server.thaw();
    await expect(writer.settled()).rejects.toMatchObject({ code: 'DIRECTORY_UNAVAILABLE' });
    writer.checkpoint(entry('checkpoint', 'b'));
    await writer.settled();
    expect(await marksOf(journal, 'r1')).toEqual(['checkpoint b']);
  });

  const torn = bytesOf('patch', 'b').subarray(0, -1);
  const newer = Buffer.from(bytesOf('patch', 'b'));
  newer[1] = 2;
  test.each([
    ['is torn', '1-1', torn, 'corrupt'],
    ['is of something else', '1-1', Buffer.from('hello'), 'corrupt'],
    ['has an empty value', '1-1', Buffer.alloc(0), 'corrupt'],
    ['comes after a missing one', '1-2', bytesOf('patch', 'b'), 'corrupt'],
    ['is a patch of an owner who wrote no checkpoint', '2-0', bytesOf('patch', 'b'), 'corrupt'],
    ['is of a newer build’s format', '1-1', newer, 'foreign-version'],
  ])('[SV-14] a journal with an entry that %s is not read', async (_what, id, bytes, fault) => {
    await using opened = await openRedis();
    const { journal, redis } = opened;
    const writer = journal.open({ roomId: 'r1', epoch: 1 }, listener());
    writer.checkpoint(entry('checkpoint', 'a'));
    await writer.settled();
    await redis.xadd(key, id, 'e', bytes);
    await expect(journal.read('r1')).rejects.toMatchObject({ name: 'JournalError', fault });
  });

  test('[SV-14] patches without a checkpoint are not read', async () => {
    await using opened = await openRedis();
    await opened.redis.xadd(key, '1-1', 'e', bytesOf('patch', 'b'));
    await expect(opened.journal.read('r1')).rejects.toMatchObject({ fault: 'corrupt' });
  });

  test('[SV-14] a Redis that is away is an error, not a missing journal', async () => {
    await using opened = await openRedis();
    opened.redis.disconnect();
    await eventually(() => opened.redis.status === 'end', { withinMs: 2_000 });
    await expect(opened.journal.read('r1')).rejects.toMatchObject({
      code: 'DIRECTORY_UNAVAILABLE',
    });
  });
});
