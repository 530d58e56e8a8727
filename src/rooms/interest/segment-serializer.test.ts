import { isDeepStrictEqual } from 'node:util';
import { $changes } from '@colyseus/schema';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  performIn,
  WORLD_ACTS,
  WORLD_INTEREST,
  type WorldDeed,
  WorldRoom,
  worldTurns,
} from '../../../test/support/interest-world.ts';
import { defineInterest, type Interest } from './interest.ts';
import { IMPORTANCES, type Importance } from './pace.ts';

/** Thousands of turns: on a busy machine they take longer than a unit test may. */
const PATIENCE_MS = 60_000;
const EVERYTHING = Object.keys(WORLD_ACTS) as WorldDeed['act'][];
const ALL = EVERYTHING.filter((act) => act !== 'link');
/** Without what a game does by hand, and new keys: who gets one and leaves in the same turn is told of it with the next flush. */
const BY_INTEREST = ALL.filter((act) => !['show', 'hide', 'renameWalker'].includes(act));

/** Plain entities a client must see, and nothing else, by what the map of sights says. */
function expectedWalkers(room: WorldRoom, sessionId: string): Record<string, unknown> {
  const { sights, items } = room.serializer.interest as NonNullable<
    typeof room.serializer.interest
  >;
  const { view } = room.watchers.get(sessionId) ?? {};
  const expected: Record<string, unknown> = {};
  for (const [key, walker] of room.state.walkers) {
    const item = items.itemOf((walker as never as { [$changes]: never })[$changes]);
    if (view && sights.seen.has(item, view.id)) expected[key] = walker.toJSON();
  }
  return JSON.parse(JSON.stringify(expected));
}

/** @returns how often decoders complained */
function complaintsOf(run: () => void): number {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const error = vi.spyOn(console, 'error').mockImplementation(() => {});
  try {
    run();
    return warn.mock.calls.length + error.mock.calls.length;
  } finally {
    warn.mockRestore();
    error.mockRestore();
  }
}

interface BudgetCase {
  readonly bytesPerSecond: number;
  readonly importances: readonly Importance[];
}

type Values = Record<string, Record<string, unknown>>;

/** What each walker has been, newest last. */
class Past {
  /** Of each entity what it was, by flush: at its end, and when somebody joined before it. */
  readonly #byEntity = new Map<unknown, Record<string, unknown>[][]>();
  readonly #atJoins = new Map<unknown, Record<string, unknown>[]>();

