import type { Stage } from '../stage.ts';

export const SCENARIO_NAMES = [
  'kill-node',
  'stop-node',
  'hang-node',
  'drain-node',
  'rolling-deploy',
  'redis-restart',
  'redis-partition',
  'room-exception',
  'kill-loop',
  'crash-loop',
  'random',
] as const;
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

/** What breaks. The stage is full of players when it begins; whether promises were broken is told by the judges. */
export interface Scenario {
  readonly name: ScenarioName;
  /** What it does, and what must come of it. */
  readonly summary: string;
  readonly nodes: number;
  run(stage: Stage, setting: ScenarioSetting): Promise<void>;
}

export interface ScenarioSetting {
  readonly isQuick: boolean;
  /** Bots by room, durable rooms first. */
  readonly rooms: readonly (readonly number[])[];
  readonly seed: number;
  readonly minutes: number;
}
