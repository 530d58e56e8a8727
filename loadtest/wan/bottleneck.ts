/** The narrowest place of a way. */
export interface Bottleneck {
  readonly bytesPerSecond: number;
  /** What it holds, bytes: beyond that it takes nothing, and what is sent stays with its sender. */
  readonly queueBytes: number;
}

/** One direction of a bottleneck: bytes leave one after the other, all connections of a way in one line. */
export class Transmitter {
  #freeAtMs = Number.NEGATIVE_INFINITY;

  /**
   * @param bottleneck - as it is now; null: there is none, and what left before is not waited for
   * @returns when the last of the bytes has left, ms
   */
  departureMs(nowMs: number, bytes: number, bottleneck: Bottleneck | null): number {
    if (bottleneck === null) return nowMs;
    this.#freeAtMs = Math.max(nowMs, this.#freeAtMs) + (bytes / bottleneck.bytesPerSecond) * 1_000;
    return this.#freeAtMs;
  }
}
