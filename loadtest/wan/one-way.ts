import type { Socket } from 'node:net';
import type { Arrivals } from './arrivals.ts';
import type { Transmitter } from './bottleneck.ts';
import type { Path } from './wan-link.ts';

export interface WayConditions {
  readonly arrivals: Arrivals;
  readonly transmitter: Transmitter;
  readonly path: () => Path;
  readonly backsOff: boolean;
}

/** Bytes on their way in one direction of one connection, beyond which its sender is not read from: what TCP's window does. */
const WINDOW_BYTES = 1024 * 1024;
/** Before the first try again to get bytes through a path that swallows them; in truth the pause doubles from here (RFC 6298 §5.5). */
const RETRANSMIT_MS = 200;
/** Bytes leave a bottleneck packet by packet, not write by write. */
const PACKET_BYTES = 1_448;

/** One direction of one connection: brings what `from` sends to `to`, late. */
export class OneWay {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #conditions: WayConditions;
  /** In the order of sending, which is that of arrival; null is the end. */
  readonly #onTheWay: { readonly dueMs: number; readonly what: Buffer | null }[] = [];
  #bytesOnTheWay = 0;
  #arrivedBytes = 0;
  // One for all that is on the way: a path that swallows everything for a minute holds a great many.
  #timer: NodeJS.Timeout | null = null;
  #retryMs = RETRANSMIT_MS;
  #isSilent = false;

  constructor(from: Socket, to: Socket, conditions: WayConditions) {
    this.#from = from;
    this.#to = to;
    this.#conditions = conditions;
    from.on('data', (bytes: Buffer) => this.#take(bytes));
    from.on('end', () => this.#send(null));
    to.on('drain', () => this.#makeRoom());
  }

  /** Handed to the receiver. */
  get arrivedBytes(): number {
    return this.#arrivedBytes;
  }

  /** Taken from the sender, and not yet by the kernel of the receiver. */
  get heldBytes(): number {
    return this.#bytesOnTheWay + this.#to.writableLength;
  }

  /** Nothing arrives any more, not even the end. */
  silence(): void {
    this.#isSilent = true;
  }

  #take(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += PACKET_BYTES) {
      this.#send(bytes.subarray(at, at + PACKET_BYTES));
    }
    if (!this.#hasRoom()) this.#from.pause();
  }

  #send(what: Buffer | null): void {
    const { arrivals, transmitter, path } = this.#conditions;
    const nowMs = performance.now();
    const bytes = what?.length ?? 0;
    const departureMs = transmitter.departureMs(nowMs, bytes, path().bottleneck ?? null);
    const dueMs = arrivals.arrivalMs(departureMs, bytes);
    this.#bytesOnTheWay += bytes;
    this.#onTheWay.push({ dueMs, what });
    if (this.#timer === null) this.#wake(dueMs - nowMs);
  }

  #wake(afterMs: number): void {
    this.#timer = setTimeout(() => this.#arrive(), afterMs);
  }

  #arrive(): void {
    this.#timer = null;
    if (this.#to.destroyed || this.#isSilent) return;
    const { fault } = this.#conditions.path();
    if (fault === 'black-hole' || fault === 'stall') {
      this.#wake(this.#retryMs);
      // Who waits for a reader asks on at a steady pace: his probes are answered.
      if (this.#conditions.backsOff && fault === 'black-hole') this.#retryMs *= 2;
      return;
    }
    this.#retryMs = RETRANSMIT_MS;
    this.#deliver(performance.now());
    this.#makeRoom();
  }

  #deliver(nowMs: number): void {
    for (let next = this.#onTheWay[0]; next !== undefined; next = this.#onTheWay[0]) {
      // Timers keep theirs to the millisecond only.
      if (next.dueMs - nowMs >= 1) {
        this.#wake(next.dueMs - nowMs);
        return;
      }
      this.#onTheWay.shift();
      if (next.what === null) {
        this.#to.end();
        return;
      }
      this.#bytesOnTheWay -= next.what.length;
      this.#arrivedBytes += next.what.length;
      this.#to.write(next.what);
    }
  }

  #makeRoom(): void {
    if (this.#hasRoom()) this.#from.resume();
  }

  #hasRoom(): boolean {
    const { fault, bottleneck } = this.#conditions.path();
    if (fault === 'stall') return false;
    return this.heldBytes < (bottleneck?.queueBytes ?? WINDOW_BYTES);
  }
}
