import { ensureDependencies } from '../setup/dependencies.ts';

/** Prepares a database before nodes use it: src/app/database-command.ts knows the options. */
export async function run(args: readonly string[]): Promise<number> {
  await ensureDependencies();
  const { runDatabaseCommand } = await import('../../src/app/database-command.ts');
  return await runDatabaseCommand(args, process.env, {
    output: (text) => void process.stdout.write(text),
    progress: (text) => void process.stderr.write(text),
  });
}
