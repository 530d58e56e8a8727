import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { redisKeys } from '../../../src/storage/redis/redis-keys.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { areAllRegionsOpen } from '../../../test/support/regions-open.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { parsePrometheus, sumOf } from '../../load/prometheus.ts';
import type { Report } from '../../report/report.ts';
import { completeReport } from '../../report/write-report.ts';
import { World } from '../../world/world.ts';
import { WORLD_PLACES } from '../../world/world-places.ts';
import { QUICK_NOTE } from '../quick-note.ts';
import { crossFigures, type LeftBehind, regionsFigures } from './figures.ts';
import type { RegionsOptions } from './options.ts';
import { RARE_HOMES, RARE_QUEUES } from './rare-queues.ts';
import { type Doors, type Journey, travel } from './regional-player.ts';

const BOTS = 1_000;
const QUICK_BOTS = 200;
/** Who come faster than a machine of two cores can greet them measure the machine. */
const ARRIVALS_PER_S = 12;
/** A multiple of a match in each queue, so that nobody is left alone. */
const RARE_BOTS = 192;
const QUICK_RARE_BOTS = 64;
/**
 * Every five seconds one for each queue, and so every fifteen for each home: a region would wait 45 s for a match of its own, and the
 * others are open to its first player after 13 to 22. With one every six seconds all matches were of one home.
 */
const RARE_ARRIVALS_PER_S = 1.6;
const KNOWN_WITHIN_MS = 30_000;
/** Seats of who has left are free at once, tickets end with their match. */
const GONE_WITHIN_MS = 30_000;
const TELL_EVERY = 100;

/** Runs the whole bench; `tell` gets a line now and then. */
export async function runRegionsSuite(
  projectRoot: string,
  options: RegionsOptions,
  tell: (line: string) => void,
): Promise<Report> {
  const bots = options.bots ?? (options.quick ? QUICK_BOTS : BOTS);
  const game = join(import.meta.dirname, 'game.ts');
  await using world = await World.start({ game, nodesPerRegion: 1 });
  const doors = await doorsByHome(world);
  await knowEachOther(world);
  tell(`five regions know each other; ${bots} players come, ${ARRIVALS_PER_S} a second`);
  const regular = await sendAll(
    Array.from({ length: bots }, (_, bot) => ({
      home: WORLD_PLACES[bot % WORLD_PLACES.length]?.id ?? '',
      queue: 'echo',
    })),
    { doors, perSecond: ARRIVALS_PER_S, tell },
  );
  const rareBots = options.rare ?? (options.quick ? QUICK_RARE_BOTS : RARE_BOTS);
  tell(`${rareBots} players come for rare queues, ${RARE_ARRIVALS_PER_S} a second`);
  const rare = await sendAll(rarePlayers(rareBots), {
    ...{ doors, perSecond: RARE_ARRIVALS_PER_S, tell },
  });
  const left = await leftBehind(world);
  return completeReport(projectRoot, {
    suite: 'regions',
    isPinned: false,
    figures: {
      ...regionsFigures(regular.journeys, { failed: failedIn(regular), left }),
      ...(rareBots === 0 ? {} : crossFigures(rare.journeys, failedIn(rare))),
    },
    notes: [
      ...(options.quick ? [QUICK_NOTE] : []),
      'Players, their ways, five Redis servers and five nodes share the cores of one machine.',
      ...endedNodes(world),
      ...[...regular.failures, ...rare.failures].map(
        ([reason, count]) => `${count} players failed: ${reason}`,
      ),
    ],
    runs: [
      { bots, arrivalsPerSecond: ARRIVALS_PER_S },
      {
        ...{ rareBots, arrivalsPerSecond: RARE_ARRIVALS_PER_S, queues: RARE_QUEUES.length },
        matches: crossMatches(rare.journeys),
      },
    ],
  });
}

interface Traveller {
  readonly home: string;
  readonly queue: string;
}

interface Travels {
  readonly journeys: readonly Journey[];
  /** How many for what reason. */
  readonly failures: ReadonlyMap<string, number>;
}

