import { become } from '../setup/become.ts';
import { ensureDependencies } from '../setup/dependencies.ts';

/** Drives bots against a server: loadtest/loadtest.ts knows the options. */
export async function run(args: readonly string[]): Promise<number> {
  await ensureDependencies();
  return become(['--conditions=meridian-source', 'loadtest/loadtest.ts', ...args]);
}
