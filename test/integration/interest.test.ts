// Colyseus' own SDK, unmodified, in a room that shows each player what is near him.

import { Callbacks, Client, type Room } from '@colyseus/sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type MeridianProcess, startMeridian } from '../support/start-meridian.ts';
import { TcpRelay } from '../support/tcp-relay.ts';

const PATIENCE = { withinMs: 10_000 };

interface PersonSeen {
  readonly x: number;
  readonly steps: number;
  readonly things: readonly string[];
  readonly secret?: string;
}

interface PlainSeen {
  readonly ticks: number;
  readonly people?: ReadonlyMap<string, PersonSeen>;
  readonly flags?: ReadonlyMap<string, { readonly owner: string }>;
}

type PlainClient = Room<unknown, PlainSeen>;

let node: MeridianProcess;
beforeAll(async () => {
  node = await startMeridian('test/support/interest-game.ts');
});
afterAll(() => node[Symbol.asyncDispose]());

async function join(
  options: { readonly x?: number; readonly y?: number; readonly team?: string },
  port = node.port,
): Promise<PlainClient> {
  const room = await new Client(`ws://127.0.0.1:${port}`).joinOrCreate<PlainSeen>('plain', options);
  await eventually(() => seen(room).includes(room.sessionId), PATIENCE);
  return room as PlainClient;
}

function seen(room: Pick<PlainClient, 'state'>): string[] {
  return [...(room.state.people?.keys() ?? [])];
}

async function leave(...rooms: readonly PlainClient[]): Promise<void> {
  for (const room of rooms) await room.leave();
}

test('[IN-1] each sees who is near, comes near and goes; flags are seen by all', async () => {
  const ann = await join({ x: 0 });
  const [near, far] = [await join({ x: 50 }), await join({ x: 1_000 })];
  await eventually(() => seen(ann).includes(near.sessionId), PATIENCE);
  expect(seen(ann)).not.toContain(far.sessionId);
  expect(seen(far)).toEqual([far.sessionId]);
  for (const room of [ann, near, far]) {
    expect(room.state.flags?.get('north')?.owner).toBe('nobody');
  }
  const events: string[] = [];
  const callbacks = Callbacks.get(ann as never);
  callbacks.onAdd('people' as never, (_: unknown, id: unknown) => void events.push(`+${id}`));
  callbacks.onRemove('people' as never, (_: unknown, id: unknown) => void events.push(`-${id}`));
  far.send('go', { x: 20, y: 10 });
  near.send('go', { x: 500, y: 500 });
  await eventually(() => events.includes(`-${near.sessionId}`), PATIENCE);
  await eventually(() => seen(ann).includes(far.sessionId), PATIENCE);
  expect(seen(near)).toEqual([near.sessionId]);
  expect(seen(far).sort()).toEqual([ann.sessionId, far.sessionId].sort());
  // What is seen goes on.
  const steps = ann.state.people?.get(far.sessionId)?.steps ?? 0;
  await eventually(() => (ann.state.people?.get(far.sessionId)?.steps ?? 0) > steps + 5, PATIENCE);
  expect(node.log.filter(({ msg }) => msg?.includes('segments'))).toEqual([]);
  await leave(ann, near, far);
});

test('[IN-4] a team sees each other anywhere', async () => {
  const [ann, ben, eve] = [
    await join({ x: 0, team: 'red' }),
    await join({ x: 5_000, team: 'red' }),
    await join({ x: 5_010, team: 'blue' }),
  ];
  await eventually(() => seen(ann).length === 2, PATIENCE);
  expect(seen(ann).sort()).toEqual([ann.sessionId, ben.sessionId].sort());
  await eventually(() => seen(ben).length === 3, PATIENCE);
  expect(seen(eve)).not.toContain(ann.sessionId);
  const steps = ann.state.people?.get(ben.sessionId)?.steps ?? 0;
  await eventually(() => (ann.state.people?.get(ben.sessionId)?.steps ?? 0) > steps + 5, PATIENCE);
  await leave(ann, ben, eve);
});

test('[IN-5] lists, tags and what is shown by hand reach whom they are for, and nobody else', async () => {
  const [ann, ben] = [await join({ x: 0 }), await join({ x: 10 })];
  const far = await join({ x: 9_000 });
  await eventually(() => seen(ben).includes(ann.sessionId), PATIENCE);
  ann.send('carry', 'rope');
  await eventually(() => ben.state.people?.get(ann.sessionId)?.things.at(0) === 'rope', PATIENCE);
  expect(ben.state.people?.get(ann.sessionId)?.secret).toBeUndefined();
  ann.send('tell', far.sessionId);
  await eventually(
    () => far.state.people?.get(ann.sessionId)?.secret === `secret of ${ann.sessionId}`,
    PATIENCE,
  );
  // He is shown by hand: he goes on, far away as he is.
  const steps = far.state.people?.get(ann.sessionId)?.steps ?? 0;
  await eventually(() => (far.state.people?.get(ann.sessionId)?.steps ?? 0) > steps + 5, PATIENCE);
  expect(ben.state.people?.get(ann.sessionId)?.secret).toBeUndefined();
  await leave(ann, ben, far);
});

test('[IN-7] who drops and comes back sees what is near him then, with the objects he had', async () => {
  await using relay = await TcpRelay.open(node.port);
  const ann = await join({ x: 0 }, relay.port);
  const [stays, goes] = [await join({ x: 10 }), await join({ x: 20 })];
  await eventually(() => seen(ann).length === 3, PATIENCE);
  const object = ann.state.people?.get(stays.sessionId);
  const removed: string[] = [];
  Callbacks.get(ann as never).onRemove(
    'people' as never,
    (_: unknown, id: unknown) => void removed.push(String(id)),
  );
  ann.reconnection.minUptime = 0;
  const isBack = new Promise((resolve) => ann.onReconnect(resolve as never));
  relay.cut();
  goes.send('go', { x: 3_000, y: 0 });
  await isBack;
  await eventually(() => seen(ann).length === 2, PATIENCE);
  expect(ann.state.people?.get(stays.sessionId)).toBe(object);
  expect(removed).toEqual([goes.sessionId]);
  const steps = object?.steps ?? 0;
  await eventually(() => (object?.steps ?? 0) > steps + 5, PATIENCE);
  await leave(ann, stays, goes);
});
