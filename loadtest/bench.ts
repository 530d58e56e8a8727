// `npm run bench -- <suite> [flags]`

import { BENCH_SUITES } from './cli/bench-suites.ts';

// Ends through 'exit', where nodes and bots are ended too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const [suite = '', ...argv] = process.argv.slice(2);
const run = BENCH_SUITES[suite];
if (run === undefined) {
  const isHelp = suite === '--help' || suite === '-h';
  const text = `npm run bench -- <suite> [flags]\n\nSuites: ${Object.keys(BENCH_SUITES).join(', ')}.\n<suite> --help tells its flags.\n`;
  (isHelp ? process.stdout : process.stderr).write(
    isHelp ? text : `There is no suite "${suite}".\n${text}`,
  );
  process.exitCode = isHelp ? 0 : 2;
} else {
  process.exitCode = await run(argv);
}
