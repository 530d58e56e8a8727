import { become } from '../setup/become.ts';
import { ensureDependencies } from '../setup/dependencies.ts';
import { ensureTestTools } from '../setup/install-test-tools.ts';

/** Breaks a local cluster on purpose: loadtest/chaos.ts knows the scenarios. */
export async function run(args: readonly string[]): Promise<number> {
  await ensureDependencies();
  await ensureTestTools();
  return become(['--conditions=meridian-source', 'loadtest/chaos.ts', ...args]);
}
