import type { Evidence } from './evidence/evidence.ts';
import { judgeAll, type Verdict } from './judges/invariants.ts';
import type { ChaosOptions } from './options.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { type Party, Stage, type StageSecond } from './stage.ts';

const ROOMS = { full: 12, quick: 6 } as const;
const MINUTES = { full: 3, quick: 0.5 } as const;

export interface ChaosRun {
  readonly evidence: Evidence;
  readonly verdicts: readonly Verdict[];
  readonly seconds: readonly StageSecond[];
}

/** Plays one scenario and judges it; `onSecond` gets every second as it ends. */
export async function runChaos(
  scenario: Scenario,
  options: ChaosOptions,
  onSecond: (second: StageSecond) => void,
): Promise<ChaosRun> {
  const size = options.quick ? 'quick' : 'full';
  const parties = partiesOf(options.rooms ?? ROOMS[size], options);
  const bots = parties.reduce((sum, party) => sum + party.rooms * party.botsPerRoom, 0);
  await using stage = await Stage.open(
    { nodes: options.nodes ?? scenario.nodes, bots, logFolder: options.logs },
    onSecond,
  );
  const rooms: (readonly number[])[] = [];
  for (const party of parties) rooms.push(...(await stage.fill(party)));
  stage.mark(`${bots} players in ${rooms.length} rooms`);
  await scenario.run(stage, {
    isQuick: options.quick,
    rooms,
    seed: options.seed,
    minutes: options.minutes ?? MINUTES[size],
  });
  const evidence = await stage.finish();
  return { evidence, verdicts: judgeAll(evidence), seconds: stage.seconds };
}

/** Two thirds with a journal; the rest shared by the other two kinds. */
function partiesOf(rooms: number, options: ChaosOptions): Party[] {
  const botsPerRoom = options['bots-per-room'];
  const journal = Math.ceil((rooms * 2) / 3);
  const checkpoint = Math.ceil((rooms - journal) / 2);
  const parties: Party[] = [
    { roomName: 'journal', rooms: journal, botsPerRoom, sdkBots: options['sdk-bots'] },
    { roomName: 'checkpoint', rooms: checkpoint, botsPerRoom },
    { roomName: 'none', rooms: rooms - journal - checkpoint, botsPerRoom },
  ];
  return parties.filter((party) => party.rooms > 0);
}
