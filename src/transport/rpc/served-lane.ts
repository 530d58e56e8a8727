import { Metadata, type ServerDuplexStream, status } from '@grpc/grpc-js';
import { GameError } from '../../errors/game-error.ts';
import type { Clock } from '../../shared/clock.ts';
import {
  readCalls,
  type WireAnswer,
  type WireCall,
  writeAnswer,
  writeLeaving,
} from './lane-wire.ts';
import { LaneWriter } from './lane-writer.ts';
import { endWithError, sentErrorOf } from './rpc-error.ts';

/** Twice what a caller of ours sends (call-lane.ts): what he no longer waits for is still being worked on. */
const MOST_UNDER_WAY = 2_048;
/** With as many bytes that the caller has not taken, none of his calls is read. */
const MOST_QUEUED_BYTES = 1024 * 1024;

/** A call as it came. */
export interface LaneCall {
  readonly peer: string;
  readonly traceparent: string;
  readonly leftMs: number;
  readonly request: Buffer;
}

/** Serves calls of one method. @returns the method's message @throws what was wrong */
export type LaneMethod = (call: LaneCall) => Promise<Buffer>;

export interface ServedLaneDeps {
  readonly clock: Clock;
  /** By path. */
  readonly methods: ReadonlyMap<string, LaneMethod>;
  /** Largest reply: a caller takes none that is larger. */
  readonly mostReplyBytes: number;
}

/** The service's end of one lane. */
export class ServedLane {
  readonly #stream: ServerDuplexStream<Buffer, Buffer>;
  readonly #deps: ServedLaneDeps;
  readonly #onOver: () => void;
  readonly #writer: LaneWriter;
  /** Until when each is waited for, monotonic clock, ms. */
  readonly #underWay = new Map<number, number>();
  #hasAll = false;
  #isOver = false;

  constructor(
    stream: ServerDuplexStream<Buffer, Buffer>,
    deps: ServedLaneDeps,
    onOver: () => void,
  ) {
    this.#stream = stream;
    this.#deps = deps;
    this.#onOver = onOver;
    this.#writer = new LaneWriter(stream, () => this.#stream.resume());
    // Tells the caller that it is open, and where.
    stream.sendMetadata(new Metadata());
    stream.on('data', (bytes: Buffer) => this.#read(bytes));
    stream.once('end', () => {
      this.#hasAll = true;
      this.#endIfDone();
    });
    stream.once('finish', () => this.#over());
    stream.once('cancelled', () => this.#over());
  }

  /** The service closes: the caller sends what comes next elsewhere, and ends the lane. */
  leave(): void {
    if (!this.#isOver) this.#writer.write(writeLeaving());
  }

  /** Ends it; what is under way is not answered. @param error - why, for the caller */
  hangUp(error: GameError): void {
    if (this.#isOver) return;
    this.#over();
    endWithError(this.#stream, error);
  }

  #read(bytes: Buffer): void {
    if (this.#isOver) return;
    try {
      for (const call of readCalls(bytes)) this.#begin(call);
    } catch {
      // Which of his calls it was nobody knows.
      this.hangUp(new GameError('BAD_REQUEST', {}, { message: 'These are no calls.' }));
    }
  }

  /** @throws {TypeError} for one that is under way already */
  #begin({ id, path, timeoutMs, ...call }: WireCall): void {
    if (this.#underWay.has(id)) throw new TypeError(`A second call ${id}.`);
    const method = this.#deps.methods.get(path);
    if (method === undefined) {
      this.#write({ id, status: status.UNIMPLEMENTED, message: 'Unknown method.' });
    } else if (!this.#hasRoom()) {
      this.#write({ id, ...sentErrorOf(new GameError('SERVICE_UNAVAILABLE')) });
    } else {
      this.#underWay.set(id, this.#deps.clock.monotonicMs() + timeoutMs);
      method({ ...call, leftMs: timeoutMs }).then(
        (reply) => this.#answer(this.#fits(reply) ? { id, reply } : tooLarge(id)),
        (thrown: unknown) => this.#answer({ id, ...sentErrorOf(thrown) }),
      );
    }
  }

  /** What nobody waits for any more takes no room. */
  #hasRoom(): boolean {
    if (this.#underWay.size < MOST_UNDER_WAY) return true;
    const nowMs = this.#deps.clock.monotonicMs();
    for (const [id, untilMs] of this.#underWay) if (untilMs <= nowMs) this.#underWay.delete(id);
    return this.#underWay.size < MOST_UNDER_WAY;
  }

  #fits({ length }: Buffer): boolean {
    return length <= this.#deps.mostReplyBytes;
  }

  #answer(answer: Partial<WireAnswer> & Pick<WireAnswer, 'id'>): void {
    if (this.#underWay.delete(answer.id)) this.#write(answer);
    this.#endIfDone();
  }

  #write(answer: Partial<WireAnswer>): void {
    if (this.#isOver) return;
    this.#writer.write(writeAnswer(answer));
    // Goes on when all of it is taken.
    if (this.#writer.queuedBytes >= MOST_QUEUED_BYTES) this.#stream.pause();
  }

  #endIfDone(): void {
    if (this.#hasAll && this.#underWay.size === 0 && !this.#isOver) this.#writer.end();
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#underWay.clear();
    this.#onOver();
  }
}

/** As the library says it of a plain reply. */
function tooLarge(id: number) {
  return { id, status: status.RESOURCE_EXHAUSTED, message: 'The reply is too large.' };
}
