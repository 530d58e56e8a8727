import { reserveSeat } from '../../bots/seat.ts';
import { judgeAll, type Verdict } from '../../chaos/judges/invariants.ts';
import { lossesOf } from '../../chaos/judges/state-survives.ts';
import { outagesOf, recoveredRatio, recoveriesFrom } from '../../chaos/outages.ts';
import { busiestNode, killBusiestNode } from '../../chaos/scenarios/victim.ts';
import { Stage, type StageSecond } from '../../chaos/stage.ts';
import { machineNowMs } from '../../machine/machine-clock.ts';
import { summarise } from '../../statistics/summary.ts';

// One turn on a cluster of its own:
//
//   2 nodes, full ─▶ start C ─▶ kill -9 the busiest ─▶ join again and again ─▶ drain another ─▶ replace every node

export interface FailoverTurn {
  readonly kind: 'turn';
  readonly rooms: number;
  readonly bots: number;
  /** Kill → first state on the new node, per bot, ms. */
  readonly killToFirstStateMs: ReturnType<typeof summarise>;
  readonly recoveredRatio: number;
  readonly lostPatchesMax: number;
  readonly doubleOwners: number;
  /** Last state at the old node → first at the new one, per bot, ms. */
  readonly drainPauseMs: ReturnType<typeof summarise>;
  readonly deployPauseMs: ReturnType<typeof summarise>;
  readonly deployLostRooms: number;
  readonly deployKicked: number;
  /** The first join that was asked for after the kill, until its seat, ms; and how many of those that followed failed. */
  readonly firstJoinAfterKillMs: number;
  readonly failedJoinsAfterKill: number;
  readonly verdicts: readonly Verdict[];
  readonly seconds: readonly StageSecond[];
}

const JOINS_AFTER_KILL_MS = 4_000;
const JOIN_EVERY_MS = 50;

export async function playFailoverTurn(
  options: {
    readonly rooms: number;
    readonly botsPerRoom: number;
    readonly logFolder?: string | undefined;
  },
  onSecond: (second: StageSecond) => void,
): Promise<FailoverTurn> {
  const { rooms, botsPerRoom, logFolder } = options;
  const bots = rooms * botsPerRoom;
  // No link is cut here, and what was written before a kill must not wait in the conductor for its turn.
  await using stage = await Stage.open({ nodes: 2, bots, logFolder, canBeCutOff: false }, onSecond);
  await stage.fill({ roomName: 'journal', rooms, botsPerRoom });
  stage.mark(`${bots} players in ${rooms} rooms`);
  await stage.play(3);
  await stage.cluster.startNode();
  stage.mark('third node started');
  await stage.play(2);

  const killed = await killBusiestNode(stage);
  const joins = await joinAfterKill(stage);
  await stage.settled();
  await stage.play(3);

  const drained = await busiestNode(stage);
  const draining = stage.mark(`drain ${drained.name}`, { pids: [drained.pid] });
  await stage.cluster.drain(drained);
  await stage.settled();
  await stage.play(3);

  const deploying = stage.mark('replace every node', {
    pids: stage.cluster.running.map(({ pid }) => pid),
  });
  for (const old of [...stage.cluster.running]) {
    const fresh = await stage.cluster.startNode();
    stage.mark(`${fresh.name} started, stop ${old.name}`);
    await old.stop();
    await stage.settled();
  }
  await stage.play(3);
  const evidence = await stage.finish();

  const pauses = (fromMs: number, toMs: number) =>
    summarise(
      outagesOf(evidence)
        .filter(({ after }) => after.firstStateAtMs > fromMs && after.firstStateAtMs <= toMs)
        .map(({ pauseMs }) => pauseMs),
    );
  const verdicts = judgeAll(evidence);
  const endedInDeploy = evidence.endings.filter(({ atMs }) => atMs > deploying.atMs);
  return {
    kind: 'turn',
    rooms,
    bots: evidence.joins.length,
    killToFirstStateMs: summarise(recoveriesFrom(evidence, killed)),
    recoveredRatio: recoveredRatio(evidence, killed),
    lostPatchesMax: Math.max(0, ...lossesOf(evidence).map(({ lostTicks }) => lostTicks)),
    doubleOwners: verdicts.find(({ id }) => id === 'CH-1')?.breaches.length ?? 0,
    drainPauseMs: pauses(draining.atMs, deploying.atMs),
    deployPauseMs: pauses(deploying.atMs, Number.POSITIVE_INFINITY),
    deployLostRooms: new Set(endedInDeploy.map(({ roomId }) => roomId)).size,
    deployKicked: endedInDeploy.length,
    firstJoinAfterKillMs: joins.firstMs,
    failedJoinsAfterKill: joins.failed,
    verdicts,
    seconds: stage.seconds,
  };
}

/** Players who press "play" right after the kill, each at the next living node, each in a room of its own kind. */
async function joinAfterKill(
  stage: Stage,
): Promise<{ readonly firstMs: number; readonly failed: number }> {
  const startedAtMs = machineNowMs();
  const nodes = stage.cluster.running;
  let firstMs = Number.NaN;
  let failed = 0;
  for (let turn = 0; machineNowMs() - startedAtMs < JOINS_AFTER_KILL_MS; turn++) {
    const node = nodes[turn % nodes.length];
    const askedAtMs = machineNowMs();
    try {
      await reserveSeat({
        endpoint: node?.endpoint as URL,
        roomName: 'none',
        options: { group: 'visitors', seats: 50 },
      });
      if (Number.isNaN(firstMs)) firstMs = machineNowMs() - askedAtMs;
    } catch {
      failed++;
    }
    await new Promise((resolve) => setTimeout(resolve, JOIN_EVERY_MS));
  }
  return { firstMs, failed };
}
