import { become } from '../setup/become.ts';
import { ensureDependencies } from '../setup/dependencies.ts';

/** Simulates matchmaking: loadtest/matchsim.ts knows the options. */
export async function run(args: readonly string[]): Promise<number> {
  await ensureDependencies();
  return become(['--conditions=meridian-source', 'loadtest/matchsim.ts', ...args]);
}
