import { loadavg } from 'node:os';
import { goFirst } from '../../machine/go-first.ts';
import { findRuntimes, type Runtimes } from '../../machine/runtimes.ts';
import type { Report } from '../../report/report.ts';
import { completeReport } from '../../report/write-report.ts';
import { median } from '../../statistics/percentile.ts';
import { QUICK_NOTE } from '../quick-note.ts';
import { CACHE_LOAD, runCache } from './cache.ts';
import { runCrash } from './crash.ts';
import { EMBEDDED_LOAD, runEmbeddedRound } from './embedded.ts';
import type { EmbeddedRound } from './embedded-worker.ts';
import type { ProfilePart, ProfilesOptions } from './options.ts';
import { runServicesRound, SERVICES_LOAD, type ServicesRound } from './services.ts';
import { runWorlds, type WorldRun } from './world.ts';

const SIZES = {
  full: {
    ...{ rounds: 3, seconds: 30, servicesSeconds: 20, warmSeconds: 5, kills: 20 },
    cache: { players: 50_000, reads: 1_000_000, stampedes: 10 },
    world: { steps: 10_000, mongoSteps: 2_000 },
  },
  quick: {
    ...{ rounds: 1, seconds: 8, servicesSeconds: 6, warmSeconds: 3, kills: 4 },
    cache: { players: 10_000, reads: 200_000, stampedes: 3 },
    world: { steps: 2_000, mongoSteps: 400 },
  },
} as const;

type Figures = Record<string, number>;
type Run = Readonly<Record<string, unknown>>;

/** Runs the parts, those that are timed in turns, so that whatever disturbs the machine disturbs them alike. */
export async function runProfilesSuite(
  projectRoot: string,
  options: ProfilesOptions,
  progress: (line: string) => void,
): Promise<Report> {
  const size = SIZES[options.quick ? 'quick' : 'full'];
  const runtimes = findRuntimes(projectRoot);
  using _first = goFirst(runtimes);
  const seed = options.seed ?? Date.now() % 2 ** 31;
  const runs: Run[] = [];
  const tell: Tell = (part, line, run) => {
    const loadAverage = Math.round((loadavg()[0] ?? Number.NaN) * 10) / 10;
    progress(`${part}: ${line} (load ${loadAverage})`);
    runs.push({ part, loadAverage, ...run });
  };
  progress(`seed ${seed}`);
  const has = (part: ProfilePart) => options.parts.includes(part);
  const timed: Timed = { embedded: [], services: [] };
  const figures: Figures = {};
  for (let round = 0; round < (options.rounds ?? size.rounds); round += 1) {
    if (has('embedded')) await timeEmbedded(timed, { ...size, runtimes, seed }, tell);
    if (has('services')) await timeServices(timed, { ...size, runtimes, seed }, tell);
  }
  const { embedded, services } = timed;
  if (embedded.length > 0) Object.assign(figures, embeddedFigures(embedded));
  if (services.length > 0) Object.assign(figures, servicesFigures(services));
  if (has('crash')) Object.assign(figures, await crashFigures(runtimes, { ...size, seed }, tell));
  if (has('cache')) {
    Object.assign(figures, await cacheFigures(runtimes, { ...size.cache, seed }, tell));
  }
  if (has('world')) Object.assign(figures, await worldFigures({ ...size.world, seed }, tell));
  const prefix = options.quick ? 'quick_' : '';
  return completeReport(projectRoot, {
    suite: 'profiles',
    isPinned: false,
    figures: Object.fromEntries(
      Object.entries(figures).map(([name, value]) => [`${prefix}${name}`, shown(value)]),
    ),
    notes: notesOn(options, { seed, canGoFirst: runtimes.canGoFirst, embedded, services }),
    runs,
  });
}

/** Rounds so far. */
interface Timed {
  readonly embedded: EmbeddedRound[];
  readonly services: ServicesRound[];
}

type Tell = (part: ProfilePart, line: string, run: object) => void;

async function timeEmbedded(
  { embedded }: Timed,
  { runtimes, ...load }: Parameters<typeof runEmbeddedRound>[1] & { readonly runtimes: Runtimes },
  tell: Tell,
): Promise<void> {
  const { seconds, warmSeconds, seed } = load;
  const round = await runEmbeddedRound(runtimes, { seconds, warmSeconds, seed });
  embedded.push(round);
  const { p99Ms, lagP99Ms, idleLagP99Ms } = round;
  const lag = `loop lag p99 ${shown(lagP99Ms)} ms, ${shown(idleLagP99Ms)} ms with nothing to do`;
  tell('embedded', `write p99 ${p99Ms} ms, ${lag}`, round);
}

async function timeServices(
  { services }: Timed,
  {
    runtimes,
    servicesSeconds,
    warmSeconds,
    seed,
  }: {
    readonly runtimes: Runtimes;
    readonly servicesSeconds: number;
    readonly warmSeconds: number;
    readonly seed: number;
  },
  tell: Tell,
): Promise<void> {
  const round = await runServicesRound(runtimes, { seconds: servicesSeconds, warmSeconds, seed });
  services.push(round);
  const { mongo, readP99Ms, writeP99Ms, bareP99Ms, wireWriteP99Ms } = round;
  const reads = `read p99 ${readP99Ms} ms, ${bareP99Ms} ms for a call that does nothing`;
  const writes = `write p99 ${writeP99Ms} ms, ${wireWriteP99Ms} ms by the driver alone`;
  tell('services', `${mongo}: ${reads}, ${writes}`, round);
}

