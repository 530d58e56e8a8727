import { ReplayBuffer } from './replay-buffer.ts';
import { frameCode, MESSAGE_CODES } from './room-frame.ts';

const LIMITS = { maxEntries: 256, maxBytes: 256 * 1_024 };
/** Requests wait as in Colyseus: those of its prediction layer may be made during an outage. */
const MAX_WAITING_REQUESTS = 10;

/** What the player said to the room: kept until it is known to have arrived, and the one queue of what could not leave. */
export class MessageReplay {
  readonly #kept = new ReplayBuffer<Uint8Array>(LIMITS);
  /** How many of the newest no socket has had yet. */
  #waiting = 0;
  #waitingRequests: Uint8Array[] = [];

  /** A frame leaves. */
  onSending(frame: Uint8Array): void {
    // Copied: Colyseus and msgpackr write the next message into the same memory.
    if (MESSAGE_CODES.has(frameCode(frame))) this.#kept.push(frame.slice(), frame.byteLength);
  }

  /** A frame cannot leave now. */
  hold(frame: Uint8Array): void {
    if (MESSAGE_CODES.has(frameCode(frame))) {
      this.#kept.push(frame.slice(), frame.byteLength);
      this.#waiting += 1;
    } else {
      this.#waitingRequests.push(frame.slice());
      if (this.#waitingRequests.length > MAX_WAITING_REQUESTS) this.#waitingRequests.shift();
    }
  }

  /**
   * What has to be sent now that the connection is back, in order; each must come back through {@link onSending}.
   *
   * @param processed - messages the room has processed since the join; null when it does not say: then only what waited
   */
  take(processed: number | null): {
    readonly messages: Uint8Array[];
    readonly requests: Uint8Array[];
  } {
    const messages = this.#kept.takeAfter(processed ?? this.#kept.lastNumber - this.#waiting);
    const requests = this.#waitingRequests;
    this.#waiting = 0;
    this.#waitingRequests = [];
    return { messages, requests };
  }
}
