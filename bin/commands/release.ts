import { ensureDependencies } from '../setup/dependencies.ts';

/** Says which build gets a region's new rooms: src/app/release-command.ts knows the options. */
export async function run(args: readonly string[]): Promise<number> {
  await ensureDependencies();
  const { runReleaseCommand } = await import('../../src/app/release-command.ts');
  return await runReleaseCommand(args, process.env, {
    output: (text) => void process.stdout.write(text),
    progress: (text) => void process.stderr.write(text),
  });
}
