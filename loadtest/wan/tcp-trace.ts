import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Arrivals } from './arrivals.ts';

/** Recorded connections beside this file, by name. */
export const TCP_TRACES = ['tcp_75ms_20ms_2pct'] as const;
export type TcpTraceName = (typeof TCP_TRACES)[number];

/** How long messages of a real TCP connection took, written at a steady pace in one direction. */
export interface TcpTrace {
  /** What was recorded, and how. */
  readonly source: string;
  readonly intervalMs: number;
  /** One way, of one message after the other. */
  readonly delaysMs: readonly number[];
}

const Trace = z.object({
  source: z.string().min(1),
  interval_ms: z.number().positive(),
  delays_ms: z.array(z.number().nonnegative()).min(2),
});

export function readTcpTrace(name: TcpTraceName): TcpTrace {
  const path = join(import.meta.dirname, 'traces', `${name}.json`);
  const { source, interval_ms, delays_ms } = Trace.parse(JSON.parse(readFileSync(path, 'utf8')));
  return { source, intervalMs: interval_ms, delaysMs: delays_ms };
}

/**
 * A recorded connection once more, from any moment of it on, and from its beginning again when it is over.
 *
 * What is written between two messages of the record arrives between them: behind a lost segment all that follows comes at once.
 */
export class TraceDelay implements Arrivals {
  readonly #trace: TcpTrace;
  readonly #fromMs: number;
  #firstWrittenMs: number | null = null;
  #lastArrivalMs = Number.NEGATIVE_INFINITY;

  /** @param fromMs - the moment of the record at which the first write happens */
  constructor(trace: TcpTrace, fromMs: number) {
    this.#trace = trace;
    this.#fromMs = fromMs;
  }

  arrivalMs(nowMs: number): number {
    const { intervalMs, delaysMs } = this.#trace;
    this.#firstWrittenMs ??= nowMs;
    const at = (this.#fromMs + nowMs - this.#firstWrittenMs) / intervalMs;
    const before = Math.floor(at);
    // The seam between end and beginning is crossed like any other pair: order is kept below.
    const earlier = delaysMs[before % delaysMs.length] as number;
    const later = delaysMs[(before + 1) % delaysMs.length] as number;
    const delayMs = earlier + (later - earlier) * (at - before);
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, nowMs + delayMs);
    return this.#lastArrivalMs;
  }
}
