import type { IRoomCache } from '@colyseus/core';
import { describe, expect, test } from 'vitest';
import type { JoinTarget, RoomDirectory } from '../../src/cluster/room-directory.ts';

/** An empty directory of node `n1`, with `arena` (no filter) and `match` (filterBy map and mode). */
export interface OpenRoomDirectory extends AsyncDisposable {
  readonly directory: RoomDirectory;
}

let made = 0;

/** A listing as Colyseus makes it, of a room of `n1`. */
export function listing(of: Partial<IRoomCache> = {}): IRoomCache {
  made += 1;
  return {
    ...{ name: 'arena', roomId: `r${made}`, processId: 'n1', clients: 0, maxClients: 4 },
    ...{ locked: false, private: false, unlisted: false, metadata: undefined },
    createdAt: new Date(1_000 + made),
    ...of,
  };
}

async function endTurns(targets: readonly JoinTarget[]): Promise<void> {
  for (const target of targets) if (target.kind === 'create') await target.createEnded();
}

/** What every `RoomDirectory` promises (docs/spec/directory.md). */
export function roomDirectoryContract(name: string, open: () => Promise<OpenRoomDirectory>): void {
  const matchmade = { name: 'arena', locked: false, private: false };

  describe(`RoomDirectory: ${name}`, () => {
    test('[CL-20] an id is taken once; a room that has ended is gone', async () => {
      await using opened = await open();
      const { directory } = opened;
      const room = listing();
      expect(await directory.insert(room)).toBe(true);
      expect(await directory.insert(listing({ roomId: room.roomId }))).toBe(false);
      expect(directory.epochOf(room.roomId)).toBe(1);
      expect(await directory.has(room.roomId)).toBe(true);
      expect(await directory.locate(room.roomId)).toMatchObject({ nodeId: 'n1', epoch: 1 });
      expect(await directory.remove(room.roomId)).toBe(true);
      expect(await directory.remove(room.roomId)).toBe(false);
      expect(directory.epochOf(room.roomId)).toBeUndefined();
      expect(await directory.locate(room.roomId)).toEqual({ kind: 'unknown' });
      expect(await directory.findOne(matchmade)).toBeUndefined();
    });

    test('[CL-21] what a room says of itself is found as it was said', async () => {
      await using opened = await open();
      const { directory } = opened;
      const room = listing({
        maxClients: Number.POSITIVE_INFINITY,
        publicAddress: 'eu-1.example:2567/x',
        metadata: { map: 'a', tags: [], nested: { empty: {} }, big: 2 ** 60 },
      });
      await directory.insert(room);
      expect(await directory.findOne({ roomId: room.roomId })).toEqual(room);
      await directory.update(room, { $set: { locked: true }, $inc: { clients: 2 } });
      expect(room).toMatchObject({ locked: true, clients: 2 });
      const found = await directory.findByIds([room.roomId, 'nobody']);
      expect([...found.values()]).toEqual([room]);
      room.metadata = { map: 'b' };
      await directory.persist(room);
      expect(await directory.query({ map: 'b' } as never)).toEqual([room]);
      expect(await directory.query({ map: 'a' } as never)).toEqual([]);
      expect(await directory.findOne({ roomId: 'nobody' })).toBeUndefined();
    });

    test('[CL-22] only joinable rooms are offered, the oldest first', async () => {
      await using opened = await open();
      const { directory } = opened;
      const rooms = [listing(), listing(), listing(), listing()] as const;
      const [first, second, third, last] = rooms;
      for (const room of rooms) await directory.insert(room);
      const offered = async () => (await directory.findOne(matchmade))?.roomId;
      expect(await offered()).toBe(first.roomId);
      await directory.update(first, { $inc: { clients: 4 } });
      expect(await offered()).toBe(second.roomId);
      await directory.update(second, { $set: { locked: true } });
      expect(await offered()).toBe(third.roomId);
      third.private = true;
      await directory.persist(third);
      expect(await offered()).toBe(last.roomId);
      await directory.update(first, { $inc: { clients: -1 } });
      expect(await offered()).toBe(first.roomId);
      await directory.update(last, { $inc: { clients: 2 } });
      expect((await directory.findOne(matchmade, { clients: 'asc' }))?.roomId).toBe(last.roomId);
      expect(await directory.query({ name: 'arena' }, { createdAt: -1 })).toHaveLength(4);
      expect((await directory.findOne({ name: 'arena' }, { createdAt: -1 }))?.roomId).toBe(
        last.roomId,
      );
    });

    test('[CL-23] also when there are too many filters to keep them all apart', async () => {
      await using opened = await open();
      const { directory } = opened;
      const filterBy = ['a', 'b', 'c', 'd', 'e'];
      directory.defineRoomType('many', filterBy);
      const metadata = { a: 1, b: 2, c: 3, d: 4, e: 5 };
      const room = listing({ name: 'many', metadata });
      await directory.insert(listing({ name: 'many', metadata: { ...metadata, c: 4 } }));
      await directory.insert(listing({ name: 'many', metadata: { c: 3 } }));
      await directory.insert(room);
      for (const filter of [metadata, { a: 1, c: 3 }, { e: 5, c: 3 }]) {
        expect(await directory.findOrCreate('many', filter)).toMatchObject({
          listing: { roomId: room.roomId },
        });
      }
      const none = await Promise.all([
        directory.findOrCreate('many', { c: 5 }),
        directory.findOrCreate('many', { c: 5 }),
      ]);
      expect(none.map(({ kind }) => kind).sort()).toEqual(['create', 'wait']);
    });

    test('[CL-23] a room is found by all, some or none of the values its class filters by', async () => {
      await using opened = await open();
      const { directory } = opened;
      const a = listing({ name: 'match', metadata: { map: 'a', mode: 'ctf' } });
      const b = listing({ name: 'match', metadata: { map: 'b', mode: 'ctf' } });
      const bare = listing({ name: 'match' });
      for (const room of [a, b, bare]) await directory.insert(room);
      const find = async (filter: Record<string, unknown>) => {
        const target = await directory.findOrCreate('match', filter);
        await endTurns([target]);
        const one = await directory.findOne({ ...matchmade, name: 'match', ...filter } as never);
        const found = target.kind === 'room' ? target.listing.roomId : undefined;
        expect(one?.roomId).toBe(found);
        return found;
      };
      expect(await find({})).toBe(a.roomId);
      expect(await find({ map: 'b', mode: 'ctf' })).toBe(b.roomId);
      expect(await find({ mode: 'ctf', map: 'b' })).toBe(b.roomId);
      expect(await find({ map: 'b' })).toBe(b.roomId);
      expect(await find({ map: 'c' })).toBeUndefined();
      expect(await find({ map: 'a', mode: 'duel' })).toBeUndefined();
      a.metadata = { map: 'c', mode: 'ctf', long: 'x'.repeat(300) };
      await directory.persist(a);
      expect(await find({ map: 'a', mode: 'ctf' })).toBeUndefined();
      expect(await find({ map: 'c', mode: 'ctf' })).toBe(a.roomId);
      const long = listing({ name: 'match', metadata: { map: '}'.repeat(5_000), mode: '\n' } });
      await directory.insert(long);
      expect(await find({ map: '}'.repeat(5_000), mode: '\n' })).toBe(long.roomId);
    });

    test('[CL-24] of many who find no room one makes one, the others wait for it', async () => {
      await using opened = await open();
      const { directory } = opened;
      const ask = (count: number, filter = {}) =>
        Promise.all(Array.from({ length: count }, () => directory.findOrCreate('match', filter)));
      for (const filter of [{}, { map: 'a' }, { map: 'a', mode: 'b' }]) {
        const targets = await ask(8, filter);
        expect(targets.map(({ kind }) => kind).sort()).toEqual([
          'create',
          ...Array(7).fill('wait'),
        ]);
        await endTurns(targets);
      }
      // A failed attempt gives the turn to the next.
      const again = await ask(1);
      expect(again).toMatchObject([{ kind: 'create' }]);
      const { roomId } = listing({ name: 'match' });
      await directory.insert(listing({ name: 'match', roomId }));
      await endTurns(again);
      expect(await ask(2)).toMatchObject([{ listing: { roomId } }, { listing: { roomId } }]);
      for (const exclude of ['n1', roomId]) {
        const target = await directory.findOrCreate('match', {}, new Set([exclude]));
        expect(target.kind).toBe('create');
        await endTurns([target]);
      }
    });

    test('[CL-25] a room restored in place gets the next epoch, and a new object to speak for it', async () => {
      await using opened = await open();
      const { directory } = opened;
      const old = listing();
      await directory.insert(old);
      expect(await directory.nextEpoch(old.roomId)).toBe(2);
      const restored = listing({ roomId: old.roomId });
      expect(await directory.insert(restored)).toBe(true);
      expect(await directory.insert(restored)).toBe(false);
      expect(await directory.update(old, { $set: { clients: 3 } })).toBe(false);
      expect(await directory.update(restored, { $set: { clients: 1 } })).toBe(true);
      expect((await directory.findOne({ roomId: old.roomId }))?.clients).toBe(1);
      expect(directory.epochOf(old.roomId)).toBe(2);
      expect(await directory.nextEpoch('nobody')).toBeNull();
    });

    test('[CL-26] a room that is written off says why', async () => {
      await using opened = await open();
      const { directory } = opened;
      const room = listing();
      await directory.insert(room);
      await directory.markLost(room.roomId, 'journal-corrupt');
      await directory.markLost('nobody', 'journal-corrupt');
      expect(directory.epochOf(room.roomId)).toBeUndefined();
      expect(await directory.locate('nobody')).toEqual({ kind: 'unknown' });
      expect(await directory.locate(room.roomId)).toEqual({
        kind: 'lost',
        reason: 'journal-corrupt',
      });
      expect(await directory.findOne(matchmade)).toBeUndefined();
      expect(await directory.insert(listing({ roomId: room.roomId }))).toBe(false);
    });

    test('[CL-20] rooms that are forgotten can be changed no more', async () => {
      await using opened = await open();
      const { directory } = opened;
      const room = listing();
      await directory.insert(room);
      directory.forgetAll();
      expect(directory.epochOf(room.roomId)).toBeUndefined();
      expect(await directory.update(room, { $set: { clients: 1 } })).toBe(false);
      expect(await directory.remove(room.roomId)).toBe(false);
    });
  });
}
