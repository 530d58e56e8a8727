// A soak, from an empty machine to what it has shown:
//
//   five regions ─▶ Prometheus ─▶ players come ─▶ ├── the run: faults as planned, every second booked ──┤ ─▶ panels, alerts ─▶ players leave

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { eventually } from '../../test/support/eventually.ts';
import { areAllRegionsOpen } from '../../test/support/regions-open.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { goFirst } from '../machine/go-first.ts';
import { machineNowMs } from '../machine/machine-clock.ts';
import { Reaper } from '../machine/reaper.ts';
import { findRuntimes } from '../machine/runtimes.ts';
import { World } from '../world/world.ts';
import { TARGETS } from './accounting/bounds.ts';
import type { DoneFault } from './accounting/incidents.ts';
import type { MemoryGrowth, MemorySample } from './accounting/memory-growth.ts';
import { doubleOwners, type LostRoom, lostRooms } from './accounting/room-fates.ts';
import { SoakCrew } from './bots/soak-crew.ts';
import { FaultRunner } from './faults/fault-runner.ts';
import { readLedgers } from './game/owner-ledger.ts';
import type { SoakOptions } from './options.ts';
import { type PlannedFault, planFaults } from './plan/fault-plan.ts';
import { playerShareOf, populate } from './population.ts';
import { SoakBook } from './soak-book.ts';
import { MemoryWatch } from './watch/memory-watch.ts';
import { type Observed, WorldObserver } from './watch/world-observer.ts';

const GAME = 'loadtest/soak/game/soak-game.ts';
const NODES_PER_REGION = 2;
/**
 * What a player's own line loses is repaired after 200 ms and more, whatever the service does: of four actions a second the median home
 * (0.05 % of segments) makes one late in every five hundred seconds, which is twice what the target leaves. The service is judged here.
 */
const HOME_LOSS_RATIO = 0;
const KNOWN_WITHIN_MS = 60_000;
const COME_PER_SECOND = 12;
/** The last to come have found their rooms by then, and nodes have compiled what they run. */
const SETTLE_MS = 8_000;
const SECOND_MS = 1_000;
const PROGRESS_EVERY_S = 10;
/** Seconds are settled so late: what was sent in them may still be answered. */
const BOOKED_WITHIN_MS = 2_000;

/** Everything a soak has seen. */
export interface SoakRun {
  readonly options: SoakOptions;
  readonly plan: readonly PlannedFault[];
  readonly faults: readonly DoneFault[];
  readonly book: SoakBook;
  readonly lost: readonly LostRoom[];
  /** A sentence each. */
  readonly doubleOwners: readonly string[];
  readonly growths: readonly MemoryGrowth[];
  readonly memory: ReadonlyMap<string, readonly MemorySample[]>;
  /** Null: there is no Prometheus here. */
  readonly observed: Observed | null;
}

export interface SoakSetting {
  readonly projectRoot: string;
  /** Told of everything that people want to read meanwhile. */
  readonly tell: (line: string) => void;
  /** In place of the plan that the seed gives. */
  readonly plan?: readonly PlannedFault[];
}

/** The plan of a soak. */
export function planOf({ seed, minutes }: SoakOptions, regionIds: readonly string[]) {
  return planFaults({
    seed,
    seconds: minutes * 60,
    availability: TARGETS.availability,
    regions: regionIds.map((regionId) => ({
      ...{ regionId, playerShare: playerShareOf(regionId), nodes: NODES_PER_REGION },
    })),
  });
}

