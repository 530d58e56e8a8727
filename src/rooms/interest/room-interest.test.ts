import { StateView } from '@colyseus/schema';
import { describe, expect, test } from 'vitest';
import { Flag, Walker, WorldRoom } from '../../../test/support/interest-world.ts';
import { defineInterest, type Eye } from './interest.ts';

function addWalker(room: WorldRoom, key: string, x: number) {
  const walker = new Walker().assign({ x, y: 0 });
  room.state.walkers.set(key, walker);
  return walker;
}

const walkersOf = (room: WorldRoom, sessionId: string) =>
  Object.keys((room.watchers.get(sessionId)?.values['walkers'] as object | undefined) ?? {}).sort();

describe('[IN-4] from where a client looks', () => {
  test('from his own entity, and from where it was when it is gone', () => {
    const room = new WorldRoom(true);
    addWalker(room, 'ann', 0);
    const near = addWalker(room, 'near', 10);
    room.join('ann');
    expect(walkersOf(room, 'ann')).toEqual(['ann', 'near']);
    room.state.walkers.delete('ann');
    room.flush();
    expect(walkersOf(room, 'ann')).toEqual(['near']);
    near.x = 500;
    room.flush();
    expect(walkersOf(room, 'ann')).toEqual([]);
  });

  test('from where the game says, and from there as long as it says nothing else', () => {
    const eyes = new Map<string, Eye | null>([['ann', { x: 500, y: 0 }]]);
    const room = new WorldRoom(
      true,
      defineInterest({ walkers: { radius: 20 } }, { eye: ({ sessionId }) => eyes.get(sessionId) }),
    );
    addWalker(room, 'ann', 0);
    addWalker(room, 'far', 505);
    room.join('ann');
    room.join('bob');
    expect(walkersOf(room, 'ann')).toEqual(['far']);
    expect(walkersOf(room, 'bob')).toEqual([]);
    eyes.set('ann', null);
    room.flush();
    expect(walkersOf(room, 'ann')).toEqual(['far']);
    eyes.set('ann', { x: 0, y: 0 });
    room.flush();
    expect(walkersOf(room, 'ann')).toEqual(['ann']);
  });
});

test('[IN-3] fields that leave together are whole as soon as one of them has changed', () => {
  const room = new WorldRoom(true);
  const walker = addWalker(room, 'ann', 1);
  walker.angle = 1;
  const { decoder } = room.join('ann');
  room.flush();
  const seen = decoder.state.walkers.get('ann');
  Object.assign(seen ?? {}, { y: 77, hp: 77 });
  walker.x = 2;
  room.flush();
  // As if the last update of y had not come: x brings it along, and not what is none of its business.
  expect(seen?.toJSON()).toMatchObject({ x: 2, y: 0, hp: 77 });
});

test('[IN-7] two clients cannot share one view', () => {
  const room = new WorldRoom(true);
  addWalker(room, 'ann', 0);
  addWalker(room, 'bob', 500);
  const view = new StateView();
  const [ann, bob] = [room.join('ann'), room.join('eve')];
  room.leave('eve');
  bob.client.view = ann.client.view ?? view;
  room.watchers.set('eve', bob);
  room.flush();
  expect(bob.view).not.toBe(ann.view);
});

test('[IN-4] flags are seen by who has no place at all', () => {
  const room = new WorldRoom(true);
  const flag = new Flag();
  flag.owner = 'ann';
  room.state.flags.set('north', flag);
  const { values } = room.join('nobody');
  expect(values['flags']).toEqual({ north: { owner: 'ann' } });
});

test('[IN-1] what makes no sense is refused with its name', () => {
  const open = (name: string) => new WorldRoom(true, defineInterest({ [name]: { radius: 1 } }));
  expect(() => open('scores')).toThrow('InterestWorld.scores must be declared with .view()');
  expect(() => open('nothing')).toThrow('InterestWorld.nothing is not a field of the state');
  for (const radius of [0, -1, Number.NaN]) {
    expect(() => defineInterest({ walkers: { radius } })).toThrow(RangeError);
  }
});

test('[IN-1] a fault of the game’s own functions is told, and sights stay as they were', () => {
  let isBroken = false;
  const room = new WorldRoom(
    true,
    defineInterest({
      walkers: {
        radius: 20,
        team: () => {
          if (isBroken) throw new Error('As asked for.');
          return null;
        },
      },
    }),
  );
  addWalker(room, 'ann', 0);
  room.join('ann');
  isBroken = true;
  addWalker(room, 'bob', 1);
  room.flush();
  expect(room.faults).toHaveLength(1);
  expect(walkersOf(room, 'ann')).toContain('ann');
  isBroken = false;
  room.flush();
  expect(walkersOf(room, 'ann')).toEqual(['ann', 'bob']);
});
