import type { JudgedFigure } from '../profiles/bounds.ts';

/**
 * The most that a figure of the shipped autoscaler may be. Who comes with a flash crowd comes before a machine can be made: he is told to
 * wait, and the bound is on how many, and how long.
 */
const MOST: Readonly<Record<string, number>> = {
  refused_players_evening_peak: 0,
  refused_players_flash_crowd: 20_000,
  longest_wait_s_flash_crowd: 120,
  refused_players_region_loss: 0,
};

/** @param figures - with another seed than the standard one their names begin with `custom_`: they are judged all the same */
export function judgeAutoscale(figures: Readonly<Record<string, number>>): readonly JudgedFigure[] {
  return Object.entries(figures).map(([name, value]) => {
    const most = MOST[name.replace(/^custom_/, '')];
    if (most === undefined) return { name, value, bound: null, isKept: true };
    return { name, value, bound: `<= ${most}`, isKept: value <= most };
  });
}
