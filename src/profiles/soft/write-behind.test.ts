import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GameError } from '../../errors/game-error.ts';
import { assertNever } from '../../shared/assert-never.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { SoftWriteMetrics } from '../../telemetry/soft-write-metrics.ts';
import type { PlayerProfiles, SoftWrite } from '../contract.ts';
import { SOFT_DELAY_MS, type SoftData } from './soft-shelf.ts';
import { MemorySoftShelf } from './soft-shelf-memory.ts';
import { WriteBehind } from './write-behind.ts';

const log = createLogger({ level: 'silent' });
/** Lets everything run that needs no time. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 2; turns += 1) await new Promise((done) => setTimeout(done, 1));
}

/** What may happen. A player is in one process at a time; who flushes may be another one. */
type Step =
  | { readonly kind: 'put'; readonly player: Player; readonly section: string }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'flush'; readonly player: Player; readonly process: number }
  | { readonly kind: 'away'; readonly is: boolean };
type Player = 'p_ann' | 'p_bob';
const HOME = { p_ann: 0, p_bob: 1 } as const;

const anyPlayer = fc.constantFrom<Player>('p_ann', 'p_bob');
const anySection = fc.constantFrom('position', 'settings');
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      player: anyPlayer,
      section: anySection,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(2_500) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('flush' as const),
      player: anyPlayer,
      process: fc.nat(1),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('away' as const), is: fc.boolean() }) },
);

/** Two processes over one shelf, a store that is written by both, and a clock that is set by hand. */
class World {
  nowMs = 0;
  isAway = false;
  isShelfAway = false;
  /** Of each section, every value in the order in which the store got them. */
  readonly history = new Map<string, number[]>();
  writes = 0;
  readonly processes: readonly WriteBehind[];

  constructor() {
    const clock = { wallMs: () => this.nowMs, monotonicMs: () => this.nowMs };
    const shelf = new MemorySoftShelf({ clock });
    const put = shelf.put.bind(shelf);
    shelf.put = async (values) => {
      if (this.isShelfAway) throw new GameError('STORE_UNAVAILABLE');
      return await put(values);
    };
    const write = async (
      playerId: string,
      values: ReadonlyMap<string, SoftData>,
      mayWrite: () => boolean,
    ) => {
      await settled();
      if (this.isAway || !mayWrite()) throw new GameError('STORE_UNAVAILABLE');
      this.writes += 1;
      for (const [section, { n }] of values) {
        const key = `${playerId}/${section}`;
        this.history.set(key, [...(this.history.get(key) ?? []), Number(n)]);
      }
      return [];
    };
    const deps = { shelf, write, clock, log, metrics: new SoftWriteMetrics() };
    const options = { batchEveryMs: 0 };
    this.processes = [new WriteBehind(deps, options), new WriteBehind(deps, options)];
  }

  /** The newest value of each section, as it was put. */
  readonly newest = new Map<string, number>();
  flushes = 0;
  #puts = 0;

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'put':
        this.#puts += 1;
        this.newest.set(`${step.player}/${step.section}`, this.#puts);
        this.put(step.player, step.section, this.#puts, HOME[step.player]);
        return;
      case 'pass':
        await this.pass(step.ms);
        return;
      case 'flush':
        this.flushes += 1;
        await this.processes[step.process]?.flush(step.player).catch(() => {});
        return;
      case 'away':
        this.isAway = step.is;
        return;
      default:
        assertNever(step);
    }
  }

  put(playerId: string, section: string, n: number, process = 0): void {
    this.processes[process]?.writeSoon({ playerId, section, value: { n } });
  }

  /** Time passes, and every process looks for what is due. */
  async pass(ms: number): Promise<void> {
    await settled();
    this.nowMs += ms;
    await Promise.all(this.processes.map((process) => process.look()));
  }

  stored(playerId: string, section: string): number | undefined {
    return this.history.get(`${playerId}/${section}`)?.at(-1);
  }
}

