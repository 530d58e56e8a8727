import type { ProfileService } from '../../../src/profiles/service.ts';

/** Writes of all kinds: of ten, five operations, three additions to statistics, two sections. */
const KINDS = [
  ...['operate', 'add', 'operate', 'section', 'operate'],
  ...['add', 'operate', 'section', 'operate', 'add'],
] as const;

/** The kind of the n-th write. */
export function writeKind(n: number): (typeof KINDS)[number] {
  return KINDS[n % KINDS.length] as (typeof KINDS)[number];
}

/** The n-th write of a player; what it is called by, it is found by. */
export function writeMixed(
  profiles: ProfileService,
  playerId: string,
  n: number,
): Promise<unknown> {
  switch (writeKind(n)) {
    case 'operate':
      return profiles.operate(playerId, {
        ...{ operationId: `op:${n}`, reason: 'match' },
        ...{ currencies: { gold: 3 }, items: { arrow: 1 }, statistics: { 'duel.played': 1 } },
      });
    case 'add':
      return profiles.addStatistics(playerId, { additions: 1 });
    case 'section':
      return profiles.writeSection(playerId, {
        ...{ name: 'loadout', writer: 'server', mode: { kind: 'blind' } },
        value: { n, weapons: ['sword', 'bow'], colour: '#3366ff', slots: { head: 1, body: 2 } },
      });
  }
}
