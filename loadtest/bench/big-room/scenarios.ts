import type { Spread } from './crowd.ts';

/** One crowd in one world. */
export interface BigRoomScenario {
  readonly name: ScenarioName;
  readonly spread: Spread;
  /** Side of the world, m: with it comes how many others each player sees. */
  readonly worldM: number;
}

export const SCENARIO_NAMES = ['uniform-20', 'uniform-79', 'hot-spots', 'one-cell'] as const;
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

/** With 1000 players; with others the worlds are scaled, so that as many are seen. */
const STANDARD_PLAYERS = 1_000;

const WORLDS: Readonly<Record<ScenarioName, readonly [Spread, number]>> = {
  'uniform-20': ['uniform', 2_000],
  'uniform-79': ['uniform', 955],
  // A third of all players around each of three places.
  'hot-spots': ['hot-spots', 2_000],
  // All see all.
  'one-cell': ['one-cell', 2_000],
};

export function scenarioOf(name: ScenarioName, players: number): BigRoomScenario {
  const [spread, worldM] = WORLDS[name];
  const scale = spread === 'uniform' ? Math.sqrt(players / STANDARD_PLAYERS) : 1;
  return { name, spread, worldM: worldM * scale };
}
