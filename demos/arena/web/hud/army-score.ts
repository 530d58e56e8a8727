import { ARMY } from '../../shared/crowd/crowd-rules.ts';
import type { BattleSummary } from '../../shared/crowd/crowd-state.ts';

/** The kills of both armies, as one of them sees it. */
export interface ArmyScore {
  readonly mine: number;
  readonly theirs: number;
}

export function armyScore({ westKills, eastKills }: BattleSummary, myTeam: number): ArmyScore {
  return myTeam === ARMY.east
    ? { mine: eastKills, theirs: westKills }
    : { mine: westKills, theirs: eastKills };
}
