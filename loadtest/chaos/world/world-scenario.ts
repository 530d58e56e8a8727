import type { WorldStage } from './world-stage.ts';

export const WORLD_SCENARIO_NAMES = [
  'black-hole-region',
  'cut-link',
  'heal-link',
  'kill-link-leader',
  'redis-restart-region',
] as const;
export type WorldScenarioName = (typeof WORLD_SCENARIO_NAMES)[number];

/** What breaks between regions. Players queue in all five when it begins; whether promises were broken is told by the judges. */
export interface WorldScenario {
  readonly name: WorldScenarioName;
  /** What it does, and what must come of it. */
  readonly summary: string;
  /** Regions that need a second node. */
  readonly twoNodesIn: readonly string[];
  /** Region whose rooms are filled with bots; null: none is. */
  readonly roomsIn: string | null;
  run(stage: WorldStage, setting: WorldSetting): Promise<void>;
}

export interface WorldSetting {
  readonly isQuick: boolean;
  readonly seed: number;
}
