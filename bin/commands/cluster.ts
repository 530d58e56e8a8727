import { become } from '../setup/become.ts';
import { ensureDependencies } from '../setup/dependencies.ts';
import { ensureTestTools } from '../setup/install-test-tools.ts';
import { ensureWebDemos } from '../setup/web-demos.ts';

/** Five regions on this machine: loadtest/world.ts. */
export async function run(args: readonly string[]): Promise<number> {
  await ensureDependencies();
  await ensureWebDemos();
  await ensureTestTools();
  return become(['--conditions=meridian-source', 'loadtest/world.ts', ...args]);
}
