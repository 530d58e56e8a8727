import { ensureDependencies } from '../setup/dependencies.ts';
import { ensureTestTools } from '../setup/install-test-tools.ts';
import { ensureWebDemos } from '../setup/web-demos.ts';
import { lint, tests, types } from './checks.ts';
import { heading } from './heading.ts';

/**
 * Everything that must hold before a change goes in. A failure of one check does not hide the others. Vitest comes last,
 * so that its closing lines are the last ones of a good run. With arguments: the tests they name and nothing else.
 */
export async function run(args: readonly string[]): Promise<number> {
  await ensureDependencies();
  await ensureWebDemos();
  await ensureTestTools();
  const streams = { output: 'stdout' } as const;
  if (args.length > 0) return (await tests(streams, args)) ? 0 : 1;

  const failed: string[] = [];
  for (const [name, check] of Object.entries({ lint, types, tests })) {
    heading(name, streams);
    if (!(await check(streams))) failed.push(name);
  }
  if (failed.length === 0) return 0;
  console.error(`meridian: failed: ${failed.join(', ')} (details above)`);
  return 1;
}
