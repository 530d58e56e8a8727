import { constants, PerformanceObserver } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { summarise } from '../../statistics/summary.ts';
import type { Memory, ServerReport } from './wire.ts';

const LAG_PROBE_MS = 10;
/** Collections before a memory reading; finalisers free more after the first. */
const GC_ROUNDS = 4;

/**
 * A server's measuring side: the same code in every contender, so that none is measured more kindly.
 *
 * Between `start` and `stop` it keeps the lag of a 10 ms timer and what the server calls {@link tick} with.
 */
export class Measure {
  #isOn = false;
  #lagsMs: number[] = [];
  #ticksMs: number[] = [];
  #tickCpusMs: number[] = [];
  /** CPU of this thread when the tick began, ms; null between two ticks. */
  #cpuAtTickMs: number | null = null;
  #gcMs = 0;
  #startedAtMs = 0;
  #cpuAtStart = process.cpuUsage();
  readonly #createIdleRooms: (count: number) => Promise<void>;

  constructor(createIdleRooms: (count: number) => Promise<void> = refuseIdleRooms) {
    this.#createIdleRooms = createIdleRooms;
    this.#probeLag(performance.now() + LAG_PROBE_MS);
    this.#observeGc();
  }

  /** Tells the runner where the server listens, then obeys it until `quit` or the end of stdin. */
  serve(port: number): void {
    const lines = createInterface({ input: process.stdin });
    lines.on('line', (line) => {
      void this.#obey(line.trim());
    });
    // A runner that died must not leave servers behind.
    lines.on('close', () => process.exit(0));
    say({ kind: 'ready', port, runtime: runtimeName() });
  }

  /** A tick begins, unless one has begun already: several steps may make up for lost time in one turn. */
  tickBegins(): void {
    if (this.#isOn) this.#cpuAtTickMs ??= threadCpuMs();
  }

  /** Records the time one room's tick took. */
  tick(durationMs: number): void {
    if (!this.#isOn) return;
    this.#ticksMs.push(durationMs);
    if (this.#cpuAtTickMs !== null) this.#tickCpusMs.push(threadCpuMs() - this.#cpuAtTickMs);
    this.#cpuAtTickMs = null;
  }

  async #obey(line: string): Promise<void> {
    const [command, argument] = line.split(' ');
    switch (command) {
      case 'start':
        this.#start();
        say({ kind: 'started' });
        return;
      case 'stop':
        this.#stop();
        return;
      case 'mem':
        say({ kind: 'memory', memory: await settledMemory() });
        return;
      case 'idle-rooms':
        await this.#createIdleRooms(Number(argument));
        say({ kind: 'idle-rooms', rooms: Number(argument) });
        return;
      case 'quit':
        process.exit(0);
        return;
      default:
        throw new Error(`Unknown command "${line}".`);
    }
  }

  #start(): void {
    this.#lagsMs = [];
    this.#ticksMs = [];
    this.#tickCpusMs = [];
    this.#cpuAtTickMs = null;
    this.#gcMs = 0;
    this.#cpuAtStart = process.cpuUsage();
    this.#startedAtMs = performance.now();
    this.#isOn = true;
  }

  #stop(): void {
    this.#isOn = false;
    const wallMs = performance.now() - this.#startedAtMs;
    const cpu = process.cpuUsage(this.#cpuAtStart);
    const percent = (microseconds: number) => round(microseconds / 10 / wallMs);
    say({
      kind: 'window',
      wallMs: Math.round(wallMs),
      cpuPercent: percent(cpu.user + cpu.system),
      userPercent: percent(cpu.user),
      systemPercent: percent(cpu.system),
      loopLagMs: summarise(this.#lagsMs),
      tickMs: summarise(this.#ticksMs),
      tickCpuMs: summarise(this.#tickCpusMs),
      gcPercent: round((this.#gcMs / wallMs) * 100),
      memory: readMemory(),
    });
  }

  #probeLag(dueAtMs: number): void {
    setTimeout(() => {
      const nowMs = performance.now();
      if (this.#isOn) this.#lagsMs.push(nowMs - dueAtMs);
      this.#probeLag(nowMs + LAG_PROBE_MS);
    }, LAG_PROBE_MS).unref();
  }

  #observeGc(): void {
    // Bun has no such entries; its collections stay uncounted.
    if (constants.NODE_PERFORMANCE_GC_MAJOR === undefined) return;
    new PerformanceObserver((list) => {
      if (this.#isOn) for (const entry of list.getEntries()) this.#gcMs += entry.duration;
    }).observe({ entryTypes: ['gc'] });
  }
}

function say(report: ServerReport): void {
  process.stdout.write(`@${JSON.stringify(report)}\n`);
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

function readMemory(): Memory {
  const usage = process.memoryUsage();
  return {
    rssBytes: usage.rss,
    heapUsedBytes: usage.heapUsed,
    externalBytes: usage.external,
  };
}

/** The smallest reading of several, each after a forced collection: what is really held. */
async function settledMemory(): Promise<Memory> {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (collect === undefined) throw new Error('The server must run with --expose-gc.');
  let settled = readMemory();
  for (let i = 0; i < GC_ROUNDS; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const memory = readMemory();
    if (memory.rssBytes < settled.rssBytes) settled = memory;
  }
  return settled;
}

function runtimeName(): string {
  const { bun: bunVersion } = process.versions;
  return bunVersion === undefined ? `node ${process.version}` : `bun ${bunVersion}`;
}

function refuseIdleRooms(): Promise<void> {
  return Promise.reject(new Error('This contender has no rooms without players.'));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
