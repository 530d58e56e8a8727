// What the Redis of a buddy decides, with a real one: a room is claimed or given back, never both.

import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RedisRoomDirectory } from '../../src/cluster/directory/redis-room-directory.ts';
import { CopiedRooms, type RoomNote } from '../../src/regions/evacuation/copied-rooms.ts';
import { CLAIM_MARGIN_MS, Evacuator } from '../../src/regions/evacuation/evacuator.ts';
import { JournalCopy } from '../../src/regions/evacuation/journal-copy.ts';
import { encodeJournalEntry, type JournalEntry } from '../../src/rooms/journal/journal-entry.ts';
import { RedisRoomJournal } from '../../src/rooms/journal/journal-redis.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { RedisScript } from '../../src/storage/redis/redis-script.ts';
import { eventually } from '../support/eventually.ts';
import { RedisServer } from '../support/redis-server.ts';

const log = pino({ level: 'silent' });
const EVACUATE = new RedisScript<readonly [number, number]>('evacuate-rooms');
const SOON = Number.MAX_SAFE_INTEGER;
const PATIENCE = { withinMs: 10_000 };

let server: RedisServer;
let redis: ReturnType<RedisServer['client']>;
let copies: CopiedRooms;

beforeEach(async () => {
  server = await RedisServer.start();
  redis = server.client();
  copies = new CopiedRooms(redis, { regionId: 'amber', nodeId: 'a1' });
});
afterEach(async () => {
  redis.disconnect();
  await server[Symbol.asyncDispose]();
});

function note(roomId: string, epoch = 1): RoomNote {
  const rest = { roomId, name: 'arena', clients: 1, maxClients: null, createdAt: 0 };
  const listing = JSON.stringify({ processId: 'a1', publicAddress: null, ...rest });
  return { roomId, epoch, listing, buckets: '0\narena' };
}

async function evacuate(askedBeforeMs = 0, untilMs = SOON): Promise<number> {
  const args = ['amber', 50, askedBeforeMs, untilMs];
  return (await EVACUATE.run(redis, [redisKeys.owners], args))[1];
}

const ask = async (roomId: string, epoch = 1) => [
  ...(await copies.release([{ roomId, epoch, isTakenBack: true }])),
];

const directory = () => new RedisRoomDirectory({ redis, nodeId: 'b1', log });

describe('rooms of a region that is down', () => {
  test('[EV-5] become orphans, are claimed a thousand epochs later, and listed', async () => {
    await copies.release([]);
    await copies.note([note('r1', 7), note('r2')]);
    expect(await evacuate()).toBe(2);
    const b1 = directory();
    const claims = await b1.claimOrphans(8);
    expect(claims.map(({ roomId, epoch }) => [roomId, epoch]).sort()).toEqual([
      ['r1', 1_008],
      ['r2', 1_002],
    ]);
    expect(await b1.locate('r1')).toMatchObject({ kind: 'owned', nodeId: 'b1' });
    expect(claims[0]?.listing.name).toBe('arena');
  });

  test('[EV-6] are told to that region when it asks, and not again when they have come back to it', async () => {
    await copies.release([]);
    await copies.note([note('r1')]);
    await evacuate();
    expect(await ask('r1')).toEqual([['r1', 1_001]]);
    expect(await ask('r1', 999), 'it went on for a while by itself').toEqual([['r1', 1_001]]);
    await redis.del(redisKeys.owners);
    expect(await ask('r1', 2_002), 'evacuated back').toEqual([]);
  });

  test('[EV-6] that Redis lost the word of, and a node there still has, are told too', async () => {
    await redis.hset(redisKeys.owners, 'r1', 'b1 1002 1');
    expect(await ask('r1', 3)).toEqual([['r1', 1_002]]);
  });

  test('[EV-5] are evacuated once, though an old copy comes late', async () => {
    await copies.release([]);
    await copies.note([note('r1')]);
    await evacuate();
    const [claim] = await directory().claimOrphans(1);
    await copies.note([note('r1')]);
    expect(await evacuate(), 'it lives here').toBe(0);
    await redis.del(redisKeys.owners);
    await copies.note([note('r1')]);
    expect([await evacuate(), claim?.epoch], 'it has ended here').toEqual([0, 1_002]);
  });
});

