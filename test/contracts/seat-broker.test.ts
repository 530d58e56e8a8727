// Joins in a region of several nodes: real directory and calls, rooms that are no more than their seats.

import type { AuthContext, IRoomCache } from '@colyseus/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RedisNodeCalls } from '../../src/cluster/node-calls.ts';
import { IDLE_LOAD, type NodeInfo } from '../../src/cluster/node-info.ts';
import { SeatBroker } from '../../src/cluster/seat-broker.ts';
import type { SeatHost, SeatRequest } from '../../src/cluster/seat-calls.ts';
import { GameError } from '../../src/errors/game-error.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { openRegion, type Region } from '../support/redis-region.ts';
import { listing } from './room-directory-contract.ts';

const log = createLogger({ level: 'silent' });
const context = { token: 't' } as AuthContext;
const failed = (code: string, details = {}) => expect.objectContaining({ code, details });

let region: Region;
let nodes: NodeInfo[] = [];
let closers: (() => unknown)[] = [];
beforeEach(async () => {
  nodes = [];
  closers = [];
  region = await openRegion();
});
afterEach(async () => {
  for (const close of closers) await close();
  await region[Symbol.asyncDispose]();
});

/** A node; its rooms take `seats` players. */
async function openNode(nodeId: string, { seats = 4, tickUse = 0 } = {}) {
  const directory = region.directory(nodeId);
  const redis = region.server.client();
  const calls = await RedisNodeCalls.open({ redis, nodeId, log });
  const rooms = new Map<string, { readonly listing: IRoomCache; readonly seats: SeatRequest[] }>();
  const hang = { isHung: false };
  const maybeHang = () => (hang.isHung ? new Promise<never>(() => {}) : undefined);
  const host: SeatHost = {
    authenticate: async (_name, options) => {
      if (options['refuse'] === true) throw new GameError('FORBIDDEN');
      return { player: options['player'] };
    },
    filterOf: (_name, { map, mode }) => ({
      ...(map !== undefined && { map }),
      ...(mode !== undefined && { mode }),
    }),
    create: async (name, { map, mode, fail }, roomId) => {
      await maybeHang();
      if (fail === true) throw new GameError('INTERNAL');
      const publicAddress = `${nodeId}.test:1`;
      const metadata = { map, mode };
      const room = listing({
        name,
        roomId,
        processId: nodeId,
        publicAddress,
        maxClients: seats,
        metadata,
      });
      if (!(await directory.insert(room))) return directory.findOne({ roomId });
      rooms.set(roomId, { listing: room, seats: [] });
      return room;
    },
    find: (roomId) => rooms.get(roomId)?.listing,
    reserve: async (seat) => {
      await maybeHang();
      const room = rooms.get(seat.roomId);
      if (room === undefined || room.listing.clients >= seats) return false;
      room.seats.push(seat);
      await directory.update(room.listing, { $inc: { clients: 1 } });
      return true;
    },
    heldSession: (_roomId, token) => (token === 'good' ? 'held' : null),
  };
  nodes.push({
    ...{ nodeId, publicAddress: `${nodeId}.test:1`, peerAddress: '', internalAddress: '' },
    ...{ build: '', startedAtMs: 0, isDraining: false, load: { ...IDLE_LOAD, tickUse } },
  });
  const registry = {
    shares: {},
    get nodes() {
      return nodes;
    },
  };
  const isClosed = () => false;
  const metrics = { seatCallEnded: () => {} };
  const broker = new SeatBroker({ nodeId, host, directory, calls, registry, isClosed, metrics });
  const die = async () => {
    await calls.close();
    redis.disconnect();
  };
  closers.push(die);
  return { broker, directory, rooms, die, hang };
}

test('[CL-27] however many come at once to whichever node: all are seated, in no more rooms than they fill', async () => {
  const region3 = [await openNode('a'), await openNode('b'), await openNode('c')];
  const joins = Array.from({ length: 48 }, (_, i) => {
    const { broker } = region3[i % 3] as (typeof region3)[number];
    return broker.joinOrCreate('arena', { player: i }, context);
  });
  const seated = await Promise.all(joins);
  const rooms = region3.flatMap((node) => [...node.rooms.values()]);
  expect(rooms.map((room) => room.seats.length)).toEqual(Array(12).fill(4));
  expect(new Set(seated.map(({ sessionId }) => sessionId)).size).toBe(48);
  const players = rooms.flatMap(({ seats }) => seats.map(({ auth }) => auth));
  expect(players).toContainEqual({ player: 47 });
  for (const { roomId, processId, publicAddress, nodes: others } of seated) {
    expect(rooms.map((room) => room.listing.roomId)).toContain(roomId);
    expect(publicAddress).toBe(`${processId}.test:1`);
    expect(others?.[0]).toBe(publicAddress);
    expect([...(others ?? [])].sort()).toEqual(['a.test:1', 'b.test:1', 'c.test:1']);
  }
});

