import type { Fighter } from '../../shared/arena-state.ts';

export interface Standing {
  readonly id: string;
  readonly fighter: Fighter;
  /** From 1. */
  readonly rank: number;
}

/** Everybody, most kills first, among equals fewer deaths. */
export function standingsOf(fighters: Iterable<[string, Fighter]>): Standing[] {
  return [...fighters]
    .sort(([, a], [, b]) => b.kills - a.kills || a.deaths - b.deaths)
    .map(([id, fighter], index) => ({ id, fighter, rank: index + 1 }));
}
