import { arena } from './arena.ts';
import { duel } from './duel.ts';
import { SCENARIO_NAMES, type Scenario, type ScenarioName } from './scenario.ts';
import { wander } from './wander.ts';

export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = { arena, duel, wander };

/** The scenario made for a room, or `wander` for a room nobody made one for. */
export function scenarioForRoom(roomName: string): ScenarioName {
  return SCENARIO_NAMES.find((name) => name === roomName) ?? 'wander';
}
