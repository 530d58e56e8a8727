// Gives a build a region's new rooms, share by share, as long as the gates pass, and takes it back when they do not:
//   node infra/deploy/rollout.ts --new b2 --old b1 --prometheus http://127.0.0.1:9090 -- npx meridian release
// Exit codes: 0 promoted, 1 rolled back, 2 the command line, the file or a query is wrong, 4 neither: somebody must look.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readGateFile } from './gate-file.ts';
import { askGates } from './judge-gates.ts';
import { Prometheus } from './prometheus.ts';
import { CommandReleaseTool } from './release-tool.ts';
import { rollOut } from './roll-out.ts';
import { watchGates } from './watch-gates.ts';

const EXIT = { promoted: 0, 'rolled-back': 1, stuck: 4 } as const;
const EXIT_USAGE = 2;

const USAGE = `Usage: node infra/deploy/rollout.ts --new <build> --old <build> --prometheus <url> [options] -- <release command>

  --steps <percents>    shares, one after the other (default: 5,25,50,100)
  --gates <file>        default: infra/deploy/gates.yaml
  --observe <seconds>   how long nothing may fail at each share (default: 600)
  --wait <seconds>      how long, after that, missing data is waited for (default: 600)
  --interval <seconds>  between two looks (default: 15)
`;

const Build = z.string().regex(/^[\w.+-]{1,128}$/);
const seconds = z.coerce.number().min(0).max(86_400);
const Options = z.strictObject({
  new: Build,
  old: Build,
  prometheus: z.url(),
  steps: z
    .string()
    .regex(/^(\d+,)*100$/, { message: 'wants percents, the last of them 100' })
    .default('5,25,50,100')
    .transform((text) => text.split(',').map((percent) => Number(percent) / 100)),
  gates: z.string().default(join(import.meta.dirname, 'gates.yaml')),
  observe: seconds.default(600),
  wait: seconds.default(600),
  interval: seconds.default(15),
  command: z.array(z.string()).min(1, { message: 'which command? -- npx meridian release' }),
});

async function main(): Promise<number> {
  const options = Options.parse(readArguments());
  const { new: build, old, steps } = options;
  const prometheus = new Prometheus(options.prometheus);
  const file = readGateFile(options.gates);
  const builds = { new: build, old };
  // Before a single room is at stake: does Prometheus understand every query?
  await askGates(prometheus, file, builds);
  const end = await rollOut({
    tool: new CommandReleaseTool(options.command),
    build,
    steps,
    watch: () =>
      watchGates({
        ...{ prometheus, file, builds },
        observeMs: options.observe * 1_000,
        waitMs: options.wait * 1_000,
        intervalMs: options.interval * 1_000,
      }),
    tell: (text) => void process.stdout.write(text),
  });
  process.stdout.write(`${JSON.stringify({ build, ...end })}\n`);
  return EXIT[end.kind];
}

function readArguments(): Record<string, unknown> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...{ new: text, old: text, prometheus: text, steps: text, gates: text },
      ...{ observe: text, wait: text, interval: text },
    },
  });
  return { ...values, command: positionals };
}

try {
  process.exitCode = await main();
} catch (error) {
  const message = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
  process.stderr.write(`${message}\n\n${USAGE}`);
  process.exitCode = EXIT_USAGE;
}