/** @throws {Error} when the world does not start, or breaks in a way that nobody ordered and no player survives */
export async function runSoak(options: SoakOptions, setting: SoakSetting): Promise<SoakRun> {
  const { projectRoot, tell } = setting;
  const { canGoFirst } = findRuntimes(projectRoot);
  using _first = goFirst({ canGoFirst });
  await using folder = await temporaryFolder('soak');
  await using reaper = new Reaper();
  reaper.watchFolder(folder.path);
  const ledgerFolder = join(folder.path, 'ledgers');
  await mkdir(ledgerFolder);

  const beganMs = machineNowMs();
  await using world = await World.start({
    game: GAME,
    nodesPerRegion: NODES_PER_REGION,
    env: {
      SOAK_LEDGER_FOLDER: ledgerFolder,
      // Ten processes on two cores: one that waits for its turn while it starts is not one that hangs. Whoever is halted on purpose is
      // found out by his lease.
      MERIDIAN_CLUSTER_HANG_MS: '10000',
      // Nodes are started while others play: compiled once, a start takes half the CPU.
      NODE_COMPILE_CACHE: join(projectRoot, '.toolchain', 'compile-cache'),
    },
    homeLossRatio: HOME_LOSS_RATIO,
    // So that there are calls between services, and panels that show them.
    profilesApartIn: 'us-east',
    logFolder: options.logs,
  });
  const regionIds = [...world.regions.keys()];
  for (const { cluster } of world.regions.values()) {
    await eventually(() => areAllRegionsOpen(`http://${cluster.frontDoor}`), {
      withinMs: KNOWN_WITHIN_MS,
    });
  }
  tell(`Five regions are ready after ${seconds(machineNowMs() - beganMs)}.`);
  await using observer = await WorldObserver.begin({
    world,
    projectRoot,
    folder: folder.path,
    reaper,
  });
  tell(observer === null ? 'No Prometheus is here.' : 'Prometheus scrapes all nodes.');

  const plan = setting.plan ?? planOf(options, regionIds);
  const book = new SoakBook();
  const doors = await Promise.all(
    regionIds.map(async (home) => [home, await world.doorFrom(home, home)] as const),
  );
  await using crew = new SoakCrew(
    {
      players: populate(options.bots),
      doors: Object.fromEntries(doors),
      seed: options.seed,
      comePerSecond: COME_PER_SECOND,
    },
    (report) => book.add(report),
  );
  using memory = new MemoryWatch(() => processesOf(world, crew));
  await sleep((options.bots / COME_PER_SECOND) * SECOND_MS + SETTLE_MS);

  book.begin(machineNowMs());
  tell(`Players: ${options.bots}. Faults: ${plan.length}, of seed ${options.seed}.`);
  using _pauses = watchPauses(book);
  using _progress = tellProgress({ book, crew, tell });
  const onNodes = () => void observer?.targetsChanged();
  const runner = new FaultRunner({ world, crew, onNodes, canGoFirst });
  const faults: DoneFault[] = [];
  for (const fault of plan) {
    await sleepUntil(book.beganMs + fault.atS * SECOND_MS);
    crew.check();
    tell(`  ${clock(book)}  ◀ ${fault.kind} in ${fault.regionId}`);
    const done = await runner.run(fault);
    faults.push(done);
    tell(`  ${clock(book)}  ▷ ${done.what}`);
  }
  await sleepUntil(book.beganMs + options.minutes * 60 * SECOND_MS);
  book.end(machineNowMs());
  // The last seconds are settled, and whoever answers late has answered.
  await sleep(BOOKED_WITHIN_MS);
  const observed = (await observer?.look()) ?? null;
  const stranded = await crew.stop();
  const reigns = readLedgers(ledgerFolder);
  const { endings, lastSeenMs } = book;
  return {
    ...{ options, plan, faults, book, observed },
    lost: lostRooms({ endings, stranded, reigns, lastSeenMs }),
    doubleOwners: doubleOwners(reigns),
    growths: memory.growths,
    memory: memory.samples,
  };
}

function processesOf(world: World, crew: SoakCrew) {
  const ofRegions = [...world.regions].flatMap(([regionId, { cluster }]) => [
    ...cluster.running.map(({ pid, name }) => ({ pid, name: `${regionId} ${name}` })),
    { pid: cluster.redis.pid, name: `${regionId} Redis ${cluster.redis.pid}` },
  ]);
  return [
    ...ofRegions,
    ...crew.pids.map((pid, index) => ({ pid, name: `players ${index}` })),
    { pid: process.pid, name: 'soak' },
  ];
}

/** All ways of players lead through this process: when it pauses, they do. */
function watchPauses(book: SoakBook): Disposable {
  const delay = monitorEventLoopDelay();
  delay.enable();
  const timer = setInterval(() => {
    book.paused(machineNowMs(), delay.max / 1_000_000);
    delay.reset();
  }, SECOND_MS);
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      delay.disable();
    },
  };
}

function tellProgress(of: {
  readonly book: SoakBook;
  readonly crew: SoakCrew;
  readonly tell: (line: string) => void;
}): Disposable {
  const { book, tell } = of;
  const timer = setInterval(
    () => tell(`  ${clock(book)}  ${book.progress(PROGRESS_EVERY_S)}`),
    PROGRESS_EVERY_S * SECOND_MS,
  );
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function clock(book: SoakBook): string {
  return `${String(Math.round((machineNowMs() - book.beganMs) / SECOND_MS)).padStart(5)} s`;
}

function seconds(ms: number): string {
  return `${(ms / SECOND_MS).toFixed(1)} s`;
}

async function sleepUntil(atMs: number): Promise<void> {
  await sleep(Math.max(0, atMs - machineNowMs()));
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
