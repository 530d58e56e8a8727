import { expect, test, vi } from 'vitest';
import { IDLE_LOAD, type NodeInfo } from '../cluster/node-info.ts';
import type { RoomWhereabouts } from '../cluster/room-directory.ts';
import { RoomLocator } from './room-locator.ts';

function node(nodeId: string): NodeInfo {
  return {
    nodeId,
    publicAddress: `${nodeId}:1`,
    peerAddress: '',
    internalAddress: '',
    build: '',
    startedAtMs: 0,
    isDraining: false,
    load: IDLE_LOAD,
  };
}

/** A region of nodes `a` and `b` in which a room is at `place`. */
function region() {
  const nodes = [node('a'), node('b')];
  const seen = { place: owned('a'), looks: 0, gone: '', knowsRooms: true };
  const locator = new RoomLocator({
    directory: {
      whereAre: async (roomIds) => {
        seen.looks++;
        return new Map(roomIds.map((roomId) => [roomId, seen.place]));
      },
    },
    registry: {
      nodes,
      shares: {},
      find: (nodeId) => nodes.find((known) => known.nodeId === nodeId),
      isThere: async (nodeId) => nodeId !== seen.gone,
      onDead: () => {},
      get knowsRooms() {
        return seen.knowsRooms;
      },
    },
  });
  return { seen, locator };
}

function owned(nodeId: string): RoomWhereabouts {
  return { kind: 'owned', nodeId };
}

const lost = { waitMs: 1_000, lostProcessId: 'a' };

test('[SV-37] answers at once without a wait, and when there is news', async () => {
  const { locator } = region();
  expect(await locator.locate('r', { waitMs: 0, lostProcessId: 'a' })).toMatchObject({
    state: 'running',
    processId: 'a',
    nodes: ['a:1', 'b:1'],
  });
  expect(await locator.locate('r', { waitMs: 1_000 })).toMatchObject({ processId: 'a' });
});

test('[SV-37] nobody is sent back to a process that is gone while its lease lives', async () => {
  const { seen, locator } = region();
  seen.gone = 'a';
  expect(await locator.locate('r', { waitMs: 0, lostProcessId: 'a' })).toMatchObject({
    state: 'recovering',
  });
  // Who has not lost it may know better.
  expect(await locator.locate('r', { waitMs: 0 })).toMatchObject({ processId: 'a' });
});

test('[SV-37] a room that Redis has forgotten comes back until its nodes have had time to tell', async () => {
  const { seen, locator } = region();
  seen.place = { kind: 'unknown' };
  seen.knowsRooms = false;
  expect(await locator.locate('r', { waitMs: 0 })).toMatchObject({ state: 'recovering' });
  seen.knowsRooms = true;
  await expect(locator.locate('r', { waitMs: 0 })).rejects.toMatchObject({ code: 'ROOM_UNKNOWN' });
});

test('[SV-37] waits from the lost process to the next, and looks once for all rooms', async () => {
  const { seen, locator } = region();
  const startedMs = performance.now();
  const answers = Promise.all(
    Array.from({ length: 100 }, (_, room) => locator.locate(`r${room}`, lost)),
  );
  seen.place = { kind: 'orphaned' };
  setTimeout(() => {
    seen.place = owned('b');
  }, 120);
  const all = await answers;
  expect(new Set(all.map((one) => one.state === 'running' && one.processId))).toEqual(
    new Set(['b']),
  );
  expect(performance.now() - startedMs).toBeLessThan(900);
  expect(seen.looks).toBeLessThan(12);
});

test('[SV-37] tells a loss as soon as it is known', async () => {
  const { seen, locator } = region();
  const answer = locator.locate('r', lost);
  seen.place = { kind: 'lost', reason: 'quarantined' };
  await expect(answer).rejects.toMatchObject({ code: 'ROOM_LOST' });
});

test('[SV-37] ends a wait without news', async () => {
  const { locator } = region();
  const answer = await locator.locate('r', { waitMs: 120, lostProcessId: 'a' });
  expect(answer).toMatchObject({ state: 'running', processId: 'a' });
});

test('[SV-37] tells at once that a room has come back to the node that is asked', async () => {
  const { seen, locator } = region();
  seen.place = { kind: 'orphaned' };
  const answers = Promise.all(Array.from({ length: 5 }, () => locator.locate('r', lost)));
  await vi.waitFor(() => expect(seen.looks).toBe(1));
  locator.isHere('other', 'b');
  locator.isHere('r', 'b');
  for (const answer of await answers) expect(answer).toMatchObject({ processId: 'b' });
  expect(seen.looks).toBe(1);
});
