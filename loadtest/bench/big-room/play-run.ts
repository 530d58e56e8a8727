import { join } from 'node:path';
import { CoreWatch } from '../../machine/cores.ts';
import { LineProcess } from '../../machine/line-process.ts';
import { pinned, type Runtimes } from '../../machine/runtimes.ts';
import { TICK_RATE_HZ } from '../rooms/game.ts';
import type {
  LoadReport,
  LoadSetup,
  LoadWindow,
  ServerReport,
  ServerWindow,
} from '../rooms/wire.ts';
import type { BigRoomSetup } from './big-room-game.ts';
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

/** A room holds its players while its tick leaves something of the 50 ms. */
export const MOST_TICK_P95_MS = 50;

const SERVER_CORE = 0;
const LOAD_CORE = 1;
const HOST = '127.0.0.1';
const HERE = import.meta.dirname;
/** A crowd of thousands takes its time to come in. */
const JOIN_WITHIN_MS = 180_000;

type Of<R extends { kind: string }, K extends R['kind']> = Extract<R, { kind: K }>;

/** Starts a contender and its players as processes of their own, and measures them once. */
export async function playBigRoom(
  where: { readonly projectRoot: string; readonly runtimes: Runtimes },
  contender: EncoderName,
  setup: BigRoomSetup,
  durations: PlayDurations,
): Promise<PlayRun | FailedPlay> {
  const { scenario, players } = setup;
  try {
    return await play(where, contender, setup, durations);
  } catch (error) {
    const { message } = error as Error;
    return { kind: 'failed', contender, scenario, players, message };
  }
}

async function play(
  { projectRoot, runtimes }: { readonly projectRoot: string; readonly runtimes: Runtimes },
  contender: EncoderName,
  setup: BigRoomSetup,
  { warmUpMs, windowMs }: PlayDurations,
): Promise<PlayRun> {
  const spawn = <R>(name: string, core: number, file: string, argument: object) => {
    const started = pinned(runtimes, core, runtimes.node, [
      '--conditions=meridian-source',
      join(HERE, file),
      JSON.stringify(argument),
    ]);
    const line = new LineProcess<R>({ name, ...started, cwd: projectRoot });
    return { line, [Symbol.asyncDispose]: () => line.quit() };
  };
  await using server = spawn<ServerReport>(
    contender,
    SERVER_CORE,
    join('servers', `${contender}.ts`),
    setup,
  );
  const { port } = expectKind(await server.line.next(30_000), 'ready');
  const load: LoadSetup = {
    host: HOST,
    port,
    protocol: 'colyseus-message',
    players: setup.players,
    // All in one room.
    playersPerRoom: setup.players,
    probes: Math.min(20, setup.players),
    // Each newcomer is shown to many: more at once would outlive their seats.
    joinConcurrency: 16,
    inputRateHz: TICK_RATE_HZ,
    roomName: 'game',
  };
  const script = join('..', 'rooms', 'load', 'generator.ts');
  await using generator = spawn<LoadReport>('load generator', LOAD_CORE, script, load);
  expectKind(await generator.line.next(JOIN_WITHIN_MS), 'ready');
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
  const corePercent = watch.look().get(SERVER_CORE);
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