describe('soft data that is written behind', () => {
  test('[PR-70] is written once for what comes within the interval, with the newest value', async () => {
    const world = new World();
    for (let n = 1; n <= 100; n += 1) world.put('p_ann', 'position', n);
    world.put('p_ann', 'settings', 7);
    await world.pass(SOFT_DELAY_MS - 1);
    expect(world.writes).toBe(0);
    await world.pass(1);
    expect(world.writes).toBe(1);
    expect(world.history).toEqual(
      new Map([
        ['p_ann/position', [100]],
        ['p_ann/settings', [7]],
      ]),
    );
  });

  test('[PR-71] a flush writes at once, and is done when the store has it', async () => {
    const world = new World();
    world.put('p_ann', 'position', 1);
    world.put('p_bob', 'position', 2);
    await world.processes[0]?.flush('p_ann');
    expect(world.stored('p_ann', 'position')).toBe(1);
    expect(world.stored('p_bob', 'position')).toBeUndefined();
    await world.processes[0]?.flush('p_ann');
    expect(world.writes).toBe(1);
    await world.processes[0]?.stop();
    expect(world.stored('p_bob', 'position')).toBe(2);
  });

  test('[PR-71] a process knows of nobody any more whose values are written, by whomever', async () => {
    const world = new World();
    const [here, there] = world.processes;
    world.put('p_ann', 'position', 1);
    world.put('p_bob', 'position', 2);
    await settled();
    expect(here?.owned).toBe(2);
    // Bob is written by the other one.
    await there?.flush('p_bob');
    await world.pass(SOFT_DELAY_MS);
    expect(here?.owned).toBe(1);
    await world.pass(2 * SOFT_DELAY_MS);
    expect(here?.owned).toBe(0);
    expect([world.stored('p_ann', 'position'), world.stored('p_bob', 'position')]).toEqual([1, 2]);
  });

  test('[PR-71] the end of a process writes what was put while the same player was written', async () => {
    const world = new World();
    world.put('p_ann', 'position', 1);
    await settled();
    world.nowMs += SOFT_DELAY_MS;
    const looking = world.processes[0]?.look();
    world.put('p_ann', 'position', 2);
    await looking;
    await world.processes[0]?.stop();
    expect(world.stored('p_ann', 'position')).toBe(2);
  });

  test('[PR-71] [PR-78] values that are shelved can be flushed by another process at once, or it is said that they were not', async () => {
    const world = new World();
    const [here, there] = world.processes;
    const values = [{ playerId: 'p_ann', section: 'position', value: { n: 1 } }];
    await here?.shelve(values);
    await there?.flush('p_ann');
    expect(world.stored('p_ann', 'position')).toBe(1);
    world.isShelfAway = true;
    await expect(here?.shelve(values)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    world.isShelfAway = false;
    world.put('p_ann', 'position', 2, 1);
    await there?.flush('p_ann');
    // What was not taken comes no more from here: it would be older.
    await here?.flush('p_ann');
    expect(world.history.get('p_ann/position')).toEqual([1, 2]);
    await here?.shelve([{ playerId: 'p_bob', section: 'position', value: { n: 3 } }]);
    await here?.stop();
    expect(world.stored('p_bob', 'position')).toBe(3);
  });

  test('[PR-72] the newest value is read while it waits', async () => {
    const world = new World();
    world.put('p_ann', 'position', 1);
    world.put('p_ann', 'position', 2);
    expect(await world.processes[0]?.newest('p_ann', 'position')).toEqual({ n: 2 });
    await settled();
    expect(await world.processes[1]?.newest('p_ann', 'position')).toEqual({ n: 2 });
    await world.pass(SOFT_DELAY_MS);
    expect(await world.processes[0]?.newest('p_ann', 'position')).toBeNull();
  });

  test('[PR-73] while the store is away it waits, and a flush says so', async () => {
    const world = new World();
    world.isAway = true;
    world.put('p_ann', 'position', 1);
    await expect(world.processes[0]?.flush('p_ann')).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    for (let i = 0; i < 10; i += 1) await world.pass(2_000);
    world.put('p_ann', 'position', 2);
    world.isAway = false;
    for (let i = 0; i < 5; i += 1) await world.pass(2_000);
    expect(world.history.get('p_ann/position')).toEqual([2]);
  });

  test('[PR-70] whatever comes in whatever order: the newest value gets there, none after a newer one, and no more often than the interval allows', {
    timeout: 30_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 40 }), async (steps) => {
        const world = new World();
        for (const step of steps) await world.take(step);
        const passedMs = world.nowMs;
        world.isAway = false;
        for (let i = 0; i < 4; i += 1) await world.pass(6_000);
        for (const [key, value] of world.newest) expect(world.history.get(key)?.at(-1)).toBe(value);
        for (const values of world.history.values()) {
          expect(values).toEqual([...new Set(values)].sort((one, other) => one - other));
        }
        const most = 2 * (passedMs / SOFT_DELAY_MS + 2) + world.flushes;
        expect(world.writes).toBeLessThanOrEqual(most);
      }),
      { numRuns: 40 },
    );
  });

  test('[PR-74] what is hard cannot be written so', () => {
    const ways: readonly ((profiles: PlayerProfiles) => void)[] = [
      // @ts-expect-error A wallet is changed by operations.
      (profiles) => profiles.writeSoon('p_ann', { currencies: { gold: 1 } }),
      // @ts-expect-error A condition would be decided too late.
      (profiles) => profiles.writeSoon('p_ann', { section: 'a', value: {}, ifRevision: 1 }),
      // @ts-expect-error Nor is it a section of rules.
      (profiles) => profiles.writeSoon('p_ann', { section: 'a', value: {}, mode: 'create' }),
    ];
    const soft: SoftWrite = { section: 'position', value: { x: 1 } };
    expect([ways.length, soft.section]).toEqual([3, 'position']);
  });
});