/** One after the other comes; returns when all have played. */
async function sendAll(
  travellers: readonly Traveller[],
  {
    doors,
    perSecond,
    tell,
  }: {
    readonly doors: ReadonlyMap<string, Doors>;
    readonly perSecond: number;
    readonly tell: (line: string) => void;
  },
): Promise<Travels> {
  const journeys: Journey[] = [];
  const failures = new Map<string, number>();
  const running: Promise<void>[] = [];
  for (const { home, queue } of travellers) {
    const journey = travel(home, doors.get(home) as Doors, queue).then(
      (done) => void journeys.push(done),
      (error: unknown) => {
        const reason = (error as Error).message.slice(0, 120);
        failures.set(reason, (failures.get(reason) ?? 0) + 1);
      },
    );
    const came = running.push(journey);
    if (came % TELL_EVERY === 0) tell(`${came} came, ${journeys.length} have played`);
    await sleep(1_000 / perSecond);
  }
  await Promise.all(running);
  return { journeys, failures };
}

/** By turns for each queue, and in each queue from each home: no region has a match of its own before the others are open. */
function rarePlayers(count: number): readonly Traveller[] {
  return Array.from({ length: count }, (_, bot) => ({
    queue: RARE_QUEUES[bot % RARE_QUEUES.length] ?? '',
    home: RARE_HOMES[Math.floor(bot / RARE_QUEUES.length) % RARE_HOMES.length] ?? '',
  }));
}

function failedIn({ failures }: Travels): number {
  return [...failures.values()].reduce((sum, count) => sum + count, 0);
}

/** Who played where, for those who want to know why. */
function crossMatches(journeys: readonly Journey[]): readonly object[] {
  return [...Map.groupBy(journeys, ({ seat }) => seat.matchId).values()].map((match) => ({
    regionId: match[0]?.seat.regionId,
    homes: match.map(({ home }) => home).toSorted(),
    waitsMs: match.map(({ waitMs }) => Math.round(waitMs)),
  }));
}

async function doorsByHome(world: World): Promise<ReadonlyMap<string, Doors>> {
  const doors = await world.doors();
  return new Map(
    WORLD_PLACES.map(({ id: home }) => [
      home,
      new Map(
        doors
          .filter((door) => door.home === home)
          .map(({ regionId, address }) => [regionId, address]),
      ),
    ]),
  );
}

/** Until every region has heard that all others take rooms. */
async function knowEachOther(world: World): Promise<void> {
  for (const { cluster } of world.regions.values()) {
    await eventually(() => areAllRegionsOpen(`http://${cluster.frontDoor}`), {
      withinMs: KNOWN_WITHIN_MS,
    });
  }
}

/** A node that was kept from its core for so long that it gave its rooms up. */
function endedNodes(world: World): readonly string[] {
  const nodes = [...world.regions.values()].flatMap(({ cluster }) => cluster.nodes);
  const ended = nodes.filter(({ isRunning }) => !isRunning).length;
  return ended === 0 ? [] : [`${ended} nodes failed: they ended before their players were done.`];
}

/** What is still there when everybody has gone, after what may take a while has had its time. */
async function leftBehind(world: World): Promise<LeftBehind> {
  const untilMs = performance.now() + GONE_WITHIN_MS;
  for (;;) {
    const all = await Promise.all(
      [...world.regions.values()].map(({ cluster }) => leftIn(cluster)),
    );
    const left = {
      tickets: all.reduce((sum, { tickets }) => sum + tickets, 0),
      seats: all.reduce((sum, { seats }) => sum + seats, 0),
    };
    if (left.tickets + left.seats === 0 || performance.now() > untilMs) return left;
    await sleep(1_000);
  }
}

async function leftIn(cluster: Cluster): Promise<LeftBehind> {
  await using redis = cluster.redis.client();
  let [tickets, seats] = [0, 0];
  for (const queue of ['echo', ...RARE_QUEUES]) {
    tickets += await redis.zcard(redisKeys.ticketQueue(queue));
  }
  // One that has ended is told of in the notes; its seats ended with it.
  for (const { metrics } of cluster.running) {
    const text = await (await fetch(metrics)).text();
    seats += sumOf(parsePrometheus(text), 'meridian_clients') ?? 0;
  }
  return { tickets, seats };
}
