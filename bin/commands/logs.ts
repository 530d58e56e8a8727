import { ensureDependencies } from '../setup/dependencies.ts';

/** What nodes have written lately: src/app/logs-command.ts knows the options. */
export async function run(args: readonly string[]): Promise<number> {
  await ensureDependencies();
  const { runLogsCommand } = await import('../../src/app/logs-command.ts');
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stopping.abort());
  }
  return await runLogsCommand(args, process.env, {
    output: (text) => void process.stdout.write(text),
    complaint: (text) => void process.stderr.write(text),
    signal: stopping.signal,
  });
}
