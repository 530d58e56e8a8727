import { LatencyHistogram } from './latency-histogram.ts';
import type { WorkerSecond } from './wire.ts';

/** What all bots of a worker count, one second at a time. */
export class BotMeter {
  readonly #join = new LatencyHistogram();
  readonly #action = new LatencyHistogram();
  readonly #patchInterval = new LatencyHistogram();
  readonly #rtt = new LatencyHistogram();
  #joins: Record<string, number> = {};
  #closes: Record<string, number> = {};
  #faults: Record<string, number> = {};
  #receivedBytes = 0;
  #patches = 0;
  #actions = 0;
  #worstLateMs = 0;
  #cpu = process.cpuUsage();
  #startedAtMs = performance.now();

  joinEnded(outcome: string, durationMs: number): void {
    this.#joins[outcome] = (this.#joins[outcome] ?? 0) + 1;
    if (outcome === 'OK') this.#join.record(durationMs);
  }
  actionSent(): void {
    this.#actions++;
  }
  actionAnswered(durationMs: number): void {
    this.#action.record(durationMs);
  }
  patchReceived(intervalMs: number | null): void {
    this.#patches++;
    if (intervalMs !== null) this.#patchInterval.record(intervalMs);
  }
  bytesReceived(bytes: number): void {
    this.#receivedBytes += bytes;
  }
  roundTrip(durationMs: number): void {
    this.#rtt.record(durationMs);
  }
  closed(code: number): void {
    this.#closes[code] = (this.#closes[code] ?? 0) + 1;
  }
  fault(kind: string): void {
    this.#faults[kind] = (this.#faults[kind] ?? 0) + 1;
  }
  late(durationMs: number): void {
    this.#worstLateMs = Math.max(this.#worstLateMs, durationMs);
  }

  /** Everything since the last call; counting begins anew. */
  takeSecond(playing: number): WorkerSecond {
    const nowMs = performance.now();
    const cpu = process.cpuUsage(this.#cpu);
    const second: WorkerSecond = {
      playing,
      receivedBytes: this.#receivedBytes,
      patches: this.#patches,
      actions: this.#actions,
      joins: this.#joins,
      closes: this.#closes,
      faults: this.#faults,
      histograms: {
        join: this.#join.encode(),
        action: this.#action.encode(),
        patchInterval: this.#patchInterval.encode(),
        rtt: this.#rtt.encode(),
      },
      cpuPercent: Math.round((cpu.user + cpu.system) / 10 / (nowMs - this.#startedAtMs)),
      worstLateMs: Math.round(this.#worstLateMs),
    };
    for (const histogram of [this.#join, this.#action, this.#patchInterval, this.#rtt]) {
      histogram.reset();
    }
    this.#joins = {};
    this.#closes = {};
    this.#faults = {};
    this.#receivedBytes = 0;
    this.#patches = 0;
    this.#actions = 0;
    this.#worstLateMs = 0;
    this.#cpu = process.cpuUsage();
    this.#startedAtMs = nowMs;
    return second;
  }
}