function embeddedFigures(rounds: readonly EmbeddedRound[]): Figures {
  const of = (pick: (round: EmbeddedRound) => number) => median(rounds.map(pick));
  return {
    writes_per_s: EMBEDDED_LOAD.perSecond,
    write_p50_ms: of((round) => round.p50Ms),
    write_p99_ms: of((round) => round.p99Ms),
    loop_lag_p99_ms: of((round) => round.lagP99Ms),
    idle_loop_lag_p99_ms: of((round) => round.idleLagP99Ms),
    failed_calls: rounds.reduce((sum, { failed }) => sum + failed, 0),
  };
}

function servicesFigures(rounds: readonly ServicesRound[]): Figures {
  const of = (pick: (round: ServicesRound) => number) => median(rounds.map(pick));
  return {
    services_reads_per_s: SERVICES_LOAD.readsPerSecond,
    services_writes_per_s: SERVICES_LOAD.writesPerSecond,
    read_hit_p50_ms: of((round) => round.readP50Ms),
    read_hit_p99_ms: of((round) => round.readP99Ms),
    services_write_p50_ms: of((round) => round.writeP50Ms),
    services_write_p99_ms: of((round) => round.writeP99Ms),
    bare_call_p99_ms: of((round) => round.bareP99Ms),
    wire_server_write_p99_ms: of((round) => round.wireWriteP99Ms),
    service_cpu_ms_per_call: of((round) => round.serviceCpuMs),
    caller_cpu_ms_per_call: of((round) => round.callerCpuMs),
    services_hit_ratio: of((round) => round.hitRatio),
    services_failed_calls: rounds.reduce((sum, { failed }) => sum + failed, 0),
  };
}

async function crashFigures(
  runtimes: Runtimes,
  { kills, seed }: Parameters<typeof runCrash>[1],
  tell: Tell,
): Promise<Figures> {
  const done = await runCrash(runtimes, { kills, seed });
  const acknowledged = done.reduce((sum, kill) => sum + kill.acknowledged, 0);
  const lost = done.reduce((sum, kill) => sum + kill.lost, 0);
  const line = `${done.length} kills, ${lost} of ${acknowledged} acknowledged writes lost`;
  tell('crash', line, { kills: done });
  return { kills: done.length, acknowledged, acknowledged_lost: lost };
}

async function cacheFigures(
  runtimes: Runtimes,
  load: Parameters<typeof runCache>[1],
  tell: Tell,
): Promise<Figures> {
  const result = await runCache(runtimes, load);
  const { hitRatio, memoryRatio, redisRatio, stampedeLoads } = result;
  const crowd = `${stampedeLoads} load for ${CACHE_LOAD.stampedeReaders} readers`;
  tell('cache', `${shown(hitRatio)} hits, ${crowd}`, { ...load, ...result });
  return {
    hit_ratio: hitRatio,
    memory_hit_ratio: memoryRatio,
    redis_hit_ratio: redisRatio,
    stampede_loads: stampedeLoads,
  };
}

async function worldFigures(load: Parameters<typeof runWorlds>[0], tell: Tell): Promise<Figures> {
  const [sqlite, mongo] = await runWorlds(load);
  for (const world of [sqlite, mongo]) tell('world', worldLine(world), world);
  return { world_operations: sqlite.operations, world_mongo_operations: mongo.operations };
}

function worldLine({ store, operations, faults, moves }: WorldRun): string {
  return `${store}: ${operations} operations, ${faults} deaths, ${moves} moves, nothing lost`;
}

function notesOn(
  { quick, parts }: ProfilesOptions,
  {
    seed,
    canGoFirst,
    embedded,
    services,
  }: {
    readonly seed: number;
    readonly canGoFirst: boolean;
    readonly embedded: readonly EmbeddedRound[];
    readonly services: readonly ServicesRound[];
  },
): string[] {
  const { processes, s, readsPerWrite } = CACHE_LOAD;
  const { players } = SIZES[quick ? 'quick' : 'full'].cache;
  const failures = new Set([...embedded, ...services].map(({ failure }) => failure));
  return [
    quick ? QUICK_NOTE : '',
    `Seed ${seed}. Latencies are from when a call was due. Load averages of the machine are in the runs.`,
    canGoFirst ? 'The bench went before other work of this machine (nice -15).' : '',
    parts.includes('services')
      ? `What stood for MongoDB: ${services[0]?.mongo}. Calls that do nothing were counted behind the reads and writes, beside as many: no node makes such calls.`
      : '',
    parts.includes('cache')
      ? `Cache: zipf with s = ${s}, ${processes} processes, a write for ${readsPerWrite} reads, ${players} players; a fifth of the reads warms and is not counted. Readers that joined a read under way are not counted either.`
      : '',
    ...[...failures].map((failure) => (failure === '' ? '' : `A call failed: ${failure}`)),
  ].filter((note) => note !== '');
}

function shown(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
