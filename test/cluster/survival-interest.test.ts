// A room in which each sees what is near him loses its node: one region, one SIGKILL, and everybody looks around again.

import { MemoryStorage, MeridianClient, type MeridianRoom } from '@meridian/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { MeridianRegion } from '../support/meridian-region.ts';
import type { MeridianProcess } from '../support/start-meridian.ts';

const PATIENCE = { withinMs: 20_000 };

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

type PlainRoom = MeridianRoom<PlainSeen>;

let region: MeridianRegion;
let entrance: MeridianProcess;
beforeAll(async () => {
  region = await MeridianRegion.open('test/support/interest-game.ts', {
    MERIDIAN_ROOMS_CHECKPOINT_INTERVAL_MS: '60000',
  });
  [entrance] = await Promise.all([region.start(), region.start()]);
  await region.acquainted();
});
afterAll(async () => {
  await region?.[Symbol.asyncDispose]();
});

async function join(options: { readonly x: number; readonly team?: string }): Promise<PlainRoom> {
  const client = new MeridianClient(entrance.url, { storage: new MemoryStorage() });
  const room = await client.joinOrCreate<PlainSeen>('lasting', options);
  await eventually(() => person(room, room) !== undefined, PATIENCE);
  return room;
}

const person = (room: PlainRoom, whom: PlainRoom) => room.state.people?.get(whom.sessionId);
const seen = (room: PlainRoom) => [...(room.state.people?.keys() ?? [])].sort();
const idsOf = (...rooms: readonly PlainRoom[]) => rooms.map(({ sessionId }) => sessionId).sort();

/** Waits until what one sees of another goes on. */
async function goesOn(room: PlainRoom, whom: PlainRoom): Promise<void> {
  const steps = person(room, whom)?.steps ?? 0;
  await eventually(() => (person(room, whom)?.steps ?? 0) > steps + 3, PATIENCE);
}

test('[IN-8] after a SIGKILL the whole state is there, and each sees what he saw, and no more', async () => {
  const ann = await join({ x: 0 });
  const [ben, far] = [await join({ x: 40 }), await join({ x: 7_000, team: 'red' })];
  const mate = await join({ x: -9_000, team: 'red' });
  ben.send('carry', 'rope');
  ann.send('tell', far.sessionId);
  await eventually(() => person(far, ann)?.secret === `secret of ${ann.sessionId}`, PATIENCE);
  await eventually(() => person(ann, ben)?.things.at(0) === 'rope', PATIENCE);
  // After the checkpoint: what is far from everybody is in the patches, too.
  mate.send('go', { x: -9_500, y: 3 });
  await eventually(() => person(mate, mate)?.x === -9_500, PATIENCE);
  await region.written(ann.roomId, 'secret of');
  const object = person(ann, ben);
  const ticks = ann.state.ticks;

  await region.kill(await region.ownerOf(ann.roomId));
  for (const room of [ann, ben, far, mate]) {
    await eventually(() => room.state.ticks > ticks + 20, PATIENCE);
    await goesOn(room, room);
  }
  expect(seen(ann)).toEqual(idsOf(ann, ben));
  expect(seen(ben)).toEqual(idsOf(ann, ben));
  expect(seen(far)).toEqual(idsOf(ann, far, mate));
  expect(seen(mate)).toEqual(idsOf(far, mate));
  expect(person(ann, ben)).toBe(object);
  expect(person(ann, ben)?.things.at(0)).toBe('rope');
  expect(person(far, mate)?.x).toBe(-9_500);
  expect(person(far, ann)?.secret).toBe(`secret of ${ann.sessionId}`);
  expect(person(ben, ann)?.secret).toBeUndefined();
  await goesOn(ann, ben);
  await goesOn(far, ann);
  await goesOn(mate, far);

  // And so it goes on.
  ben.send('go', { x: 6_990, y: 0 });
  await eventually(() => seen(far).includes(ben.sessionId), PATIENCE);
  await eventually(() => !seen(ann).includes(ben.sessionId), PATIENCE);
  expect(region.nodes.flatMap(({ log }) => log).filter(({ level }) => Number(level) >= 50)).toEqual(
    [],
  );
});
