import { join } from 'node:path';
import { CoreWatch } from '../../machine/cores.ts';
import { LineProcess } from '../../machine/line-process.ts';
import { pinned, type Runtimes } from '../../machine/runtimes.ts';
import { TICK_RATE_HZ } from '../rooms/game.ts';
import { LIMITS } from '../rooms/run.ts';
import type {
  LoadReport,
  LoadSetup,
  LoadWindow,
  ServerReport,
  ServerWindow,
} from '../rooms/wire.ts';
import type { BigRoomSetup } from './big-room-game.ts';
import { SIGHT_M } from './crowd.ts';
import type { EncoderName } from './encode-contenders.ts';
import type { ScenarioName } from './scenarios.ts';

/** One room full of bots, over sockets. */
export interface PlayRun {
  readonly kind: 'play';
  readonly contender: EncoderName;
  readonly scenario: ScenarioName;
  readonly players: number;
  readonly server: ServerWindow;
  readonly load: LoadWindow;
  /** Work of others on the server's core, percent of it; 0 where it cannot be seen. */
  readonly noisePercent: number;
}

/** Two such rooms at the same time, on a core each. */
export interface PairRun {
  readonly kind: 'pair';
  readonly contender: EncoderName;
  readonly scenario: ScenarioName;
  /** In each of the rooms. */
  readonly players: number;
  readonly rooms: readonly [PlayRun, PlayRun];
}

export interface FailedPlay {
  readonly kind: 'failed';
  readonly contender: EncoderName;
  readonly scenario: ScenarioName;
  readonly players: number;
  readonly message: string;
}

export interface PlayDurations {
  readonly warmUpMs: number;
  readonly windowMs: number;
}

/** A room holds its players while its tick leaves something of the 50 ms, and they hear of nine ticks in ten. */
export const HELD = {
  mostTickP95Ms: 50,
  leastPatchesPerSecond: LIMITS.minPatchesPerSecond,
} as const;

/** A room's server has a core for itself; two rooms have one each, and share them with the bots of the other. */
const CORES = [
  { server: 0, load: 1 },
  { server: 1, load: 0 },
] as const;
type Cores = (typeof CORES)[number];
const HOST = '127.0.0.1';
const HERE = import.meta.dirname;
/** A crowd of thousands takes its time to come in. */
const JOIN_WITHIN_MS = 180_000;
/** Whose age counts as that of somebody near: half of what is in sight at least. */
const NEAR_M = SIGHT_M / 2;

type Of<R extends { kind: string }, K extends R['kind']> = Extract<R, { kind: K }>;

export interface PlayPlace {
  readonly projectRoot: string;
  readonly runtimes: Runtimes;
}

/** Starts a contender and its players as processes of their own, and measures them once. */
export async function playBigRoom(
  where: PlayPlace,
  contender: EncoderName,
  setup: BigRoomSetup,
  durations: PlayDurations,
): Promise<PlayRun | FailedPlay> {
  return await orFailed(contender, setup, () =>
    play(
      { ...where, cores: CORES[0], allJoined: () => Promise.resolve() },
      contender,
      setup,
      durations,
    ),
  );
}

/** The same twice at once. */
export async function playTwoBigRooms(
  where: PlayPlace,
  contender: EncoderName,
  setup: BigRoomSetup,
  durations: PlayDurations,
): Promise<PairRun | FailedPlay> {
  return await orFailed(contender, setup, async () => {
    let joining = CORES.length;
    const joined = Promise.withResolvers<void>();
    const allJoined = () => {
      if (--joining === 0) joined.resolve();
      return joined.promise;
    };
    const rooms = CORES.map((cores) =>
      play({ ...where, cores, allJoined }, contender, setup, durations),
    );
    // One that fails must not leave the other waiting for it.
    for (const room of rooms) room.catch(() => joined.resolve());
    const [first, second] = (await Promise.all(rooms)) as [PlayRun, PlayRun];
    const { scenario, players } = setup;
    return { kind: 'pair', contender, scenario, players, rooms: [first, second] };
  });
}

async function orFailed<R>(
  contender: EncoderName,
  { scenario, players }: BigRoomSetup,
  run: () => Promise<R>,
): Promise<R | FailedPlay> {
  try {
    return await run();
  } catch (error) {
    const { message } = error as Error;
    return { kind: 'failed', contender, scenario, players, message };
  }
}

interface PlayStage extends PlayPlace {
  readonly cores: Cores;
  /** Tells that the players of one room are in, and waits for those of the others. */
  readonly allJoined: () => Promise<void>;
}

async function play(
  { projectRoot, runtimes, cores, allJoined }: PlayStage,
  contender: EncoderName,
  setup: BigRoomSetup,
  { warmUpMs, windowMs }: PlayDurations,
): Promise<PlayRun> {
  const spawn = <R>(
    name: string,
    core: number,
    file: string,
    argument: object,
    runtime = runtimes.node,
  ) => {
    const started = pinned(runtimes, core, runtime, [
      '--conditions=meridian-source',
      join(HERE, file),
      JSON.stringify(argument),
    ]);
    const line = new LineProcess<R>({ name, ...started, cwd: projectRoot });
    return { line, [Symbol.asyncDispose]: () => line.quit() };
  };
  await using server = spawn<ServerReport>(
    contender,
    cores.server,
    join('servers', `${contender}.ts`),
    setup,
  );
  const { port } = expectKind(await server.line.next(30_000), 'ready');
  const load: LoadSetup = {
    host: HOST,
    port,
    // Each as its makers would have it: ours by its input path, stock by messages, which are cheaper there.
    protocol: contender === 'meridian' ? 'colyseus-input' : 'colyseus-message',
    players: setup.players,
    // All in one room.
    playersPerRoom: setup.players,
    probes: Math.min(20, setup.players),
    // Each newcomer is shown to many: more at once would outlive their seats.
    joinConcurrency: 16,
    inputRateHz: TICK_RATE_HZ,
    roomName: 'game',
    ages: { nearM: NEAR_M },
  };
  const script = join('..', 'rooms', 'load', 'generator.ts');
  await using generator = spawn<LoadReport>(
    'load generator',
    cores.load,
    script,
    load,
    runtimes.bun ?? runtimes.node,
  );
  expectKind(await generator.line.next(JOIN_WITHIN_MS), 'ready');
  await allJoined();
  await sleep(warmUpMs);
  const watch = new CoreWatch();
  server.line.tell('start');
  generator.line.tell('start');
  expectKind(await server.line.next(), 'started');
  expectKind(await generator.line.next(), 'started');
  await sleep(windowMs);
  server.line.tell('stop');
  generator.line.tell('stop');
  const { kind: _server, ...serverWindow } = expectKind(await server.line.next(), 'window');
  const { kind: _load, ...loadWindow } = expectKind(await generator.line.next(), 'window');
  const corePercent = watch.look().get(cores.server);
  const isSeen = corePercent !== undefined && runtimes.canPin;
  return {
    kind: 'play',
    contender,
    scenario: setup.scenario,
    players: setup.players,
    server: serverWindow,
    load: loadWindow,
    noisePercent: isSeen ? Math.max(0, Math.round(corePercent - serverWindow.cpuPercent)) : 0,
  };
}

/** @throws {Error} when a process answered something else, e.g. why it failed */
function expectKind<R extends { kind: string }, K extends R['kind']>(report: R, kind: K): Of<R, K> {
  if (report.kind !== kind) throw new Error(`expected "${kind}", got ${JSON.stringify(report)}`);
  return report as Of<R, K>;
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
