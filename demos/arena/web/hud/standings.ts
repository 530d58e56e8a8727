import type { Fighter } from '../../shared/arena-state.ts';
import type { BattleSummary } from '../../shared/crowd/crowd-state.ts';

/** What a line of a table says of somebody; he may be far away. */
export type Ranked = Pick<Fighter, 'name' | 'isBot' | 'team' | 'kills' | 'deaths'> & {
  readonly isAway?: boolean;
};

export interface Standing {
  readonly id: string;
  readonly fighter: Ranked;
  /** From 1. */
  readonly rank: number;
}

/** Everybody, most kills first, among equals fewer deaths. */
export function standingsOf(fighters: Iterable<[string, Fighter]>): Standing[] {
  return [...fighters]
    .sort(([, a], [, b]) => b.kills - a.kills || a.deaths - b.deaths)
    .map(([id, fighter], index) => ({ id, fighter, rank: index + 1 }));
}

/** Of a battle: the best of all, and me. */
export function battleStandings(
  { board, fightersAbove }: BattleSummary,
  myId: string,
  me: Fighter | undefined,
): Standing[] {
  const standings: Standing[] = [...board].map((place, index) => ({
    id: place.fighterId,
    fighter: place,
    rank: index + 1,
  }));
  if (me === undefined || standings.some(({ id }) => id === myId)) return standings;
  const rank = Math.max(standings.length, fightersAbove[me.kills] ?? 0) + 1;
  return [...standings, { id: myId, fighter: me, rank }];
}
