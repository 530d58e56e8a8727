/** The queue of rated games, as `demos/game.ts` names it. */
export const DUEL_QUEUE = 'duel';

/** Where everybody begins: a profile keeps what games have added to it. */
const FIRST_RATING = 1_500;

/** A player's rating in the duel, rounded to points, from the statistics of his profile. */
export function ratingOf(statistics: Readonly<Record<string, number>>): number {
  return Math.round(FIRST_RATING + (statistics[`rating.${DUEL_QUEUE}.mu`] ?? 0));
}
