import { setTimeout as sleep } from 'node:timers/promises';
import { LatencyHistogram } from '../../load/latency-histogram.ts';

/** What came of calls that were made at a pace. */
export interface Paced {
  /** From the moment a call was due, not when it was made: who is late makes the figure worse, not better. */
  readonly latency: LatencyHistogram;
  readonly calls: number;
  readonly failed: number;
  /** Of the first that failed; empty: none did. */
  readonly failure: string;
}

/**
 * Calls `act` `perSecond` times a second for `seconds`, whatever becomes of the calls (an open loop), and waits for the last.
 *
 * @param firstAfterMs - when the first is due: paces side by side would else be due at the same moments
 * @param act - n-th call, from 0
 */
export async function pace(
  {
    perSecond,
    seconds,
    firstAfterMs = 0,
  }: { readonly perSecond: number; readonly seconds: number; readonly firstAfterMs?: number },
  act: (n: number) => Promise<unknown>,
): Promise<Paced> {
  const latency = new LatencyHistogram();
  const total = Math.round(perSecond * seconds);
  const startMs = performance.now() + firstAfterMs;
  let failed = 0;
  let failure = '';
  const make = async (n: number): Promise<void> => {
    const dueMs = startMs + (n * 1_000) / perSecond;
    try {
      await act(n);
    } catch (error) {
      failed += 1;
      failure ||= String(error);
    }
    latency.record(performance.now() - dueMs);
  };
  const calls: Promise<void>[] = [];
  while (calls.length < total) {
    const sinceMs = performance.now() - startMs;
    const due = Math.min(total, Math.floor((sinceMs * perSecond) / 1_000) + 1);
    while (calls.length < due) calls.push(make(calls.length));
    await sleep(1);
  }
  await Promise.all(calls);
  return { latency, calls: total, failed, failure };
}
