import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignRoles, RoleTable } from './role-assignment.ts';

const ROLES = ['tank', 'healer', 'damage', 'scout'];
const places = fc
  .array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 4 })
  .map((counts) => Object.fromEntries(counts.map((count, i) => [ROLES[i] as string, count])));
const teams = places.chain((roles) => {
  const wish = fc.option(fc.shuffledSubarray(Object.keys(roles), { minLength: 1 }), {
    nil: undefined,
  });
  return fc.record({
    roles: fc.constant(roles),
    wishes: fc.array(wish, { minLength: 1, maxLength: 5 }),
  });
});

/** The least discontent of all ways to seat the players; null: there is no way. */
function leastByTrial(
  wishes: readonly (readonly string[] | undefined)[],
  left: Readonly<Record<string, number>>,
): number | null {
  const [wish, ...rest] = wishes;
  if (wishes.length === 0) return 0;
  let least: number | null = null;
  for (const [role, count] of Object.entries(left)) {
    const rank = wish === undefined ? 0 : wish.indexOf(role);
    if (count === 0 || rank < 0) continue;
    const others = leastByTrial(rest, { ...left, [role]: count - 1 });
    if (others !== null) least = Math.min(least ?? Number.POSITIVE_INFINITY, rank ** 2 + others);
  }
  return least;
}

describe('[MM-8] roles', () => {
  test('can be filled exactly when there is a way to fill them', () => {
    fc.assert(
      fc.property(teams, ({ roles, wishes }) => {
        const table = new RoleTable(roles);
        const masks = wishes.map((wish) => table.maskOf(wish));
        expect(table.flowOf(1).canSeat(masks)).toBe(leastByTrial(wishes, roles) !== null);
      }),
    );
  });

  test('are given so that players are as content as can be', () => {
    fc.assert(
      fc.property(teams, ({ roles, wishes }) => {
        const given = assignRoles(wishes, roles);
        const least = leastByTrial(wishes, roles);
        if (given === null) {
          expect(least).toBeNull();
          return;
        }
        expect(given).toHaveLength(wishes.length);
        for (const [role, count] of Object.entries(roles)) {
          expect(given.filter((it) => it === role).length).toBeLessThanOrEqual(count);
        }
        const discontent = given.reduce(
          (sum, role, i) => sum + (wishes[i] === undefined ? 0 : wishes[i].indexOf(role) ** 2),
          0,
        );
        expect(discontent).toBe(least);
      }),
    );
  });

  test('are two second choices rather than a third', () => {
    const wishes = [
      ['tank', 'scout'],
      ['healer', 'tank'],
      ['healer', 'tank', 'scout'],
    ];
    const given = assignRoles(wishes, { tank: 1, healer: 1, scout: 1 });
    expect(given?.[0]).toBe('scout');
  });

  test('of several teams are more places of the same', () => {
    const table = new RoleTable({ tank: 1, healer: 1 });
    const tank = table.maskOf(['tank']);
    expect(table.flowOf(1).canSeat([tank, tank])).toBe(false);
    expect(table.flowOf(2).canSeat([tank, tank])).toBe(true);
    expect(table.placesLeft(['tank', 'tank'])).toEqual({ tank: -1, healer: 1 });
    expect(table.unknownOf(['tank', 'bard'])).toBe('bard');
  });
});
