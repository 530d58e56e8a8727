import { judgeAll, type Verdict } from '../../chaos/judges/invariants.ts';
import { Stage, type StageSecond } from '../../chaos/stage.ts';
import { parsePrometheus, sumOf } from '../../load/prometheus.ts';

/** Share of a core each node uses whatever it does. */
const BURN_PERCENT = 90;
const ROOMS = 20;
const BOTS_PER_ROOM = 4;
const SECOND_MS = 1_000;

export interface BusyNodes {
  readonly kind: 'busy-nodes';
  readonly seconds: number;
  /** Nodes' CPU over the whole time, percent of a core, on average. */
  readonly cpuPercent: number;
  /** Rooms that changed their owner although nothing had failed, and nodes that ended. */
  readonly falseFailovers: number;
  readonly verdicts: readonly Verdict[];
}

/** Two nodes at the end of their strength, for a while: nothing may fail over. */
export async function playBusyNodes(
  seconds: number,
  onSecond: (second: StageSecond) => void,
): Promise<BusyNodes> {
  await using stage = await Stage.open(
    {
      nodes: 2,
      bots: ROOMS * BOTS_PER_ROOM,
      nodeEnv: { CHAOS_BURN_PERCENT: String(BURN_PERCENT) },
    },
    onSecond,
  );
  await stage.fill({ roomName: 'journal', rooms: ROOMS, botsPerRoom: BOTS_PER_ROOM });
  stage.mark(`two nodes at ${BURN_PERCENT} %`, {
    pids: stage.cluster.nodes.map(({ pid }) => pid),
  });
  const before = await cpuSeconds(stage);
  await stage.play(seconds);
  const used = (await cpuSeconds(stage)) - before;
  const ended = stage.cluster.nodes.length - stage.cluster.running.length;
  const evidence = await stage.finish();
  const moved = evidence.ownerships.filter(({ epoch }) => epoch > 1).length;
  return {
    kind: 'busy-nodes',
    seconds,
    cpuPercent: (100 * used) / seconds / stage.cluster.nodes.length,
    falseFailovers: moved + ended,
    verdicts: judgeAll(evidence),
  };
}

async function cpuSeconds(stage: Stage): Promise<number> {
  const texts = await Promise.all(
    stage.cluster.running.map(async ({ metrics }) => {
      const response = await fetch(metrics, { signal: AbortSignal.timeout(10 * SECOND_MS) });
      return await response.text();
    }),
  );
  return texts
    .map((text) => sumOf(parsePrometheus(text), 'process_cpu_seconds_total') ?? 0)
    .reduce((sum, value) => sum + value, 0);
}
