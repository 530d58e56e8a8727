import { join } from 'node:path';
import { CoreWatch, waitForQuiet } from '../../machine/cores.ts';
import { LineProcess } from '../../machine/line-process.ts';
import { pinned, type Runtimes } from '../../machine/runtimes.ts';
import type { Contender } from './contenders.ts';
import { PLAYERS_PER_ROOM, TICK_RATE_HZ } from './game.ts';
import { type FailedRun, type IdleRoomsRun, isNoisy, type MemoryRun, type PlayRun } from './run.ts';
import type {
  LoadReport,
  LoadSetup,
  Memory,
  ServerReport,
  ServerSetup,
  ServerWindow,
} from './wire.ts';

const SERVER_CORE = 0;
export const LOAD_CORE = 1;
const HOST = '127.0.0.1';
const HERE = import.meta.dirname;

export interface Durations {
  /** Play before the window, so that compilers and buffers have settled. */
  readonly warmUpMs: number;
  readonly windowMs: number;
  /** Patience for a quiet machine before a run. */
  readonly quietWithinMs: number;
  /** Runs at most, while others' work disturbs them. */
  readonly attempts: number;
}

type Server = LineProcess<ServerReport>;
type Generator = LineProcess<LoadReport>;
type Of<Report extends { kind: string }, Kind extends Report['kind']> = Extract<
  Report,
  { kind: Kind }
>;

/** Starts contenders and players as processes of their own, each pinned to its core, and measures them. */
export class ContenderRunner {
  readonly #projectRoot: string;
  readonly #runtimes: Runtimes;
  readonly #durations: Durations;

  constructor(projectRoot: string, runtimes: Runtimes, durations: Durations) {
    this.#projectRoot = projectRoot;
    this.#runtimes = runtimes;
    this.#durations = durations;
  }

  /** Measures once; again while others' work is on our cores, a bounded number of times. */
  async play(
    contender: Contender,
    players: number,
    purpose: PlayRun['purpose'],
  ): Promise<PlayRun | FailedRun> {
    for (let attempts = 1; ; attempts++) {
      await this.#quiet();
      try {
        const run = { ...(await this.#playOnce(contender, players, purpose)), attempts };
        if (!isNoisy(run) || attempts >= this.#durations.attempts) return run;
      } catch (error) {
        return failedRun(contender, players, purpose, error);
      }
    }
  }

  /** RSS per client that has joined and does nothing. */
  async memory(contender: Contender, clients: number): Promise<MemoryRun | FailedRun> {
    try {
      await using server = await this.#server(contender);
      // The first clients pay for compiled code and pools that all share.
      await using warmUp = await this.#players(contender, server.port, Math.ceil(clients / 10));
      const before = await this.#readMemory(server.process);
      await using idle = await this.#players(contender, server.port, clients);
      const after = await this.#readMemory(server.process);
      const joined = idle.players;
      if (warmUp.players === 0 || joined !== clients) throw new Error('Players are missing.');
      return {
        kind: 'memory',
        contender: contender.name,
        clients,
        rssBytesPerClient: (after.rssBytes - before.rssBytes) / clients,
        heapBytesPerClient: (after.heapUsedBytes - before.heapUsedBytes) / clients,
      };
    } catch (error) {
      return failedRun(contender, clients, 'memory', error);
    }
  }

  /** RSS and CPU of rooms that nobody is in. */
  async idleRooms(contender: Contender, rooms: number): Promise<IdleRoomsRun | FailedRun> {
    try {
      await this.#quiet();
      await using server = await this.#server(contender);
      expectKind(await server.process.ask(`idle-rooms ${Math.ceil(rooms / 40)}`), 'idle-rooms');
      const before = await this.#readMemory(server.process);
      expectKind(await server.process.ask(`idle-rooms ${rooms}`), 'idle-rooms');
      const after = await this.#readMemory(server.process);
      const { cpuPercent } = await this.#serverWindow(server.process);
      return {
        kind: 'idle-rooms',
        contender: contender.name,
        rooms,
        rssBytesPerRoom: (after.rssBytes - before.rssBytes) / rooms,
        heapBytesPerRoom: (after.heapUsedBytes - before.heapUsedBytes) / rooms,
        externalBytesPerRoom: (after.externalBytes - before.externalBytes) / rooms,
        cpuPercent,
      };
    } catch (error) {
      return failedRun(contender, rooms, 'idle-rooms', error);
    }
  }

  async #playOnce(
    contender: Contender,
    players: number,
    purpose: PlayRun['purpose'],
  ): Promise<Omit<PlayRun, 'attempts'>> {
    await using server = await this.#server(contender);
    await using generator = this.#generator({
      host: HOST,
      port: server.port,
      protocol: contender.protocol,
      players,
      playersPerRoom: PLAYERS_PER_ROOM,
      probes: Math.min(40, players),
      joinConcurrency: 40,
      inputRateHz: TICK_RATE_HZ,
      roomName: 'game',
    });
    const { joinMs } = expectKind(await generator.process.next(), 'ready');
    await sleep(this.#durations.warmUpMs);

    const watch = new CoreWatch();
    server.process.tell('start');
    generator.process.tell('start');
    expectKind(await server.process.next(), 'started');
    expectKind(await generator.process.next(), 'started');
    await sleep(this.#durations.windowMs);
    server.process.tell('stop');
    generator.process.tell('stop');
    const { kind: _server, ...serverWindow } = expectKind(await server.process.next(), 'window');
    const { kind: _load, ...load } = expectKind(await generator.process.next(), 'window');
    const cores = watch.look();
    return {
      kind: 'play',
      purpose,
      contender: contender.name,
      players,
      runtime: server.runtime,
      joinMs,
      server: serverWindow,
      load,
      noisePercent: {
        server: this.#noise(cores.get(SERVER_CORE), serverWindow.cpuPercent),
        load: this.#noise(cores.get(LOAD_CORE), load.cpuPercent),
      },
    };
  }

  async #quiet(): Promise<void> {
    await waitForQuiet([SERVER_CORE, LOAD_CORE], this.#durations.quietWithinMs);
  }

  /** Only on pinned cores can a process's own work be told from that of others. */
  #noise(corePercent: number | undefined, ownPercent: number): number {
    if (corePercent === undefined || !this.#runtimes.canPin) return 0;
    return Math.round(Math.max(0, corePercent - ownPercent) * 10) / 10;
  }

  async #server(contender: Contender) {
    const setup: ServerSetup = {
      playersPerRoom: PLAYERS_PER_ROOM,
      ...(contender.mode === undefined ? {} : { mode: contender.mode }),
      ...contender.setup,
    };
    const script = [join(HERE, 'servers', contender.server), JSON.stringify(setup)];
    const process = this.#spawn<ServerReport>(
      contender.name,
      SERVER_CORE,
      contender.runtime,
      contender.runtime === 'node' ? ['--expose-gc', ...script] : script,
    );
    try {
      const { port, runtime } = expectKind(await process.next(30_000), 'ready');
      return { process, port, runtime, [Symbol.asyncDispose]: () => process.quit() };
    } catch (error) {
      await process.quit();
      throw error;
    }
  }

