import { become } from '../setup/become.ts';
import { ensureDependencies } from '../setup/dependencies.ts';
import { ensureTestTools } from '../setup/install-test-tools.ts';

/** Five regions under players and faults, for a long time: loadtest/soak.ts. */
export async function run(args: readonly string[]): Promise<number> {
  await ensureDependencies();
  await ensureTestTools();
  return become(['--conditions=meridian-source', 'loadtest/soak.ts', ...args]);
}
