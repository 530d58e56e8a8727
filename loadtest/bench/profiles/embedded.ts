import { join } from 'node:path';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import type { Runtimes } from '../../machine/runtimes.ts';
import type { EmbeddedRound, EmbeddedTask } from './embedded-worker.ts';
import { BenchWorker } from './worker.ts';

export const EMBEDDED_LOAD = { players: 1_000, perSecond: 2_000 } as const;

/** One round on a new file, in a new process. */
export async function runEmbeddedRound(
  runtimes: Runtimes,
  { seconds, warmSeconds, seed }: Pick<EmbeddedTask, 'seconds' | 'warmSeconds' | 'seed'>,
): Promise<EmbeddedRound> {
  await using folder = await temporaryFolder('bench-embedded');
  const path = join(folder.path, 'store.sqlite');
  const task: EmbeddedTask = { ...EMBEDDED_LOAD, path, seconds, warmSeconds, seed };
  await using worker = new BenchWorker('embedded-worker.ts', task, runtimes);
  return await worker.heard<EmbeddedRound>();
}
