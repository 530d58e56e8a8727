import type { Socket } from 'node:net';

/** Answers that were held up come at once; what was sent between them says nothing. */
const SHORTEST_MS = 200;

/** How much a connection is sent. */
export class SentTraffic {
  readonly #socket: Pick<Socket, 'bytesWritten'> | undefined;
  #bytes = 0;
  #atMs: number | null = null;
  #bytesPerSecond: number | null = null;

  /** @param socket - absent on Bun, where nobody tells */
  constructor(socket: Pick<Socket, 'bytesWritten'> | undefined) {
    this.#socket = socket;
  }

  /** Between the last two measurements; null before the second. */
  get bytesPerSecond(): number | null {
    return this.#bytesPerSecond;
  }

  /**
   * @param nowMs - monotonic
   * @returns ms since the last measurement; 0 when this is the first, or none at all because it comes too soon
   */
  measure(nowMs: number): number {
    const elapsedMs = nowMs - (this.#atMs ?? nowMs);
    if (this.#atMs !== null && elapsedMs < SHORTEST_MS) return 0;
    const bytes = this.#socket?.bytesWritten;
    if (bytes !== undefined) {
      if (elapsedMs > 0) this.#bytesPerSecond = ((bytes - this.#bytes) * 1_000) / elapsedMs;
      this.#bytes = bytes;
    }
    this.#atMs = nowMs;
    return elapsedMs;
  }
}
