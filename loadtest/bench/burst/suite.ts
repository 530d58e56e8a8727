import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { redisKeys } from '../../../src/storage/redis/redis-keys.ts';
import { Cluster } from '../../cluster/cluster.ts';
import { waitForQuiet } from '../../machine/cores.ts';
import { findRuntimes } from '../../machine/runtimes.ts';
import type { Report } from '../../report/report.ts';
import { completeReport } from '../../report/write-report.ts';
import { QUICK_NOTE } from '../quick-note.ts';
import { Arrivals } from './arrivals.ts';
import { type CapacityTry, judgeTry, nextRate, sustainedRate } from './capacity.ts';
import { Crowd, QUEUE } from './crowd.ts';
import { type BurstMeasurements, burstFigures } from './figures.ts';
import { HttpLanes } from './http-lanes.ts';
import { NodeWatch, starvedSeconds } from './node-watch.ts';
import type { BurstOptions } from './options.ts';
import { type Phase, runPhase } from './phase.ts';
import { SeatWatch } from './seat-watch.ts';

const BURST_RATIO = 10;
const STEADY_RATIO = 0.5;
const LANES = 256;
/** The node has one core, its Redis and the players the other. */
const NODE_CORE = 0;
const LOAD_CORE = 1;
const PLAYERS = 40_000;
const SECONDS = {
  full: { warm: 10, try: 8, steady: 30, burst: 60, after: 40 },
  quick: { warm: 5, try: 4, steady: 10, burst: 15, after: 25 },
} as const;
const BISECTIONS = { full: 3, quick: 1 } as const;
const QUIET_WITHIN_MS = 10_000;
const WARM_RATE = 60;
/** After this nothing is under way any more: a ticket lives for two minutes. */
const SETTLED_WITHIN_MS = 130_000;
/** Tickets of who found no partners are no backlog. */
const LEFT_OVER = 3;

/** One region, and who comes to it. */
interface Stage {
  readonly cluster: Cluster;
  readonly arrivals: Arrivals;
  readonly tell: (line: string) => void;
}

/** Runs the whole bench; `tell` gets a line now and then. */
export async function runBurstSuite(
  projectRoot: string,
  options: BurstOptions,
  tell: (line: string) => void,
): Promise<Report> {
  const size = options.quick ? 'quick' : 'full';
  const seconds = SECONDS[size];
  const secret = randomBytes(32).toString('hex');
  await using cluster = await Cluster.start({
    game: join(import.meta.dirname, 'game.ts'),
    nodes: 1,
    env: { JWT_SECRET: secret },
  });
  const node = cluster.nodes[0] as Cluster['nodes'][number];
  const isPinned = pin(projectRoot, { node: node.pid, load: [process.pid, cluster.redis.pid] });
  const crowd = await Crowd.gather(PLAYERS, secret, node.address);
  tell(`${crowd.size} players are ready`);
  using lanes = new HttpLanes(node.port, LANES);
  const arrivals = new Arrivals(crowd, lanes, node.endpoint);
  using _seats = await SeatWatch.open(cluster.redis.client(), (playerId, seat) => {
    void arrivals.take(playerId, seat);
  });
  using watch = new NodeWatch(node.metrics);
  const stage: Stage = { cluster, arrivals, tell };
  await waitForQuiet([NODE_CORE, LOAD_CORE], QUIET_WITHIN_MS);
  await runPhase(arrivals, WARM_RATE, seconds.warm);
  const tries: CapacityTry[] = [];
  const capacity = options.capacity ?? (await searchCapacity(stage, size, tries));
  await settled(arrivals);
  const run = async (name: string, ratio: number, length: number): Promise<Phase> => {
    const phase = await runPhase(arrivals, Math.max(1, Math.round(capacity * ratio)), length);
    tell(`${name}: ${phase.perSecond} tickets/s for ${length} s, ${arrivals.waiting} wait`);
    return phase;
  };
  const before = await run('before', STEADY_RATIO, seconds.steady);
  const burst = await run('burst', BURST_RATIO, options.seconds ?? seconds.burst);
  const after = await run('after', STEADY_RATIO, seconds.after);
  await settled(arrivals);
  const measured: BurstMeasurements = {
    ...{ capacity, before, burst, after, looks: watch.looks },
    leakedTickets: await leakedTickets(cluster, arrivals),
  };
  return completeReport(projectRoot, {
    suite: 'burst',
    isPinned,
    figures: prefixed(burstFigures(measured), prefixOf(options)),
    notes: notesOn(options, isPinned, measured),
    runs: [
      ...tries.map((it) => ({ kind: 'try', ...it })),
      ...[before, burst, after].map(({ arrivals: came, ...phase }) => ({
        ...{ kind: 'phase', ...phase, arrivals: came.length },
        looks: watch.looks.filter(
          ({ atMs }) => atMs >= phase.startedAtMs && atMs <= phase.endedAtMs,
        ),
      })),
    ],
  });
}

