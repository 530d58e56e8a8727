import { ensureDependencies } from '../setup/dependencies.ts';
import { ensureTestTools } from '../setup/install-test-tools.ts';
import { ensureWebDemos } from '../setup/web-demos.ts';
import { build } from './build.ts';
import { type Check, lint, tests, types } from './checks.ts';
import { heading } from './heading.ts';
import { packageContents } from './package-contents.ts';

interface Result {
  readonly check: string;
  readonly ok: boolean;
  readonly durationMs: number;
}

/** All checks, then a table. `--json` prints the table as JSON on standard output, everything else on standard error. */
export async function run(args: readonly string[]): Promise<number> {
  const wantsJson = args.includes('--json');
  const streams = { output: wantsJson ? 'stderr' : 'stdout' } as const;
  await ensureDependencies();
  await ensureWebDemos();
  await ensureTestTools();

  const checks: Readonly<Record<string, Check>> = {
    lint,
    types,
    tests,
    build,
    package: packageContents,
  };
  const results: Result[] = [];
  for (const [name, check] of Object.entries(checks)) {
    heading(name, streams);
    const startedMs = performance.now();
    const ok = await check(streams);
    results.push({ check: name, ok, durationMs: Math.round(performance.now() - startedMs) });
  }

  const ok = results.every((result) => result.ok);
  heading('summary', streams);
  process[streams.output].write(table(results));
  if (wantsJson) console.log(JSON.stringify({ ok, results }));
  return ok ? 0 : 1;
}

function table(results: readonly Result[]): string {
  return results
    .map(({ check, ok, durationMs }) => {
      const time = `${(durationMs / 1000).toFixed(1)} s`.padStart(9);
      return `  ${check.padEnd(10)} ${ok ? 'ok    ' : 'FAILED'} ${time}\n`;
    })
    .join('');
}
