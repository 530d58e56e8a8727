import { readFileSync, writeFileSync } from 'node:fs';
import type { Runtimes } from './runtimes.ts';

/** Linux weighs sessions against each other before it weighs processes by their niceness (sched(7), "The autogroup feature"). */
const AUTOGROUP = '/proc/self/autogroup';
const FIRST = -15;

/** Lets this session, with all that it starts, go before others on a shared machine, where that is allowed; until disposed of. */
export function goFirst({ canGoFirst }: Pick<Runtimes, 'canGoFirst'>): Disposable {
  const before = canGoFirst ? niceness() : null;
  if (before !== null) writeFileSync(AUTOGROUP, String(FIRST));
  return {
    [Symbol.dispose]: () => {
      if (before !== null) writeFileSync(AUTOGROUP, String(before));
    },
  };
}

/** @returns null where sessions are not weighed */
function niceness(): number | null {
  try {
    return Number(/nice (-?\d+)/.exec(readFileSync(AUTOGROUP, 'utf8'))?.[1] ?? Number.NaN);
  } catch {
    // Another system, or a kernel without it.
    return null;
  }
}
