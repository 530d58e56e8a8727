// What a region's directory promises beyond one node's: owners that change, nodes that die, a Redis that goes away. The
// interleavings of two nodes are drawn at random and checked against a model.

import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RedisRoomDirectory } from '../../src/cluster/directory/redis-room-directory.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { eventually } from '../support/eventually.ts';
import { openRegion, type Region } from '../support/redis-region.ts';
import { listing } from './room-directory-contract.ts';

let region: Region;
beforeAll(async () => {
  region = await openRegion();
});
afterAll(() => region[Symbol.asyncDispose]());
beforeEach(() => region.clear());

/** Rooms of a node that will die. */
async function durableRooms(directory: RedisRoomDirectory, nodeId: string, count: number) {
  const rooms = Array.from({ length: count }, () => listing({ processId: nodeId }));
  for (const room of rooms) {
    await directory.markDurable(room.roomId);
    await directory.insert(room);
  }
  return rooms;
}

const roomIds = (rooms: readonly { readonly roomId: string }[]) =>
  rooms.map(({ roomId }) => roomId).sort();

describe('a node that died', () => {
  test('[CL-30] is dead only when its lease is gone, and then gets no room any more', async () => {
    const [a, b] = [region.directory('a'), region.directory('b')];
    const [room] = await durableRooms(a, 'a', 1);
    await region.setAlive('a', true);
    expect(await b.declareDead('a')).toBe('alive');
    await b.cleanup('a');
    expect(await b.locate(String(room?.roomId))).toMatchObject({ kind: 'owned', nodeId: 'a' });
    await region.setAlive('a', false);
    expect(await b.declareDead('a')).toBe('dead');
    expect(await b.declareDead('a')).toBe('dead');
    expect(await a.insert(listing({ processId: 'a' }))).toBe(false);
    expect(await a.claimOrphans(10)).toEqual([]);
    expect(await a.reassert()).toEqual(roomIds([room] as never));
  });

  test('[CL-31] leaves durable rooms to be claimed, once, with an epoch more; the others are lost', async () => {
    const [a, b, c] = [region.directory('a'), region.directory('b'), region.directory('c')];
    const [room] = await durableRooms(a, 'a', 1);
    const { roomId } = room as NonNullable<typeof room>;
    const fleeting = listing({ processId: 'a' });
    await a.insert(fleeting);
    await a.update(room as never, { $set: { metadata: { list: [], long: 2 ** 60 } } });
    await b.declareDead('a');
    expect(await b.locate(fleeting.roomId)).toEqual({ kind: 'lost', reason: 'not-durable' });
    expect(await b.locate(roomId)).toEqual({ kind: 'orphaned' });
    expect((await b.findOrCreate('arena', {})).kind).toBe('create');

    const claims = (await Promise.all([b.claimOrphans(9), c.claimOrphans(9)])).flat();
    expect(claims).toMatchObject([{ roomId, roomName: 'arena', epoch: 2, deaths: 0 }]);
    const [owner, other] = b.epochOf(roomId) === 2 ? [b, c] : [c, b];
    const nodeId = owner === b ? 'b' : 'c';
    const moved = { ...room, processId: nodeId, publicAddress: `${nodeId}.test:1` };
    const { metadata, ...rest } = moved as Record<string, unknown>;
    expect(claims[0]?.listing).toEqual({ ...rest, metadata: { list: [], long: 2 ** 60 } });
    expect(metadata).toBeDefined();
    expect(await other.findOrCreate('arena', {})).toMatchObject({ listing: { roomId } });
    expect(await other.locate(roomId)).toMatchObject({ kind: 'owned', nodeId, epoch: 2 });
    // The room object that comes back speaks for it.
    const revived = listing({ roomId, processId: nodeId, clients: 3 });
    expect(await owner.insert(revived)).toBe(true);
    expect((await other.findOne({ roomId }))?.clients).toBe(3);
  });

  test('[CL-34] what Colyseus makes of a room that it discards is not written, and another try speaks for the room', async () => {
    const [a, b, c] = [region.directory('a'), region.directory('b'), region.directory('c')];
    const [room] = await durableRooms(a, 'a', 1);
    const { roomId } = room as NonNullable<typeof room>;
    await b.declareDead('a');
    expect(await b.claimOrphans(9)).toHaveLength(1);
    const discarded = listing({ roomId, processId: 'b', clients: 1 });
    expect(await b.insert(discarded)).toBe(true);
    discarded.roomId = undefined as never;
    b.revivalFailed(roomId);
    expect(await b.reassert()).toEqual([]);
    const again = listing({ roomId, processId: 'b', clients: 2 });
    expect(await b.insert(again)).toBe(true);
    expect((await c.findOne({ roomId }))?.clients).toBe(2);
    again.roomId = undefined as never;
    expect(await b.reassert()).toEqual([]);
    await b.declareDead('b');
    expect(await c.claimOrphans(9)).toMatchObject([{ roomId, listing: { clients: 2 } }]);
  });

  test('[CL-32] a stale owner can change, end or write off nothing', async () => {
    const [a, b] = [region.directory('a'), region.directory('b')];
    const rooms = await durableRooms(a, 'a', 4);
    const [one, two, three, four] = rooms as [never, never, never, never];
    await b.declareDead('a');
    await b.claimOrphans(9);
    const before = await region.redis.hgetall(redisKeys.rooms);
    expect(await a.update(one, { $set: { clients: 4 } })).toBe(false);
    expect(await a.remove((two as { roomId: string }).roomId)).toBe(false);
    await a.markLost((three as { roomId: string }).roomId, 'restore-failed');
    expect(await a.nextEpoch((four as { roomId: string }).roomId)).toBeNull();
    for (const { roomId } of rooms) expect(a.epochOf(roomId)).toBeUndefined();
    expect(await region.redis.hgetall(redisKeys.rooms)).toEqual(before);
  });

  test('[CL-33] a room that ends nodes is found out alone; innocents go on', async () => {
    const first = region.directory('n0');
    const rooms = await durableRooms(first, 'n0', 20);
    const poison = rooms[7]?.roomId as string;
    for (const { roomId } of rooms) await first.trialBegan(roomId);
    await first.declareDead('n0');
    let nodesLost = 1;
    for (let n = 1; (await region.redis.zcard(redisKeys.orphans)) > 0; n += 1) {
      expect(n).toBeLessThan(9);
      if (!(await loadOrphans(region.directory(`n${n}`), `n${n}`, poison))) nodesLost += 1;
    }
    expect(nodesLost).toBe(3);
    for (const { roomId } of rooms) {
      const place = roomId === poison ? { kind: 'lost', reason: 'quarantined' } : { kind: 'owned' };
      expect(await first.locate(roomId)).toMatchObject(place);
    }
  });

  /** What there is to claim, once suspects have rested. */
  async function claimRested(node: RedisRoomDirectory) {
    const claims = await node.claimOrphans(50);
    const isRested = async () => (await region.redis.exists(redisKeys.suspectsRest)) === 0;
    if (claims.length > 0 || (await isRested())) return claims;
    await eventually(isRested, { withinMs: 5_000 });
    return await node.claimOrphans(50);
  }

  /** @returns false when the node died of it */
  async function loadOrphans(node: RedisRoomDirectory, nodeId: string, poison: string) {
    for (;;) {
      const claims = await claimRested(node);
      const deaths = claims[0]?.deaths ?? 0;
      if (claims.length === 0) return true;
      expect(claims.length).toBeLessThanOrEqual([50, 8, 1][deaths] ?? 1);
      await Promise.all(claims.map(({ roomId }) => node.trialBegan(roomId)));
      // No other suspects until these are cleared.
      if (deaths > 0) expect(await node.claimOrphans(50)).toEqual([]);
      if (roomIds(claims).includes(poison)) return (await node.declareDead(nodeId)) !== 'dead';
      await Promise.all(claims.map(({ roomId }) => node.trialEnded(roomId)));
    }
  }

  test('[CL-34] what is torn or foreign in Redis is skipped, and no join hears of it', async () => {
    const a = region.directory('a');
    const [torn, foreign, good] = await durableRooms(a, 'a', 3);
    await region.redis.hset(redisKeys.rooms, torn?.roomId as string, '{"processId":"a","pub');
    await region.redis.hset(redisKeys.rooms, foreign?.roomId as string, '[1]', 'x', '{}');
    expect(await a.findOrCreate('arena', {})).toMatchObject({ listing: { roomId: good?.roomId } });
    expect(await a.query({})).toMatchObject([{ roomId: good?.roomId }]);
    expect(await a.locate(torn?.roomId as string)).toEqual({ kind: 'unknown' });
    await a.declareDead('a');
    expect(roomIds(await region.directory('b').claimOrphans(9))).toEqual([good?.roomId]);
    expect(await a.locate(torn?.roomId as string)).toEqual({
      kind: 'lost',
      reason: 'restore-failed',
    });
  });

  test('[CL-35] a claim whose answer was lost is heard of with the next one', async () => {
    const a = region.directory('a');
    const rooms = await durableRooms(a, 'a', 2);
    await a.declareDead('a');
    // As if the connection had broken before the reply: the claim is made by an object that is gone.
    await region.directory('b').claimOrphans(9);
    const b = region.directory('b');
    expect(roomIds(await b.claimOrphans(9))).toEqual(roomIds(rooms));
    expect(await b.claimOrphans(9)).toEqual([]);
  });
});

