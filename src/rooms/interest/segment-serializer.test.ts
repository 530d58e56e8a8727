import { isDeepStrictEqual } from 'node:util';
import { $changes } from '@colyseus/schema';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  performIn,
  WORLD_ACTS,
  type WorldDeed,
  WorldRoom,
  worldTurns,
} from '../../../test/support/interest-world.ts';

/** Thousands of turns: on a busy machine they take longer than a unit test may. */
const PATIENCE_MS = 60_000;
const ALL = Object.keys(WORLD_ACTS) as WorldDeed['act'][];
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

/** Plays the turns; after each flush `check` gets everybody who is there. */
function play(
  room: WorldRoom,
  turns: readonly (readonly WorldDeed[])[],
  check: (sessionId: string, values: Record<string, unknown>, turn: number) => void,
): void {
  for (const [turn, deeds] of turns.entries()) {
    for (const deed of deeds) performIn(room, deed);
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
function isRightByStock(turns: readonly (readonly WorldDeed[])[]): boolean {
  const room = new WorldRoom(false);
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
