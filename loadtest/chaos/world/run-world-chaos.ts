import type { Verdict } from '../judges/invariants.ts';
import { judgeWorld } from './judges/world-invariants.ts';
import type { WorldEvidence } from './world-evidence.ts';
import type { WorldChaosOptions } from './world-options.ts';
import type { WorldScenario } from './world-scenario.ts';
import { type WorldSecond, WorldStage } from './world-stage.ts';

const ROOMS = { full: 20, quick: 6 } as const;
const BOTS_PER_ROOM = { full: 3, quick: 2 } as const;
/** Players whose tickets wait, or whose matches are played, at once: about eight seconds of arrivals, and half as many again. */
const PLAYERS_PER_HOME_AND_HZ = 2.5;

export interface WorldChaosRun {
  readonly evidence: WorldEvidence;
  readonly verdicts: readonly Verdict[];
  readonly seconds: readonly WorldSecond[];
}

/** Plays one scenario over five regions and judges it; `onSecond` gets every second as it ends. */
export async function runWorldChaos(
  scenario: WorldScenario,
  options: WorldChaosOptions,
  onSecond: (second: WorldSecond) => void,
): Promise<WorldChaosRun> {
  const { rate, seed, quick } = options;
  const size = quick ? 'quick' : 'full';
  await using stage = await WorldStage.open(
    {
      twoNodesIn: scenario.twoNodesIn,
      playersPerHome: Math.ceil(rate * PLAYERS_PER_HOME_AND_HZ),
      ticketsPerSecond: rate,
      seed,
      takesBack: quick,
      logFolder: options.logs,
    },
    onSecond,
  );
  if (scenario.roomsIn !== null) {
    await stage.fillRooms(scenario.roomsIn, {
      rooms: options.rooms ?? ROOMS[size],
      botsPerRoom: options['bots-per-room'] ?? BOTS_PER_ROOM[size],
    });
  }
  await scenario.run(stage, { isQuick: quick, seed });
  const evidence = await stage.finish();
  return { evidence, verdicts: judgeWorld(evidence), seconds: stage.seconds };
}
