import { writeTraceparent } from '../../src/protocol/index.ts';
import { randomHex } from './random-hex.ts';

/** The trace that one click begins: everything that is asked for its sake goes on with it. */
export interface ClientTrace {
  /** 32 hexadecimal digits: what a player may tell support, and operators look for. */
  readonly traceId: string;
  /** W3C Trace Context. */
  readonly traceparent: string;
}

/** Which clicks begin a trace. The client records nothing itself: servers tell what became of it. */
export class ClientTraces {
  readonly #ratio: number;
  readonly #random: () => number;

  /** @param ratio - share of clicks, 0–1 */
  constructor(ratio: number, random: () => number) {
    this.#ratio = ratio;
    this.#random = random;
  }

  /** @returns null: this one is not traced */
  begin(): ClientTrace | null {
    // 0 is below no share of nothing, and 1 of everything is everything.
    if (this.#random() >= this.#ratio) return null;
    const traceId = randomHex(16);
    return {
      traceId,
      traceparent: writeTraceparent({ traceId, spanId: randomHex(8), isSampled: true }),
    };
  }
}
