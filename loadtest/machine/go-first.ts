import { readFileSync, writeFileSync } from 'node:fs';
import type { Runtimes } from './runtimes.ts';

/** Linux weighs sessions against each other before it weighs processes by their niceness (sched(7), "The autogroup feature"). */
const AUTOGROUP = '/proc/self/autogroup';
const FIRST = -15;

/** Lets this session, with all that it starts, go before others on a shared machine, where that is allowed; until disposed of. */
export function goFirst({ canGoFirst }: Pick<Runtimes, 'canGoFirst'>): Disposable {
  const before = canGoFirst ? niceness() : null;
  const isFirst = before !== null && weigh(FIRST);
  return {
    [Symbol.dispose]: () => {
      if (isFirst) weigh(before);
    },
  };
}

/** @returns false where the kernel takes no weight from us */
function weigh(nice: number): boolean {
  try {
    writeFileSync(AUTOGROUP, String(nice));
    return true;
  } catch {
    return false;
  }
}

/** @returns null where sessions are not weighed */
function niceness(): number | null {
  try {
    // Empty where this session is in no group.
    const found = /nice (-?\d+)/.exec(readFileSync(AUTOGROUP, 'utf8'))?.[1];
    return found === undefined ? null : Number(found);
  } catch {
    // Another system, or a kernel without it.
    return null;
  }
}
