import { describe, expect, test } from 'vitest';
import { Flag, Unit, Walker, WorldRoom } from '../../../test/support/interest-world.ts';
import { defineInterest, type Interest } from './interest.ts';

const WALKERS = 200;
/** Until budgets and cadences have found their measure. */
const SETTLE_FLUSHES = 100;
const USUAL = { walkers: { radius: 20 } };

/** A crowd: ann at 0, and others at these places. */
function crowd(interest: Interest, placeOf: (n: number) => number): WorldRoom {
  const room = new WorldRoom(true, interest);
  for (let n = 0; n < WALKERS; n++) {
    const key = n === 0 ? 'ann' : `walker ${n}`;
    room.state.walkers.set(key, new Walker().assign({ x: placeOf(n), y: 0 }));
  }
  room.join('ann');
  return room;
}

/** All of them move a little, and are flushed. */
function turn(room: WorldRoom, n: number): void {
  for (const walker of room.state.walkers.values()) walker.y = (n % 64) / 64;
  room.flush();
}

const annOf = ({ watchers }: WorldRoom) =>
  watchers.get('ann') as NonNullable<ReturnType<typeof watchers.get>>;
const seenBy = (room: WorldRoom, session: string) =>
  Object.keys((room.watchers.get(session)?.values['walkers'] as object | undefined) ?? {});

/** For how many flushes ann has had what is not so any more. */
class Ages {
  most = 0;
  readonly #ages = new Map<string, number>();

  observe(room: WorldRoom): void {
    const seen = annOf(room).decoder.state.walkers;
    for (const [key, { y }] of room.state.walkers) {
      const age = seen.get(key)?.y === y ? 0 : (this.#ages.get(key) ?? 0) + 1;
      this.#ages.set(key, age);
      this.most = Math.max(this.most, age);
    }
  }
}

describe('[IN-10] what a client gets', () => {
  test('is no more than the budget on average, however many are in one place', () => {
    const room = crowd(defineInterest(USUAL, { bytesPerSecond: 8_000 }), (n) => (n % 10) / 10);
    const ann = annOf(room);
    const ages = new Ages();
    for (let n = 0; n < 3 * SETTLE_FLUSHES; n++) {
      if (n === SETTLE_FLUSHES) {
        ann.bytes = 0;
        ages.most = 0;
      }
      turn(room, n);
      ages.observe(room);
      // Her own is as it is, always.
      expect(ann.decoder.state.walkers.get('ann')?.y).toBe(room.state.walkers.get('ann')?.y);
    }
    expect(seenBy(room, 'ann')).toHaveLength(WALKERS);
    expect(ann.bytes / (2 * SETTLE_FLUSHES)).toBeLessThanOrEqual(400);
    // Nobody waits longer than the crowd's cadence.
    expect(ages.most).toBeLessThan(room.serializer.cadencesOf(ann.client)?.far ?? 0);
  });

  test('is all there is, with each flush, where that fits', () => {
    const room = crowd(defineInterest(USUAL, { bytesPerSecond: 1_000_000 }), (n) => n % 30);
    for (let n = 0; n < 20; n++) {
      turn(room, n);
      for (const [key, { y }] of annOf(room).decoder.state.walkers) {
        expect(y).toBe(room.state.walkers.get(key)?.y);
      }
    }
    expect(room.serializer.cadencesOf(annOf(room).client)).toEqual({ near: 1, mid: 1, far: 1 });
  });

  test('is less of a link that carries less, and others do not feel it', () => {
    const room = crowd(defineInterest(USUAL, { bytesPerSecond: 100_000 }), (n) => n % 30);
    room.join('bob');
    room.state.walkers.set('bob', new Walker().assign({ x: 0, y: 0 }));
    room.budgets.set('bob', { level: 0, bytesPerFlush: 400 });
    const bob = room.watchers.get('bob') as ReturnType<typeof annOf>;
    for (let n = 0; n < 2 * SETTLE_FLUSHES; n++) {
      if (n === SETTLE_FLUSHES) bob.bytes = 0;
      turn(room, n);
    }
    expect(bob.bytes / SETTLE_FLUSHES).toBeLessThanOrEqual(400);
    expect(room.serializer.cadencesOf(annOf(room).client)).toEqual({ near: 1, mid: 1, far: 1 });
  });
});

describe('[IN-9] what waits', () => {
  test('is far rather than near, and normal rather than important', () => {
    const room = crowd(
      defineInterest(
        { walkers: { radius: 20 }, units: { radius: 20, importance: 'critical' } },
        { bytesPerSecond: 20_000 },
      ),
      (n) => (n % 4 === 0 ? 0 : 24),
    );
    const unit = new Unit();
    unit.x = 24;
    room.state.units.set('boss', unit);
    for (let n = 0; n < SETTLE_FLUSHES; n++) turn(room, n);
    const { near, far } = room.serializer.cadencesOf(annOf(room).client) ?? { near: 0, far: 0 };
    expect(near).toBeLessThan(far);
    for (let n = 0; n < 20; n++) {
      unit.y = n;
      turn(room, n);
      expect(annOf(room).decoder.state.units.get('boss')?.y).toBe(n);
    }
  });
});

describe('[IN-11] a poor link', () => {
  test('shows less, by importance, and never hides what is one’s own', () => {
    const room = new WorldRoom(
      true,
      defineInterest({
        walkers: { radius: 20 },
        units: { radius: 20, importance: 'important' },
        herd: { radius: 20, importance: 'cosmetic' },
        flags: { radius: Number.POSITIVE_INFINITY },
      }),
    );
    for (const key of ['ann', 'owl']) room.state.walkers.set(key, new Walker());
    room.state.units.set('boss', new Unit());
    room.state.herd.push(new Walker());
    room.state.flags.set('north', new Flag());
    const ann = room.join('ann');
    const at = (level: 0 | 1 | 2 | 3 | 4) => {
      room.budgets.set('ann', { level, bytesPerFlush: 1_000 });
      room.flush();
      const { walkers = {}, units = {}, herd = [], flags = {} } = ann.values;
      return [walkers, units, herd, flags].map((values) => Object.keys(values as object).length);
    };
    expect(at(0)).toEqual([2, 1, 1, 1]);
    expect(at(1)).toEqual([2, 1, 1, 1]);
    expect(at(2)).toEqual([2, 1, 0, 1]);
    expect(at(3)).toEqual([1, 1, 0, 1]);
    expect(at(4)).toEqual([1, 0, 0, 1]);
    expect(seenBy(room, 'ann')).toEqual(['ann']);
    const own = room.state.walkers.get('ann') as InstanceType<typeof Walker>;
    for (let n = 1; n < 10; n++) {
      own.x = n / 16;
      room.flush();
      expect(ann.decoder.state.walkers.get('ann')?.x).toBe(own.x);
    }
    expect(at(0)).toEqual([2, 1, 1, 1]);
  });
});