describe('a region that asks for its rooms', () => {
  test('[EV-5] has them, and nothing of it is evacuated for a while', async () => {
    await copies.release([]);
    await copies.note([note('r1')]);
    expect(await ask('r1')).toEqual([]);
    expect(await evacuate(), 'its copy was taken back').toBe(0);
    await copies.note([note('r1')]);
    expect(await evacuate(60_000)).toBe(0);
    expect(await evacuate(0), 'it was there').toBe(1);
  });

  test('[EV-5] has them, though a note of before comes late', async () => {
    const late = new CopiedRooms(redis, { regionId: 'amber', nodeId: 'a1' });
    await late.release([]);
    await copies.release([]);
    await ask('r1');
    expect(await late.note([note('r1')])).toBe(false);
    expect(await evacuate()).toBe(0);
  });

  test('[EV-7] hears from a Redis that has begun anew that it must ask again', async () => {
    await copies.release([]);
    expect(await copies.note([])).toBe(true);
    await redis.flushall();
    expect(await copies.note([])).toBe(false);
  });

  test('[EV-3] is not taken by a command that was long on its way', async () => {
    await copies.release([]);
    await copies.note([note('r1')]);
    expect(await evacuate(0, Date.now() - 1)).toBe(0);
  });
});

describe('who asks whether a region is down', () => {
  test('[EV-3] hears of no longer silence than the Redis is up that says so', async () => {
    await heardAgo(3_600_000);
    const silence = new RedisScript<readonly [number, string]>('link-silence');
    const [silentMs] = await silence.run(redis, [redisKeys.linkHeard('amber')], []);
    expect(silentMs).toBeLessThan(60_000);
  });

  const heardAgo = (ms: number) => redis.set(redisKeys.linkHeard('amber'), Date.now() - ms);

  test('[EV-3] needs both of two: one that has heard it, or has just started, keeps it from being down', async () => {
    await using third = await RedisServer.start();
    await using other = third.client();
    await heardAgo(60_000);
    await other.set(redisKeys.linkHeard('amber'), Date.now() + 3_600_000);
    await copies.release([]);
    await copies.note([note('r1')]);
    const told: number[] = [];
    const evacuator = new Evacuator(
      {
        ...{ redis, log, others: [other] },
        heardAgoMs: () => null,
        onEvacuated: (_regionId, rooms) => told.push(rooms),
      },
      { regionId: 'amber', regions: 3, isolationFenceMs: 0 },
    );
    evacuator.start();
    const upMs = async () => {
      const [, seconds] = /uptime_in_seconds:(\d+)/.exec(await other.info('server')) ?? [];
      return Number(seconds) * 1_000;
    };
    await eventually(async () => (await upMs()) > CLAIM_MARGIN_MS, PATIENCE);
    expect(told).toEqual([]);
    await other.set(redisKeys.linkHeard('amber'), Date.now() - 60_000);
    await eventually(() => told.length > 0, PATIENCE);
    await evacuator.stop();
    expect(told).toEqual([1]);
  });
});

describe('a journal that is copied', () => {
  const entry = (kind: JournalEntry['kind']): Buffer =>
    encodeJournalEntry({
      ...{ kind, atMs: 0, elapsedMs: 0, nextRefId: 0, meta: {} },
      state: new Uint8Array(0),
    });

  test('[EV-1] is there entry by entry from its last checkpoint on, and is the journal of who claims it', async () => {
    await using home = await RedisServer.start();
    await using from = home.client();
    const key = redisKeys.journal('r1');
    const add = (id: string, kind: JournalEntry['kind']) => from.xadd(key, id, 'e', entry(kind));
    const ids = async () =>
      (await redis.xrange(redisKeys.journalCopy('r1'), '-', '+')).map(([id]) => id);
    await add('1-0', 'checkpoint');
    await add('1-1', 'patch');
    const copy = new JournalCopy('r1', { from, to: redis });
    expect(await copy.carry()).toBe(true);
    await add('1-2', 'patch');
    await copy.carry();
    expect(await ids()).toEqual(['1-0', '1-1', '1-2']);
    await add('2-0', 'checkpoint');
    await add('2-1', 'patch');
    await copy.carry();
    expect(await ids()).toEqual(['2-0', '2-1']);
    copy.distrust();
    expect(await copy.carry(), 'twice does no harm').toBe(true);
    await redis.flushall();
    await add('2-2', 'patch');
    expect(await copy.carry(), 'a patch without its checkpoint is of no use').toBe(false);
    expect(await copy.carry()).toBe(true);
    expect(await ids()).toEqual(['2-0', '2-1', '2-2']);
    const read = await new RedisRoomJournal(redis).read('r1');
    expect(read?.entries.map(({ kind }) => kind)).toEqual(['checkpoint', 'patch', 'patch']);
    expect(await redis.exists(key)).toBe(1);
  });

  test('[EV-5] an older copy does not take the place of a journal of here', async () => {
    await redis.xadd(redisKeys.journal('r1'), '1002-0', 'e', entry('checkpoint'));
    await redis.xadd(redisKeys.journalCopy('r1'), '3-0', 'e', entry('patch'));
    const read = await new RedisRoomJournal(redis).read('r1');
    expect(read?.entries.map(({ kind }) => kind)).toEqual(['checkpoint']);
  });
});
