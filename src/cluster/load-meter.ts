import { type Clock, systemClock } from '../shared/clock.ts';
import { watchLoopDelay } from '../telemetry/loop-delay.ts';
import type { NodeLoad } from './node-info.ts';

const WINDOW_MS = 1_000;
/** Windows that make up "the last seconds". */
const WINDOWS = 5;
const US_PER_MS = 1_000;
const LAG_PERCENTILE = 99;

interface Window {
  readonly elapsedMs: number;
  readonly ranMs: number;
  readonly cpuMs: number;
  readonly lagMs: number;
}

/** How busy this node has been in the last five seconds. */
export class LoadMeter {
  readonly #clock: Clock;
  readonly #delay = watchLoopDelay();
  readonly #timer: NodeJS.Timeout;
  #windows: readonly Window[] = [];
  #startedAtMs: number;
  #cpuAtStart = process.cpuUsage();
  #ranMs = 0;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#startedAtMs = clock.monotonicMs();
    this.#timer = setInterval(() => this.#closeWindow(), WINDOW_MS).unref();
  }

  /** A room has stepped or flushed for that long. */
  ran(seconds: number): void {
    this.#ranMs += seconds * 1_000;
  }

  /** The load with what the caller counts. The running window is left out, so the first figures come after a second. */
  load(counts: Pick<NodeLoad, 'rooms' | 'seats'>): NodeLoad {
    const elapsedMs = this.#sum((window) => window.elapsedMs);
    if (elapsedMs === 0) return { ...counts, loopLagMs: 0, tickUse: 0, cpuUse: 0 };
    return {
      ...counts,
      // The worst second counts: Node's histograms cannot be added up.
      loopLagMs: Math.max(...this.#windows.map(({ lagMs }) => lagMs)),
      tickUse: this.#sum((window) => window.ranMs) / elapsedMs,
      cpuUse: this.#sum((window) => window.cpuMs) / elapsedMs,
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#delay.stop();
  }

  #closeWindow(): void {
    const nowMs = this.#clock.monotonicMs();
    const cpu = process.cpuUsage(this.#cpuAtStart);
    this.#windows = [
      ...this.#windows.slice(1 - WINDOWS),
      {
        elapsedMs: nowMs - this.#startedAtMs,
        ranMs: this.#ranMs,
        cpuMs: (cpu.user + cpu.system) / US_PER_MS,
        lagMs: this.#delay.percentileMs(LAG_PERCENTILE),
      },
    ];
    this.#startedAtMs = nowMs;
    this.#cpuAtStart = process.cpuUsage();
    this.#ranMs = 0;
    this.#delay.reset();
  }

  #sum(of: (window: Window) => number): number {
    return this.#windows.reduce((total, window) => total + of(window), 0);
  }
}
