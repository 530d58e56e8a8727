import { become } from '../setup/become.ts';
import { ensureDependencies } from '../setup/dependencies.ts';

/** Compares with other servers: loadtest/bench.ts knows the suites. */
export async function run(args: readonly string[]): Promise<number> {
  await ensureDependencies();
  return become(['--conditions=meridian-source', 'loadtest/bench.ts', ...args]);
}
