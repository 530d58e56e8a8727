import type { Writable } from 'node:stream';

/** Most that is put into one message, but for a message that is larger by itself: the server takes 1 MiB. */
const MOST_BATCH_BYTES = 256 * 1024;

/**
 * Writes messages to a stream: what comes while one is on its way to the socket goes with the next (one after the other, they are one
 * message of protobuf). A lane with little to do waits for nothing, one with much to do writes seldom.
 */
export class LaneWriter {
  readonly #stream: Writable;
  readonly #onDrained: () => void;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #isWriting = false;
  #isEnding = false;

  /** @param onDrained - whenever nothing is left to be written */
  constructor(stream: Writable, onDrained: () => void = () => {}) {
    this.#stream = stream;
    this.#onDrained = onDrained;
  }

  /** What waits here because the other side does not read. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  write(bytes: Buffer): void {
    if (this.#isEnding) return;
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    if (!this.#isWriting) this.#writeNext();
  }

  /** Ends the stream behind what was written. */
  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    if (!this.#isWriting) this.#stream.end();
  }

  #writeNext(): void {
    const batch = this.#takeBatch();
    this.#queuedBytes -= batch.length;
    this.#isWriting = true;
    this.#stream.write(batch, (error) => {
      this.#isWriting = false;
      // The stream says so itself as well, to whoever has it.
      if (error != null) return;
      if (this.#queue.length > 0) this.#writeNext();
      else if (this.#isEnding) this.#stream.end();
      else this.#onDrained();
    });
  }

  #takeBatch(): Buffer {
    const queue = this.#queue;
    let count = 1;
    let bytes = queue[0]?.length ?? 0;
    while (count < queue.length) {
      bytes += queue[count]?.length ?? 0;
      if (bytes > MOST_BATCH_BYTES) break;
      count += 1;
    }
    if (count === queue.length) {
      this.#queue = [];
      return count === 1 ? (queue[0] as Buffer) : Buffer.concat(queue);
    }
    return Buffer.concat(queue.splice(0, count));
  }
}
