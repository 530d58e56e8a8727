import { type ClientDuplexStream, type ServiceError, status } from '@grpc/grpc-js';
import { readAnswers, type WireAnswer, type WireCall, writeCall } from './lane-wire.ts';
import { LaneWriter } from './lane-writer.ts';
import { serviceErrorOf } from './rpc-error.ts';

/** More calls than that at once go elsewhere. */
const MOST_UNDER_WAY = 1_024;
/** As many bytes that the service has not taken: it does not read. */
const MOST_QUEUED_BYTES = 1024 * 1024;
/** Ids are 32 bits long, and begin again. */
const MOST_ID = 0xffff_ffff;

interface Waiting {
  readonly resolve: (reply: Buffer | null) => void;
  readonly reject: (error: ServiceError) => void;
  readonly timer: NodeJS.Timeout;
}

/** The caller's end of one lane. It takes calls from when it has opened until it is retired, or over. */
export class CallLane {
  readonly #stream: ClientDuplexStream<Buffer, Buffer>;
  readonly #writer: LaneWriter;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #isRetired = false;

  /** @param events - `onOpen` with the address it has, `onLeave` when it takes no more calls by itself; `onOver` last, and always */
  constructor(
    stream: ClientDuplexStream<Buffer, Buffer>,
    events: {
      readonly onOpen: (address: string) => void;
      readonly onLeave: () => void;
      readonly onOver: () => void;
    },
  ) {
    this.#stream = stream;
    this.#writer = new LaneWriter(stream);
    stream.once('metadata', () => events.onOpen(stream.getPeer()));
    stream.on('data', (bytes: Buffer) => {
      if (!this.#read(bytes)) events.onLeave();
    });
    // Its end comes with a status, also behind an error.
    stream.on('error', () => {});
    stream.once('status', () => {
      this.#over();
      events.onOver();
    });
  }

  /** Whether the next call had better go elsewhere. */
  get isFull(): boolean {
    return this.#waiting.size >= MOST_UNDER_WAY || this.#writer.queuedBytes >= MOST_QUEUED_BYTES;
  }

  /**
   * @param waitMs - how long for
   * @returns the reply; null: the lane broke, and nobody knows whether the call arrived
   * @throws {ServiceError} what the service answered, or `DEADLINE_EXCEEDED`
   */
  call(call: Omit<WireCall, 'id' | 'timeoutMs'>, waitMs: number): Promise<Buffer | null> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer | null>();
    const id = this.#nextId();
    const timer = setTimeout(() => {
      this.#forget(id);
      reject(serviceErrorOf({ code: status.DEADLINE_EXCEEDED, details: 'Deadline exceeded' }));
    }, waitMs);
    this.#waiting.set(id, { resolve, reject, timer });
    this.#writer.write(writeCall({ ...call, id, timeoutMs: Math.ceil(waitMs) }));
    return promise;
  }

  /** Takes no more calls, and ends after those under way. */
  retire(): void {
    this.#isRetired = true;
    this.#endIfDone();
  }

  #nextId(): number {
    do {
      this.#lastId = this.#lastId === MOST_ID ? 1 : this.#lastId + 1;
    } while (this.#waiting.has(this.#lastId));
    return this.#lastId;
  }

  /** @returns false when the service wants no more calls, or is not understood */
  #read(bytes: Buffer): boolean {
    try {
      const { answers, isLeaving } = readAnswers(bytes);
      for (const answer of answers) this.#settle(answer);
      return !isLeaving;
    } catch {
      // Whoever waits learns it by the end of the stream.
      this.#stream.cancel();
      return false;
    }
  }

  #settle({ id, status: code, message, error, reply }: WireAnswer): void {
    const waiting = this.#waiting.get(id);
    // Its time was over.
    if (waiting === undefined) return;
    this.#forget(id);
    if (code === status.OK) waiting.resolve(reply);
    else waiting.reject(serviceErrorOf({ code, details: message, sent: error }));
  }

  #forget(id: number): void {
    clearTimeout(this.#waiting.get(id)?.timer);
    this.#waiting.delete(id);
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (this.#isRetired && this.#waiting.size === 0) this.#writer.end();
  }

  #over(): void {
    for (const { resolve, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      resolve(null);
    }
    this.#waiting.clear();
  }
}
