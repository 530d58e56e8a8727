import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { redisKeys } from '../../../src/storage/redis/redis-keys.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { areAllRegionsOpen } from '../../../test/support/regions-open.ts';
import { parsePrometheus, sumOf } from '../../load/prometheus.ts';
import type { Report } from '../../report/report.ts';
import { completeReport } from '../../report/write-report.ts';
import { World } from '../../world/world.ts';
import { WORLD_PLACES } from '../../world/world-places.ts';
import { QUICK_NOTE } from '../quick-note.ts';
import { type LeftBehind, regionsFigures } from './figures.ts';
import type { RegionsOptions } from './options.ts';
import { type Doors, type Journey, travel } from './regional-player.ts';

const BOTS = 1_000;
const QUICK_BOTS = 200;
/** Who come faster than a machine of two cores can greet them measure the machine. */
const ARRIVALS_PER_S = 12;
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
  const journeys: Journey[] = [];
  const failures = new Map<string, number>();
  const running: Promise<void>[] = [];
  for (let bot = 0; bot < bots; bot += 1) {
    const home = WORLD_PLACES[bot % WORLD_PLACES.length]?.id ?? '';
    const journey = travel(home, doors.get(home) as Doors).then(
      (done) => void journeys.push(done),
      (error: unknown) => {
        const reason = (error as Error).message.slice(0, 120);
        failures.set(reason, (failures.get(reason) ?? 0) + 1);
      },
    );
    running.push(journey);
    if ((bot + 1) % TELL_EVERY === 0) tell(`${bot + 1} came, ${journeys.length} have played`);
    await sleep(1_000 / ARRIVALS_PER_S);
  }
  await Promise.all(running);
  const left = await leftBehind(world);
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
  return completeReport(projectRoot, {
    suite: 'regions',
    isPinned: false,
    figures: regionsFigures(journeys, { failed, left }),
    notes: [
      ...(options.quick ? [QUICK_NOTE] : []),
      'Players, their ways, five Redis servers and five nodes share the cores of one machine.',
      ...[...failures].map(([reason, count]) => `${count} players failed: ${reason}`),
    ],
    runs: [{ bots, arrivalsPerSecond: ARRIVALS_PER_S }],
  });
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

/** What is still there when everybody has gone, after what may take a while has had its time. */
async function leftBehind(world: World): Promise<LeftBehind> {
  const untilMs = performance.now() + GONE_WITHIN_MS;
  for (;;) {
    const left = { tickets: 0, seats: 0 };
    for (const { cluster } of world.regions.values()) {
      await using redis = cluster.redis.client();
      left.tickets += await redis.zcard(redisKeys.ticketQueue('echo'));
      for (const { metrics } of cluster.nodes) {
        const text = await (await fetch(metrics)).text();
        left.seats += sumOf(parsePrometheus(text), 'meridian_clients') ?? 0;
      }
    }
    if (left.tickets + left.seats === 0 || performance.now() > untilMs) return left;
    await sleep(1_000);
  }
}
