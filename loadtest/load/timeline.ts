import { LatencyHistogram, type LatencyQuantiles } from './latency-histogram.ts';
import type { ServerSecond } from './server-watch.ts';
import type { WorkerSecond } from './wire.ts';

/** One second of the load test, all workers together. */
export interface LoadSecond {
  /** Seconds since the first join. */
  readonly at: number;
  /** Whether every join had been tried: only such seconds count for the figures. */
  readonly isSteady: boolean;
  readonly playing: number;
  readonly joinsOk: number;
  readonly joinsFailed: number;
  readonly actionMs: LatencyQuantiles;
  readonly patchIntervalMs: LatencyQuantiles;
  readonly rttMs: LatencyQuantiles;
  readonly receivedBytes: number;
  readonly patches: number;
  readonly actions: number;
  readonly server: ServerSecond;
  /** The busiest worker's CPU, percent of a core. */
  readonly workerCpuPercent: number;
  readonly workerWorstLateMs: number;
}

const METERS = ['join', 'action', 'patchInterval', 'rtt'] as const;
type Meter = (typeof METERS)[number];

/** Collects what workers report and cuts it into seconds. */
export class Timeline {
  readonly seconds: LoadSecond[] = [];
  /** Over the steady seconds; joins over all. */
  readonly totals: Readonly<Record<Meter, LatencyHistogram>> = histograms();
  readonly joins = new Map<string, number>();
  readonly closes = new Map<string, number>();
  readonly faults = new Map<string, number>();
  readonly #playingByWorker = new Map<number, number>();
  #current = histograms();
  #receivedBytes = 0;
  #patches = 0;
  #actions = 0;
  #workerCpuPercent = 0;
  #workerWorstLateMs = 0;

  add(worker: number, second: WorkerSecond): void {
    this.#playingByWorker.set(worker, second.playing);
    for (const meter of METERS) this.#current[meter].addEncoded(second.histograms[meter]);
    addCounts(this.joins, second.joins);
    addCounts(this.closes, second.closes);
    addCounts(this.faults, second.faults);
    this.#receivedBytes += second.receivedBytes;
    this.#patches += second.patches;
    this.#actions += second.actions;
    this.#workerCpuPercent = Math.max(this.#workerCpuPercent, second.cpuPercent);
    this.#workerWorstLateMs = Math.max(this.#workerWorstLateMs, second.worstLateMs);
  }

  /** Ends the second that is running. */
  cut(at: number, isSteady: boolean, server: ServerSecond): LoadSecond {
    const second: LoadSecond = {
      at,
      isSteady,
      playing: sum(this.#playingByWorker.values()),
      joinsOk: this.joins.get('OK') ?? 0,
      joinsFailed: this.joinsFailed,
      actionMs: this.#current.action.quantiles(),
      patchIntervalMs: this.#current.patchInterval.quantiles(),
      rttMs: this.#current.rtt.quantiles(),
      receivedBytes: this.#receivedBytes,
      patches: this.#patches,
      actions: this.#actions,
      server,
      workerCpuPercent: this.#workerCpuPercent,
      workerWorstLateMs: this.#workerWorstLateMs,
    };
    for (const meter of METERS) {
      if (isSteady || meter === 'join') this.totals[meter].add(this.#current[meter]);
    }
    this.seconds.push(second);
    this.#current = histograms();
    this.#receivedBytes = 0;
    this.#patches = 0;
    this.#actions = 0;
    this.#workerCpuPercent = 0;
    this.#workerWorstLateMs = 0;
    return second;
  }

  get joinsFailed(): number {
    return sum(this.joins.values()) - (this.joins.get('OK') ?? 0);
  }

  get dropped(): number {
    return sum(this.closes.values());
  }
}

function histograms(): Record<Meter, LatencyHistogram> {
  return {
    join: new LatencyHistogram(),
    action: new LatencyHistogram(),
    patchInterval: new LatencyHistogram(),
    rtt: new LatencyHistogram(),
  };
}

function addCounts(into: Map<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [key, count] of Object.entries(counts)) into.set(key, (into.get(key) ?? 0) + count);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
