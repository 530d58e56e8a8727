import { describe, expect, test } from 'vitest';
import type { Clock } from '../../shared/clock.ts';
import { MigrationLease } from './migration-lease.ts';
import { EMPTY_STATE, type HeldLease, type MigrationState } from './migration-state.ts';
import type { MigrationStore } from './migration-store.ts';

/** One clock for the database and the migrators; it stands still until it is moved. */
class Moments implements Clock {
  nowMs = 1_000;
  monotonicMs = () => this.nowMs;
  wallMs = () => this.nowMs;
}

class MemoryStore implements MigrationStore {
  state: MigrationState = EMPTY_STATE;
  isAway = false;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async read(): Promise<MigrationState> {
    if (this.isAway) throw new Error('away');
    return this.state;
  }

  async replace(before: MigrationState, after: MigrationState): Promise<boolean> {
    if (this.isAway) throw new Error('away');
    if (this.state.revision !== before.revision) return false;
    this.state = after;
    return true;
  }

  nowMs = async (): Promise<number> => this.#clock.wallMs();
}

function world() {
  const clock = new Moments();
  const store = new MemoryStore(clock);
  const take = (holder: string, waitMs = 0, onWait?: (lease: HeldLease) => void) =>
    MigrationLease.take(
      { store, clock, ...(onWait === undefined ? {} : { onWait }) },
      { holder, leaseMs: 60_000, waitMs },
    );
  return { clock, store, take };
}

describe('MigrationLease', () => {
  test('[DB-3] a second one is refused, told who has it and until when, and gets it after the first', async () => {
    const { take, store } = world();
    {
      await using _ada = await take('ada:1');
      await expect(take('bob:2')).rejects.toMatchObject({
        code: 'LEASE_HELD',
        message: expect.stringMatching(/ada:1 .* 1970-01-01T00:01:01.000Z/),
      });
    }
    await using bob = await take('bob:2');
    expect(bob.fence).toBe(2);
    expect(store.state.lease?.holder).toBe('bob:2');
  });

  test('[DB-3] a second one that waits says for whom, once, and goes on when the first is done', async () => {
    const { take } = world();
    const ada = await take('ada:1');
    const waits: string[] = [];
    const heard = Promise.withResolvers<void>();
    const second = take('bob:2', 60_000, ({ holder }) => {
      waits.push(holder);
      heard.resolve();
    });
    await heard.promise;
    await ada[Symbol.asyncDispose]();
    await using bob = await second;
    expect(bob.fence).toBe(2);
    expect(waits).toEqual(['ada:1']);
  });

  test('[DB-5] its holder stops by its own clock a tenth before its end, when it could not renew', async () => {
    const { clock, store, take } = world();
    await using ada = await take('ada:1');
    store.isAway = true;
    await expect(ada.renew()).rejects.toThrow('away');
    clock.nowMs += 53_999;
    expect(() => ada.assertHeld()).not.toThrow();
    clock.nowMs += 1;
    expect(() => ada.assertHeld()).toThrow(expect.objectContaining({ code: 'LEASE_LOST' }));
  });

  test('[DB-5] taken over, it notes nothing, renews nothing, and its end releases nothing of the other’s', async () => {
    const { clock, store, take } = world();
    const ada = await take('ada:1');
    clock.nowMs += 60_000;
    await using _bob = await take('bob:2');
    const lost = { code: 'LEASE_LOST' };
    await expect(ada.noteApplied('one')).rejects.toMatchObject(lost);
    await expect(ada.renew()).rejects.toMatchObject(lost);
    await ada[Symbol.asyncDispose]();
    expect(store.state).toMatchObject({ lease: { holder: 'bob:2' }, applied: [] });
  });

  test('late, but taken by nobody: renewed it goes on', async () => {
    const { clock, take } = world();
    await using ada = await take('ada:1');
    clock.nowMs += 100_000;
    expect(() => ada.assertHeld()).toThrow();
    await ada.renew();
    expect(() => ada.assertHeld()).not.toThrow();
  });
});