  /** Players that join the contender's idle rooms and stay silent. */
  async #players(contender: Contender, port: number, count: number) {
    const generator = this.#generator({
      host: HOST,
      port,
      protocol: contender.protocol,
      players: count,
      playersPerRoom: PLAYERS_PER_ROOM,
      probes: 0,
      joinConcurrency: 40,
      inputRateHz: 0,
      roomName: 'idle',
    });
    try {
      const { players } = expectKind(await generator.process.next(), 'ready');
      return { players, [Symbol.asyncDispose]: () => generator.process.quit() };
    } catch (error) {
      await generator.process.quit();
      throw error;
    }
  }

  #generator(setup: LoadSetup): AsyncDisposable & { readonly process: Generator } {
    const process = this.#spawn<LoadReport>(
      'load generator',
      LOAD_CORE,
      this.#runtimes.bun === null ? 'node' : 'bun',
      [join(HERE, 'load', 'generator.ts'), JSON.stringify(setup)],
    );
    return { process, [Symbol.asyncDispose]: () => process.quit() };
  }

  #spawn<Report>(
    name: string,
    core: number,
    runtime: Contender['runtime'],
    args: readonly string[],
  ): LineProcess<Report> {
    const binary = runtime === 'node' ? this.#runtimes.node : this.#runtimes.bun;
    if (binary === null) throw new Error('Bun is not installed here: npm install adds it.');
    const started = pinned(this.#runtimes, core, binary, ['--conditions=meridian-source', ...args]);
    return new LineProcess<Report>({ name, ...started, cwd: this.#projectRoot });
  }

  async #serverWindow(server: Server): Promise<ServerWindow> {
    expectKind(await server.ask('start'), 'started');
    await sleep(this.#durations.windowMs);
    return expectKind(await server.ask('stop'), 'window');
  }

  async #readMemory(server: Server): Promise<Memory> {
    return expectKind(await server.ask('mem'), 'memory').memory;
  }
}

/** @throws {Error} when a process answered something else, e.g. why it failed */
function expectKind<Report extends { kind: string }, Kind extends Report['kind']>(
  report: Report,
  kind: Kind,
): Of<Report, Kind> {
  if (report.kind !== kind) {
    throw new Error(`expected "${kind}", got ${JSON.stringify(report)}`);
  }
  return report as Of<Report, Kind>;
}

function failedRun(
  contender: Contender,
  players: number,
  purpose: FailedRun['purpose'],
  error: unknown,
): FailedRun {
  const message = (error as Error).message;
  return { kind: 'failed', purpose, contender: contender.name, players, message };
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
