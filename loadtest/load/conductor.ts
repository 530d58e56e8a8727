import { join } from 'node:path';
import { LineProcess } from '../machine/line-process.ts';
import { SCENARIOS, scenarioForRoom } from '../scenarios/scenarios.ts';
import type { LoadTestOptions } from './options.ts';
import { ServerWatch } from './server-watch.ts';
import { type LoadSecond, Timeline } from './timeline.ts';
import type { WorkerReport, WorkerSetup } from './wire.ts';

const PLAYERS_PER_WORKER = 500;
/** Below this many, every bot decodes; above, so many do, spread evenly. */
const DECODING_BOTS = 200;
const SECOND_MS = 1_000;

export interface Target {
  readonly endpoint: URL;
  readonly metrics: URL | null;
}

/** Runs the workers, asks the server how it fares, and keeps the timeline; `onSecond` gets every second as it ends. */
export async function conductLoadTest(
  projectRoot: string,
  options: LoadTestOptions,
  target: Target,
  onSecond: (second: LoadSecond, timeline: Timeline) => void,
): Promise<Timeline> {
  const timeline = new Timeline();
  const watch = new ServerWatch(target.metrics);
  await watch.look();
  const workers = workerSetups(options, target.endpoint).map(
    (setup, index) => new WorkerHandle(projectRoot, index, setup, timeline),
  );
  const startedAtMs = performance.now();
  let isSteady = false;
  const cutSecond = async () => {
    const at = Math.round((performance.now() - startedAtMs) / SECOND_MS);
    const wasSteady = isSteady;
    onSecond(timeline.cut(at, wasSteady, await watch.look()), timeline);
  };
  let cutting = Promise.resolve();
  const timer = setInterval(() => {
    cutting = cutting.then(cutSecond);
  }, SECOND_MS);
  try {
    await Promise.all(workers.map((worker) => worker.joined));
    isSteady = true;
    await new Promise((resolve) => setTimeout(resolve, options.seconds * SECOND_MS));
    clearInterval(timer);
    await cutting;
    await Promise.all(workers.map((worker) => worker.leave()));
    return timeline;
  } finally {
    clearInterval(timer);
    await Promise.all(workers.map((worker) => worker.quit()));
  }
}

/** One worker process and its stream of reports. */
class WorkerHandle {
  readonly joined: Promise<void>;
  readonly #process: LineProcess<WorkerReport>;
  readonly #joined = Promise.withResolvers<void>();
  readonly #done = Promise.withResolvers<void>();

  constructor(projectRoot: string, index: number, setup: WorkerSetup, timeline: Timeline) {
    this.joined = this.#joined.promise;
    this.#process = new LineProcess<WorkerReport>({
      name: `worker ${index}`,
      command: process.execPath,
      args: [
        '--conditions=meridian-source',
        join(import.meta.dirname, 'worker.ts'),
        JSON.stringify(setup),
      ],
      cwd: projectRoot,
    });
    // Both tell the same failure; whoever waits hears it, and nobody need wait for both.
    this.#done.promise.catch(() => undefined);
    this.joined.catch(() => undefined);
    void this.#follow(index, timeline);
  }

  /** Lets its bots leave; resolves when they have. */
  leave(): Promise<void> {
    this.#process.tell('stop');
    return this.#done.promise;
  }

  quit(): Promise<void> {
    return this.#process.quit();
  }

  async #follow(index: number, timeline: Timeline): Promise<void> {
    try {
      for (;;) {
        const report = await this.#process.next();
        if (report.kind === 'second') timeline.add(index, report);
        else if (report.kind === 'joined') this.#joined.resolve();
        else return this.#done.resolve();
      }
    } catch (error) {
      this.#joined.reject(error);
      this.#done.reject(error);
    }
  }
}

function workerSetups(options: LoadTestOptions, endpoint: URL): WorkerSetup[] {
  const count = Math.min(
    options.players,
    options.workers ?? Math.ceil(options.players / PLAYERS_PER_WORKER),
  );
  const scenario = options.scenario ?? scenarioForRoom(options.room);
  const decodeEvery = SCENARIOS[scenario].needsState
    ? 1
    : Math.max(1, Math.floor(options.players / DECODING_BOTS));
  return Array.from({ length: count }, (_, index) => {
    const firstBot = Math.floor((options.players * index) / count);
    const nextFirst = Math.floor((options.players * (index + 1)) / count);
    return {
      endpoint: endpoint.href,
      roomName: options.room,
      scenario,
      bots: nextFirst - firstBot,
      firstBot,
      joinsPerSecond: options['joins-per-second'] / count,
      decodeEvery,
      seed: options.seed,
    };
  });
}