async function searchCapacity(
  { arrivals, tell }: Stage,
  size: 'full' | 'quick',
  tries: CapacityTry[],
): Promise<number> {
  for (;;) {
    const rate = nextRate(tries, BISECTIONS[size]);
    if (rate === null) return sustainedRate(tries);
    const { arrivals: came } = await runPhase(arrivals, rate, SECONDS[size].try);
    await settled(arrivals);
    const result = judgeTry(rate, came);
    tries.push(result);
    const { isSustained, waitP95Ms, refused, entryP95Ms } = result;
    tell(
      `${rate} tickets/s: wait p95 ${waitP95Ms} ms, entry p95 ${entryP95Ms} ms, ${refused} refused: ${isSustained ? 'sustained' : 'too many'}`,
    );
  }
}

/** Until everybody has his answer and his seat, except who lacks partners. */
async function settled(arrivals: Arrivals): Promise<void> {
  const untilMs = performance.now() + SETTLED_WITHIN_MS;
  while (arrivals.waiting > LEFT_OVER || arrivals.unanswered > 0) {
    if (performance.now() > untilMs) return;
    await sleep(100);
  }
}

/** Tickets the region's Redis holds beyond those whose players wait. */
async function leakedTickets(cluster: Cluster, arrivals: Arrivals): Promise<number> {
  await using redis = cluster.redis.client();
  const queued = await redis.zcard(redisKeys.ticketQueue(QUEUE));
  const claimed = await redis.zcard(redisKeys.ticketClaims);
  return Math.max(0, queued - arrivals.waiting) + claimed;
}

/** @returns whether node and load each have a core */
function pin(
  projectRoot: string,
  pids: { readonly node: number; readonly load: readonly number[] },
): boolean {
  const { canPin, canGoFirst } = findRuntimes(projectRoot);
  if (!canPin) return false;
  const put = (core: number, pid: number) => {
    // Where it may: before other work on a shared machine, all alike.
    if (canGoFirst) spawnSync('renice', ['-n', '-15', '-p', String(pid)], { stdio: 'ignore' });
    const pinning = ['-acp', String(core), String(pid)];
    return spawnSync('taskset', pinning, { stdio: 'ignore' }).status === 0;
  };
  return [put(NODE_CORE, pids.node), ...pids.load.map((it) => put(LOAD_CORE, it))].every(Boolean);
}

/** A figure's name never changes its meaning: shortened and unusual runs have their own. */
function prefixOf({ quick, capacity, seconds }: BurstOptions): string {
  if (quick) return 'quick_';
  return capacity === undefined && seconds === undefined ? '' : 'custom_';
}

function prefixed(figures: Readonly<Record<string, number>>, prefix: string) {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [`${prefix}${name}`, value]),
  );
}

function notesOn(
  options: BurstOptions,
  isPinned: boolean,
  { burst, looks }: BurstMeasurements,
): string[] {
  const failures = Map.groupBy(
    burst.arrivals.flatMap(({ answer }) => (answer?.kind === 'failed' ? answer.reason : [])),
    (reason) => reason,
  );
  const starved = starvedSeconds(looks);
  return [
    options.quick ? QUICK_NOTE : '',
    isPinned
      ? 'The node has one core, its Redis and the players the other.'
      : 'Not pinned: node, Redis and players shared cores.',
    `Players come from one address on ${LANES} connections that stay open; limits per address are raised, tokens were signed beforehand.`,
    burst.generatorCpuRatio > 0.8
      ? `The load generator used ${Math.round(burst.generatorCpuRatio * 100)} % of its core: times of entering hold its own queue.`
      : '',
    starved > 0
      ? `For ${starved} s of the run the node was late and had little CPU: others used its core, and the figures are theirs as well.`
      : '',
    ...[...failures].map(([reason, all]) => `${all.length} players failed: ${reason}`),
  ].filter((note) => note !== '');
}