test('[CL-24] whose turn has expired takes nobody else’s', async () => {
  const [a, b] = [region.directory('a'), region.directory('b')];
  const late = await a.findOrCreate('arena', {});
  await region.redis.del(redisKeys.creating('arena'));
  expect((await b.findOrCreate('arena', {})).kind).toBe('create');
  if (late.kind === 'create') await late.createEnded();
  expect((await a.findOrCreate('arena', {})).kind).toBe('wait');
  expect(await region.redis.pttl(redisKeys.creating('arena'))).toBeGreaterThan(0);
});

test('[CL-21] metadata that is no JSON stays out of the directory, and the room in it', async () => {
  const a = region.directory('a');
  const [room] = await durableRooms(a, 'a', 1);
  expect(await a.update(room as never, { $set: { metadata: { of: 1n } } })).toBe(true);
  expect(await a.update(room as never, { $set: { metadata: {} }, $inc: { clients: 1 } })).toBe(
    true,
  );
  expect(await a.findOne({ roomId: room?.roomId as string })).toMatchObject({ clients: 1 });
  expect(await a.insert(listing({ metadata: { of: 1n } }))).toBe(false);
});

describe('a room that moves', () => {
  test('[CL-36] is taken over once, from its owner under its epoch', async () => {
    const [a, b, c] = [region.directory('a'), region.directory('b'), region.directory('c')];
    const [room] = await durableRooms(a, 'a', 1);
    const from = { roomId: room?.roomId as string, fromNodeId: 'a', epoch: 1 };
    const claims = await Promise.all([b.takeOver(from), c.takeOver(from)]);
    expect(claims.filter((claim) => claim !== null)).toMatchObject([{ epoch: 2 }]);
    expect(await a.reassert()).toEqual([from.roomId]);
    expect(await a.update(room as never, {})).toBe(false);
    expect(await b.takeOver(from)).toBeNull();
  });

  test('[CL-36] its old owner lets go of it: who comes for it belongs to the new one, and nothing is written', async () => {
    const [a, b] = [region.directory('a'), region.directory('b')];
    const [room] = await durableRooms(a, 'a', 1);
    const roomId = room?.roomId as string;
    await b.takeOver({ roomId, fromNodeId: 'a', epoch: 1 });
    expect(a.epochOf(roomId)).toBe(1);
    a.letGo(roomId);
    expect(a.epochOf(roomId)).toBeUndefined();
    expect(await a.locate(roomId)).toMatchObject({ kind: 'owned', nodeId: 'b', epoch: 2 });
  });
});

