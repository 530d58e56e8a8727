import type { Clock } from './clock.ts';

const NS_PER_MS = 1e6;
const MS_PER_S = 1e3;
/** Tries to read two clocks at one moment: a thread that waits for a core between the two is none. */
const READINGS = 16;

/** Like `systemClock`, but with one origin for all threads of all processes of a machine (performance.now() has one each). */
export const processClock: Clock = {
  monotonicMs: process.versions['bun'] === undefined ? nodeMonotonicMs() : await bunMonotonicMs(),
  wallMs: () => Date.now(),
};

/**
 * `process.hrtime` has one origin for all, and makes a BigInt or an array each time; rooms ask for each input. `performance.now` reads
 * the same clock: how far the two are apart is found out once.
 */
function nodeMonotonicMs(): () => number {
  let originMs = 0;
  let leastMs = Number.POSITIVE_INFINITY;
  for (let reading = 0; reading < READINGS; reading++) {
    const beforeMs = performance.now();
    const machineMs = Number(process.hrtime.bigint()) / NS_PER_MS;
    const afterMs = performance.now();
    if (afterMs - beforeMs >= leastMs) continue;
    leastMs = afterMs - beforeMs;
    originMs = machineMs - (beforeMs + afterMs) / 2;
  }
  return () => originMs + performance.now();
}

/** What of `bun:ffi` is used here; it has no types outside of Bun. */
interface BunFfi {
  dlopen(
    library: string,
    functions: { readonly clock_gettime: { readonly args: string[]; readonly returns: string } },
  ): { readonly symbols: { clock_gettime(clock: number, time: BigInt64Array): number } };
}

/**
 * The system's own clock. On Bun 1.4 `process.hrtime`, `performance.now` and `Bun.nanoseconds` begin at 0 in each thread
 * (oven-sh/bun#34424): a lease that a thread renews would have run out for all others (docs/adr/0021-bun.md).
 *
 * @throws {Error} where there is no glibc
 */
async function bunMonotonicMs(): Promise<() => number> {
  const CLOCK_MONOTONIC = 1;
  const ffi: string = 'bun:ffi';
  const { dlopen } = (await import(ffi)) as BunFfi;
  const { symbols } = dlopen('libc.so.6', {
    clock_gettime: { args: ['i32', 'ptr'], returns: 'i32' },
  });
  // struct timespec on 64 bits: seconds, nanoseconds.
  const time = new BigInt64Array(2);
  return () => {
    symbols.clock_gettime(CLOCK_MONOTONIC, time);
    return Number(time[0]) * MS_PER_S + Number(time[1]) / NS_PER_MS;
  };
}
