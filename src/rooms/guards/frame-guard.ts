import type { Client } from '@colyseus/core';
import { Protocol } from '@colyseus/core';
import { decode, type Iterator } from '@colyseus/schema';
import { LINK_REPORT_CODE } from '../../protocol/link-report.ts';
import { TokenBucket } from './token-bucket.ts';

// What a client may send, decided before Colyseus looks at it (docs/spec/rooms.md, RM-2, RM-3, RM-5).

/** Why a frame is refused, and with it its sender. */
export type FrameRefusal =
  | { readonly reason: 'bad-frame'; readonly message: string }
  | { readonly reason: 'rate-limited'; readonly message: string };

export interface FrameLimits {
  /** All frames of a client. */
  readonly messagesPerSecond: number;
  /** Frames of one message type of a client, by type; types that are not named get `messagesPerSecondPerType`. */
  readonly messagesPerSecondByType: Readonly<Record<string, number>>;
  readonly messagesPerSecondPerType: number;
}

/** Colyseus strips three modifier bits off the first byte. */
const CODE_BITS = 0x1f;
const HIGHEST_CODE = 22;
/** More types than a game has: somebody makes them up, to have us remember them. */
const MOST_TYPES = 64;

/** Checks the frames of one client. */
export class FrameGuard {
  readonly #limits: FrameLimits;
  readonly #all: TokenBucket;
  #byType: Map<string | number, TokenBucket> | undefined;
  #repeats = 0;

  constructor(limits: FrameLimits, nowMs: number) {
    this.#limits = limits;
    this.#all = new TokenBucket(limits.messagesPerSecond, nowMs);
  }

  /** Lets that many frames pass at once: a client that came back sends again what was lost. */
  grant(repeats: number): void {
    this.#repeats = repeats;
  }

  /** @returns null when the frame may pass */
  check(client: Client, frame: Uint8Array, nowMs: number): FrameRefusal | null {
    const isCounted = !this.#takeRepeat();
    if (isCounted && !this.#all.take(nowMs)) {
      return {
        reason: 'rate-limited',
        message: `More than ${this.#limits.messagesPerSecond} messages a second.`,
      };
    }
    return this.#checkForm(client, frame, isCounted ? nowMs : null);
  }

  #takeRepeat(): boolean {
    if (this.#repeats === 0) return false;
    this.#repeats--;
    return true;
  }

  /** @param nowMs - null when the frame is not counted */
  #checkForm(client: Client, frame: Uint8Array, nowMs: number | null): FrameRefusal | null {
    if (frame.length === 0) return badFrame('An empty frame.');
    const code = (frame[0] as number) & CODE_BITS;
    switch (code) {
      // F2, F3: the decoder of datagrams trusts lengths it reads. Reliable transports have no such frames.
      case Protocol.ROOM_INPUT_UNRELIABLE:
        return client.rawUnreliable ? null : badFrame('A datagram input on a reliable connection.');
      case Protocol.ROOM_DATA:
      case Protocol.ROOM_DATA_BYTES:
        return this.#checkType(frame, { offset: 1 }, nowMs);
      case Protocol.ROOM_REQUEST: {
        const it: Iterator = { offset: 1 };
        const requestId = decode.number(frame, it);
        if (!Number.isSafeInteger(requestId) || requestId < 0)
          return badFrame('A request without an id.');
        return this.#checkType(frame, it, nowMs);
      }
      case LINK_REPORT_CODE:
        return null;
      default:
        return code >= Protocol.JOIN_ROOM && code <= HIGHEST_CODE
          ? null
          : badFrame(`A frame of unknown code ${code}.`);
    }
  }

  /** @param nowMs - null when the frame is not counted */
  #checkType(frame: Uint8Array, it: Iterator, nowMs: number | null): FrameRefusal | null {
    const type = decode.stringCheck(frame, it)
      ? decode.string(frame, it)
      : decode.number(frame, it);
    // Not `>`: behind a string without a length the offset is NaN.
    if (!(it.offset <= frame.length) || type === undefined || Number.isNaN(type)) {
      return badFrame('A message without a type.');
    }
    if (nowMs === null) return null;
    this.#byType ??= new Map();
    let bucket = this.#byType.get(type);
    if (bucket === undefined) {
      if (this.#byType.size >= MOST_TYPES) return badFrame('Too many message types.');
      bucket = new TokenBucket(this.#perSecond(String(type)), nowMs);
      this.#byType.set(type, bucket);
    }
    if (bucket.take(nowMs)) return null;
    return {
      reason: 'rate-limited',
      message: `More than ${this.#perSecond(String(type))} messages a second of one type.`,
    };
  }

  #perSecond(type: string): number {
    const { messagesPerSecondByType: named, messagesPerSecondPerType } = this.#limits;
    return Object.hasOwn(named, type) ? (named[type] as number) : messagesPerSecondPerType;
  }
}

function badFrame(message: string): FrameRefusal {
  return { reason: 'bad-frame', message };
}