describe('Redis goes away', () => {
  test('[CL-37] questions end in DIRECTORY_UNAVAILABLE, changes wait; a Redis that comes back empty is filled again', async () => {
    await using own = await openRegion();
    const a = own.directory('a');
    const [room, ended] = await durableRooms(a, 'a', 2);
    const { roomId } = room as NonNullable<typeof room>;
    own.server.freeze();
    const startedMs = performance.now();
    const unavailable = expect.objectContaining({ code: 'DIRECTORY_UNAVAILABLE' });
    await Promise.all([
      expect(a.findOrCreate('arena', {})).rejects.toThrow(unavailable),
      expect(a.locate(roomId)).rejects.toThrow(unavailable),
      expect(a.findOne({ roomId })).rejects.toThrow(unavailable),
      expect(a.insert(listing({ processId: 'a' }))).resolves.toBe(false),
      expect(a.update(room as never, { $inc: { clients: 1 } })).resolves.toBe(true),
      expect(a.remove(ended?.roomId as string)).resolves.toBe(true),
    ]);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    own.server.thaw();
    await eventually(async () => (await own.redis.hlen(redisKeys.rooms)) === 1, {
      withinMs: 5_000,
    });
    expect((await a.findOne({ roomId }))?.clients).toBe((room as { clients: number }).clients);

    await own.server.kill();
    await own.server.up();
    expect(await a.update(room as never, { $inc: { clients: 1 } })).toBe(true);
    expect(await a.locate(roomId)).toEqual({ kind: 'unknown' });
    expect(await a.reassert()).toEqual([]);
    expect(await a.locate(roomId)).toMatchObject({ kind: 'owned', nodeId: 'a', epoch: 1 });
    expect(await a.findOrCreate('arena', {})).toMatchObject({ listing: { roomId } });
  });
});