  /** After a flush. */
  keep(room: WorldRoom): void {
    for (const walker of room.state.walkers.values()) {
      const flushes = this.#byEntity.get(walker) ?? [];
      flushes.push([...(this.#atJoins.get(walker) ?? []), JSON.parse(JSON.stringify(walker))]);
      this.#byEntity.set(walker, flushes);
    }
    this.#atJoins.clear();
  }

  /** A newcomer gets what is, in the midst of a turn, and then what his cadence brings. */
  keepAtJoin(room: WorldRoom): void {
    for (const walker of room.state.walkers.values()) {
      const values = this.#atJoins.get(walker) ?? [];
      values.push(JSON.parse(JSON.stringify(walker)));
      this.#atJoins.set(walker, values);
    }
  }

  /** Whether each value is one that the entity had at a flush, or at a join before it, so many flushes ago at most. */
  knows(entity: unknown, values: Record<string, unknown>, mostFlushes: number): boolean {
    const past = (this.#byEntity.get(entity) ?? []).slice(-1 - mostFlushes).flat();
    const names = new Set([...Object.keys(values), ...past.flatMap(Object.keys)]);
    return [...names].every((name) => past.some((then) => then[name] === values[name]));
  }
}

/** Plays the turns; after each flush `check` gets everybody who is there. */
function play(
  room: WorldRoom,
  turns: readonly (readonly WorldDeed[])[],
  check: (sessionId: string, values: Record<string, unknown>, turn: number) => void,
  joined: () => void = () => {},
): void {
  for (const [turn, deeds] of turns.entries()) {
    for (const deed of deeds) {
      performIn(room, deed);
      if (deed.act === 'join') joined();
    }
    room.flush(turn % 3 === 0 ? 50 * turn : undefined);
    expect(room.faults).toEqual([]);
    for (const [sessionId, { isThere, values }] of room.watchers) {
      if (isThere) check(sessionId, values, turn);
    }
  }
}

/**
 * Whether Colyseus' own encoder gets a world right. It does not where something goes in the turn in which it was replaced, or was the first of
 * an array when somebody joined; that ours makes the same of such a world is the first test's.
 */
function isRightByStock(
  turns: readonly (readonly WorldDeed[])[],
  interest = WORLD_INTEREST,
): boolean {
  const room = new WorldRoom(false, interest);
  let isRight = true;
  const complaints = complaintsOf(() => {
    play(room, turns, (sessionId, { walkers = {} }) => {
      isRight &&= isDeepStrictEqual(walkers, expectedWalkers(room, sessionId));
    });
  });
  return isRight && complaints === 0;
}

describe('[IN-3] patches of segments', () => {
  test(
    'Colyseus’ decoder makes of them what it makes of Colyseus’ own',
    () => {
      const property = fc.property(worldTurns(ALL), (turns) => {
        const stock = new Map<string, unknown>();
        const byStock = complaintsOf(() => {
          play(new WorldRoom(false), turns, (sessionId, values, turn) => {
            stock.set(`${turn} ${sessionId}`, values);
          });
        });
        const bySegments = complaintsOf(() => {
          play(new WorldRoom(true), turns, (sessionId, values, turn) => {
            expect(values).toEqual(stock.get(`${turn} ${sessionId}`));
          });
        });
        // Colyseus' own encoder is not above all that a game may do by hand.
        expect(bySegments).toBe(byStock);
      });
      fc.assert(property, { numRuns: 200 });
    },
    PATIENCE_MS,
  );

  test(
    'each client has what is near him as it is, and nothing else',
    () => {
      const property = fc.property(worldTurns(BY_INTEREST), (turns) => {
        fc.pre(isRightByStock(turns));
        const room = new WorldRoom(true);
        const complaints = complaintsOf(() => {
          play(room, turns, (sessionId, values) => {
            expect(values['walkers'] ?? {}).toEqual(expectedWalkers(room, sessionId));
          });
        });
        expect(complaints).toBe(0);
      });
      fc.assert(property, { numRuns: 150 });
    },
    PATIENCE_MS,
  );
});

describe('[IN-9] slower cadences', () => {
  /** As long as the crowd's cadence is while the last step does. */
  const SLOWEST_FLUSHES = 16;
  const budgets = fc.record({
    bytesPerSecond: fc.integer({ min: 1_200, max: 3_000 }),
    importances: fc.array(fc.constantFrom(...IMPORTANCES), { minLength: 4, maxLength: 4 }),
  });

  /** The same world, whose clients get less. */
  function tight({ bytesPerSecond, importances }: BudgetCase): Interest {
    const classes = Object.entries(WORLD_INTEREST.classes).map(([name, rule], index) => [
      name,
      { ...rule, importance: importances[index] as Importance },
    ]);
    return defineInterest(Object.fromEntries(classes), { bytesPerSecond });
  }

  /** All are there, and most of what happens is what can wait. */
  const crowded = worldTurns([
    ...BY_INTEREST,
    ...Array<WorldDeed['act'][]>(6)
      .fill(['stepWalkers', 'hurtWalker', 'stepWalker', 'link'])
      .flat(),
  ]).map((turns) => {
    const seats = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((a): WorldDeed[] => [
      { act: 'addWalker', a, b: a, x: 7 * a - 30, y: 5 * a - 20 },
      { act: 'join', a, b: 0, x: 0, y: 0 },
    ]);
    return [seats, ...turns];
  });

  test(
    'nobody sees what has not been, or has been too long ago; at rest all is as it is',
    () => {
      const property = fc.property(crowded, budgets, (turns, budget) => {
        fc.pre(isRightByStock(turns, tight(budget)));
        const room = new WorldRoom(true, tight(budget));
        const past = new Past();
        let lastTurn = -1;
        const complaints = complaintsOf(() => {
          play(
            room,
            turns,
            (sessionId, values, turn) => {
              if (turn !== lastTurn) past.keep(room);
              lastTurn = turn;
              const walkers = (values['walkers'] ?? {}) as Values;
              expect(Object.keys(walkers).sort()).toEqual(
                Object.keys(expectedWalkers(room, sessionId)).sort(),
              );
              for (const [key, seen] of Object.entries(walkers)) {
                expect(past.knows(room.state.walkers.get(key), seen, SLOWEST_FLUSHES)).toBe(true);
              }
            },
            () => past.keepAtJoin(room),
          );
          for (let flush = 0; flush <= SLOWEST_FLUSHES; flush++) room.flush();
        });
        for (const [sessionId, { isThere, values }] of room.watchers) {
          if (isThere) expect(values['walkers'] ?? {}).toEqual(expectedWalkers(room, sessionId));
        }
        expect(complaints).toBe(0);
      });
      fc.assert(property, { numRuns: 60 });
    },
    PATIENCE_MS,
  );
});
