import type { Clock } from './clock.ts';

const NS_PER_MS = 1e6;
const MS_PER_S = 1e3;

/** Like `systemClock`, but with one origin for all threads of all processes of a machine (performance.now() has one each). */
export const processClock: Clock = {
  monotonicMs:
    process.versions['bun'] === undefined
      ? () => Number(process.hrtime.bigint()) / NS_PER_MS
      : await bunMonotonicMs(),
  wallMs: () => Date.now(),
};

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
