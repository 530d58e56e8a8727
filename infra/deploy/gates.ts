// Whether a new build may have more:  node infra/deploy/gates.ts --prometheus http://127.0.0.1:9090 --new b2 --old b1
// Exit codes: 0 all gates pass, 1 one fails, 2 the command line, the file or a query is wrong, 3 something is still not known.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { GateFileError, readGateFile } from './gate-file.ts';
import { gateTable } from './judge-gates.ts';
import { Prometheus, QueryError } from './prometheus.ts';
import { watchGates } from './watch-gates.ts';

export const EXIT = { pass: 0, fail: 1, usage: 2, unknown: 3 } as const;

const USAGE = `Usage: node infra/deploy/gates.ts --prometheus <url> --new <build> --old <build> [options]

  --gates <file>        default: infra/deploy/gates.yaml
  --observe <seconds>   how long nothing may fail (default: 600)
  --wait <seconds>      how long, after that, missing data is waited for (default: 600)
  --interval <seconds>  between two looks (default: 15)
  --json                the last look as JSON on standard output
`;

const Build = z.string().regex(/^[\w.+-]{1,128}$/);
const seconds = z.coerce.number().min(0).max(86_400);
const Options = z.strictObject({
  prometheus: z.url(),
  new: Build,
  old: Build,
  gates: z.string().default(join(import.meta.dirname, 'gates.yaml')),
  observe: seconds.default(600),
  wait: seconds.default(600),
  interval: seconds.default(15),
  json: z.boolean().default(false),
});

async function main(): Promise<number> {
  const options = Options.parse(readArguments());
  const { verdict, results } = await watchGates({
    prometheus: new Prometheus(options.prometheus),
    file: readGateFile(options.gates),
    builds: { new: options.new, old: options.old },
    observeMs: options.observe * 1_000,
    waitMs: options.wait * 1_000,
    intervalMs: options.interval * 1_000,
  });
  process.stdout.write(
    options.json ? `${JSON.stringify({ verdict, results })}\n` : gateTable(results),
  );
  return EXIT[verdict];
}

function readArguments(): Record<string, unknown> {
  const text = { type: 'string' } as const;
  return parseArgs({
    options: {
      ...{ prometheus: text, new: text, old: text, gates: text },
      ...{ observe: text, wait: text, interval: text, json: { type: 'boolean' } },
    },
  }).values;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof QueryError || error instanceof GateFileError) {
    process.stderr.write(`${error.message}\n`);
  } else if (error instanceof z.ZodError) {
    process.stderr.write(`${z.prettifyError(error)}\n\n${USAGE}`);
  } else {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
  }
  process.exitCode = EXIT.usage;
}
