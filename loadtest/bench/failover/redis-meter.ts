import type { Redis } from 'ioredis';
import { machineNowMs } from '../../machine/machine-clock.ts';

const LOOK_EVERY_MS = 250;

interface Sample {
  readonly atMs: number;
  readonly receivedBytes: number;
}

/** Counts what a Redis receives, by its own account. */
export class RedisMeter implements AsyncDisposable {
  readonly #redis: Redis;
  readonly #samples: Sample[] = [];
  readonly #timer: NodeJS.Timeout;

  /** @param redis - a client of its own; the meter closes it */
  constructor(redis: Redis) {
    this.#redis = redis;
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  /** Bytes per second over the last `windowMs`. NaN before two looks. */
  receivedBytesPerSecond(windowMs: number): number {
    const last = this.#samples.at(-1);
    const first = this.#samples.find(({ atMs }) => atMs >= (last?.atMs ?? 0) - windowMs);
    if (first === undefined || last === undefined || first === last) return Number.NaN;
    return ((last.receivedBytes - first.receivedBytes) * 1_000) / (last.atMs - first.atMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#redis.disconnect();
  }

  async #look(): Promise<void> {
    const info = await this.#redis.info('stats').catch(() => '');
    const bytes = /^total_net_input_bytes:(\d+)/m.exec(info)?.[1];
    if (bytes !== undefined) {
      this.#samples.push({ atMs: machineNowMs(), receivedBytes: Number(bytes) });
    }
  }
}