test('[CL-27] values of the filter lead to their rooms; join makes none; a refused player gets none', async () => {
  const { broker, rooms } = await openNode('a');
  await expect(broker.join('match', {}, context)).rejects.toThrow(failed('ROOM_UNKNOWN'));
  await expect(broker.joinOrCreate('match', { refuse: true }, context)).rejects.toThrow(
    failed('FORBIDDEN'),
  );
  await expect(broker.joinOrCreate('match', { fail: true }, context)).rejects.toThrow(
    failed('INTERNAL'),
  );
  expect(rooms.size).toBe(0);
  const a = await broker.joinOrCreate('match', { map: 'a', mode: 'm' }, context);
  const b = await broker.joinOrCreate('match', { map: 'b', mode: 'm' }, context);
  expect(rooms.size).toBe(2);
  expect((await broker.join('match', { map: 'b', mode: 'm' }, context)).roomId).toBe(b.roomId);
  expect((await broker.join('match', { map: 'a' }, context)).roomId).toBe(a.roomId);
  expect((await broker.join('match', {}, context)).roomId).toBe(a.roomId);
});

test.each([
  ['killed', 500],
  ['hung', 2_500],
] as const)(
  '[CL-28] a %s node delays the first joins by no more than %i ms',
  async (how, mostMs) => {
    const busy = await openNode('busy', { tickUse: 0.9 });
    const idle = await openNode('idle');
    const first = await busy.broker.joinOrCreate('arena', {}, context);
    expect(first.processId).toBe('idle');
    if (how === 'killed') await idle.die();
    else idle.hang.isHung = true;
    const startedMs = performance.now();
    // The room that is there, and the node where rooms go, are gone; the directory does not know.
    const seats = await Promise.all([
      busy.broker.joinOrCreate('arena', {}, context),
      busy.broker.joinOrCreate('arena', {}, context),
      busy.broker.joinOrCreate('match', {}, context),
    ]);
    expect(performance.now() - startedMs).toBeLessThan(mostMs);
    expect(seats.map(({ processId }) => processId)).toEqual(['busy', 'busy', 'busy']);
    expect(busy.rooms.size).toBe(2);
  },
);

test('[CL-29] by id: seated, or told what became of the room', async () => {
  const a = await openNode('a', { seats: 2, tickUse: 0.9 });
  const b = await openNode('b', { seats: 2 });
  const { roomId } = await a.broker.joinOrCreate('arena', {}, context);
  const byId = (id: string, on = a) => on.broker.joinById(id, {}, context);
  expect(await byId(roomId)).toMatchObject({ roomId, processId: 'b' });
  await expect(byId(roomId)).rejects.toThrow(failed('ROOM_FULL'));
  await expect(byId(roomId, b)).rejects.toThrow(failed('ROOM_FULL'));
  await expect(byId('nobody')).rejects.toThrow(failed('ROOM_UNKNOWN'));
  const room = b.rooms.get(roomId)?.listing as IRoomCache;
  await b.directory.update(room, { $set: { locked: true }, $inc: { clients: -1 } });
  await expect(byId(roomId)).rejects.toThrow(failed('ROOM_FULL'));
  expect(await a.broker.reconnect(roomId, { reconnectionToken: 'good' })).toMatchObject({
    ...{ roomId, sessionId: 'held', publicAddress: 'b.test:1' },
  });
  await expect(a.broker.reconnect(roomId, { reconnectionToken: 'old' })).rejects.toThrow(
    failed('SEAT_EXPIRED'),
  );
  await expect(a.broker.reconnect(roomId, {})).rejects.toThrow(failed('BAD_REQUEST'));

  // Its node has died; nobody has noticed yet, then it waits for a new one, then it is there but not loaded, then lost.
  await b.directory.update(room, { $set: { locked: false } });
  await b.directory.markDurable(roomId);
  await b.die();
  const recovering = expect.objectContaining({ code: 'ROOM_RECOVERING', retryAfterMs: 200 });
  await expect(byId(roomId)).rejects.toThrow(recovering);
  await a.directory.declareDead('b');
  await expect(byId(roomId)).rejects.toThrow(recovering);
  await expect(a.broker.reconnect(roomId, {})).rejects.toThrow(recovering);
  await a.directory.claimOrphans(1);
  await expect(byId(roomId)).rejects.toThrow(recovering);
  await a.directory.markLost(roomId, 'journal-corrupt');
  await expect(byId(roomId)).rejects.toThrow(
    failed('ROOM_LOST', { roomId, reason: 'journal-corrupt' }),
  );
});

test('[CL-47] without Redis joins fail within a second, but for rooms of the node that was asked', async () => {
  const { broker } = await openNode('a');
  const { roomId } = await broker.joinOrCreate('arena', {}, context);
  for (const fail of [() => region.server.freeze(), () => region.server.kill()]) {
    await fail();
    const startedMs = performance.now();
    await Promise.all([
      expect(broker.joinOrCreate('arena', {}, context)).rejects.toThrow(
        failed('DIRECTORY_UNAVAILABLE'),
      ),
      expect(broker.join('arena', {}, context)).rejects.toThrow(failed('DIRECTORY_UNAVAILABLE')),
      expect(broker.joinById('other', {}, context)).rejects.toThrow(
        failed('DIRECTORY_UNAVAILABLE'),
      ),
      expect(broker.joinById(roomId, {}, context)).resolves.toMatchObject({ roomId }),
    ]);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  }
});