describe('two nodes, any order', () => {
  const step = fc.record({
    node: fc.integer({ min: 0, max: 1 }),
    room: fc.integer({ min: 0, max: 2 }),
    does: fc.constantFrom(
      ...['insert', 'update', 'remove', 'markLost', 'nextEpoch', 'takeOver', 'claim'],
      ...['trialBegan', 'trialEnded', 'reassert', 'die'],
    ),
  });

  test('[CL-38] a room never has two owners, and its epoch only grows', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 12 }), runRounds),
      { numRuns: 200 },
    );
  }, 60_000);

  /** Steps of one round run at once, rounds one after the other. */
  async function runRounds(
    rounds: readonly (readonly { node: number; room: number; does: string }[])[],
  ) {
    await region.clear();
    let starts = 0;
    const start = () => {
      const nodeId = `n${starts++}`;
      return { nodeId, directory: shared(nodeId), isDead: false };
    };
    const nodes = [start(), start()];
    const retired: typeof nodes = [];
    const epochs = new Map<string, number>();
    // Ids are not used twice: a room that has ended is followed by one of another id.
    const generations = [0, 0, 0];
    const idOf = (room: number) => `p${room}.${generations[room]}`;
    for (const round of rounds) {
      const ends = round.filter(({ does }) => does === 'remove' || does === 'markLost');
      const mayBegin = (room: number) => !ends.some((end) => end.room === room);
      await Promise.all(
        round.map(async ({ node: index, room, does }) => {
          if (does === 'insert' && !mayBegin(room)) return;
          const node = nodes[index] as (typeof nodes)[number];
          const other = nodes[1 - index] as (typeof nodes)[number];
          await act(node, other, idOf(room), does);
          if (does === 'die' && !node.isDead) {
            node.isDead = true;
            retired.push(node);
            nodes[index] = start();
          }
        }),
      );
      for (const room of [0, 1, 2]) {
        const isThere = await check(idOf(room), [...nodes, ...retired], epochs);
        if (!isThere && epochs.has(idOf(room))) generations[room] = (generations[room] ?? 0) + 1;
      }
    }
  }

  const directories = new Map<string, RedisRoomDirectory>();
  function shared(nodeId: string): RedisRoomDirectory {
    const directory = directories.get(nodeId) ?? region.directory(nodeId);
    directory.forgetAll();
    directories.set(nodeId, directory);
    return directory;
  }

  type Node = { readonly nodeId: string; readonly directory: RedisRoomDirectory };
  async function act({ nodeId, directory }: Node, other: Node, roomId: string, does: string) {
    const epoch = other.directory.epochOf(roomId) ?? 1;
    const actions: Record<string, () => Promise<unknown>> = {
      insert: async () => {
        await directory.markDurable(roomId);
        await directory.insert(listing({ roomId, processId: nodeId }));
      },
      update: async () => directory.update(listing({ roomId, processId: nodeId }), {}),
      remove: async () => directory.remove(roomId),
      markLost: async () => directory.markLost(roomId, 'restore-failed'),
      nextEpoch: async () => directory.nextEpoch(roomId),
      takeOver: async () => directory.takeOver({ roomId, fromNodeId: other.nodeId, epoch }),
      // Suspects rest for less long than a round takes elsewhere.
      claim: async () => {
        await region.redis.del(redisKeys.suspectsRest);
        await directory.claimOrphans(2);
      },
      trialBegan: async () => directory.trialBegan(roomId),
      trialEnded: async () => directory.trialEnded(roomId),
      reassert: async () => directory.reassert(),
      die: async () => other.directory.declareDead(nodeId),
    };
    await actions[does]?.();
  }

  /** @returns whether there is such a room */
  async function check(roomId: string, nodes: readonly Node[], epochs: Map<string, number>) {
    const owner = await region.redis.hget(redisKeys.owners, roomId);
    if (owner === null) return false;
    const [nodeId = '', epochText] = owner.split(' ');
    const epoch = Number(epochText);
    expect(epoch).toBeGreaterThanOrEqual(epochs.get(roomId) ?? 1);
    epochs.set(roomId, epoch);
    await checkRoom(roomId, nodeId, epoch, nodes);
    return true;
  }

  async function checkRoom(roomId: string, nodeId: string, epoch: number, nodes: readonly Node[]) {
    const isWaiting = nodeId === '-';
    // Whoever believes under the current epoch that the room is his, is its owner.
    const believers = nodes.filter(({ directory }) => directory.epochOf(roomId) === epoch);
    if (!isWaiting) expect(believers.map((node) => node.nodeId)).toEqual([nodeId]);
    const holders = await Promise.all(
      nodes.map(({ nodeId: id }) => region.redis.sismember(redisKeys.roomsOf(id), roomId)),
    );
    expect(holders.reduce((sum, it) => sum + it, 0)).toBe(isWaiting ? 0 : 1);
    const isOrphan = (await region.redis.zscore(redisKeys.orphans, roomId)) !== null;
    expect(isOrphan).toBe(isWaiting);
    const isOffered = (await region.redis.zscore(redisKeys.joinable('arena'), roomId)) !== null;
    expect(isOffered && isWaiting).toBe(false);
  }
});
