import type { Runtimes } from '../../machine/runtimes.ts';
import { BenchWorker } from './worker.ts';

export const SERVICES_LOAD = { players: 200, readsPerSecond: 500, writesPerSecond: 100 } as const;

/**
 * Of Node, for processes that live by gRPC. A stream of HTTP/2 outlives each small collection (its memory is not JavaScript's alone), so a
 * small collection copies as much as fits into its space: 20 to 50 ms with the 16 MiB that Node takes, a few ms with 2
 * (docs/adr/0015-services-apart.md).
 */
export const SERVICE_NODE_FLAG = '--max-semi-space-size=2';

/** The caller is not what is measured: its large collections come half as often as those of a service, whose heap is twice as large (main.ts). */
const CALLER_NODE_FLAGS = [SERVICE_NODE_FLAG, '--heap-growing-percent=400'] as const;

export interface ServicesTask {
  readonly players: number;
  readonly readsPerSecond: number;
  readonly writesPerSecond: number;
  readonly seconds: number;
  readonly warmSeconds: number;
  readonly seed: number;
}

export interface ServicesRound {
  /** What stood for MongoDB. */
  readonly mongo: string;
  readonly reads: number;
  readonly writes: number;
  readonly failed: number;
  readonly failure: string;
  readonly readP50Ms: number;
  readonly readP99Ms: number;
  readonly writeP50Ms: number;
  readonly writeP99Ms: number;
  /**
   * Of gRPC's own health check, behind what is measured and beside such reads and writes: what the machine and gRPC make of a call that does
   * nothing.
   */
  readonly bareP99Ms: number;
  /** Of what stood for MongoDB, asked for such a write by its own driver, as often, with nothing else going on: no write can be faster. */
  readonly wireWriteP99Ms: number;
  /** CPU time of the service for one call of those that were made, whichever it was, ms. */
  readonly serviceCpuMs: number;
  /** The same of whoever makes the calls, this bench. */
  readonly callerCpuMs: number;
  /** Reads that the cache answered, by the service's own count. */
  readonly hitRatio: number;
}

/** One round, its load in a new process. */
export async function runServicesRound(
  runtimes: Runtimes,
  task: Pick<ServicesTask, 'seconds' | 'warmSeconds' | 'seed'>,
): Promise<ServicesRound> {
  const whole: ServicesTask = { ...SERVICES_LOAD, ...task };
  await using worker = new BenchWorker('services-worker.ts', whole, runtimes, CALLER_NODE_FLAGS);
  return await worker.heard<ServicesRound>();
}
