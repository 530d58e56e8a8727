import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { webBuild } from '../../demos/web/build-inputs.ts';
import { consoleBuild } from '../../src/admin/console/build-inputs.ts';
import { exclusively } from './exclusively.js';
import { fingerprint } from './fingerprint.ts';
import { root } from './root.js';
import { runQuietly } from './run-quietly.js';
import { SetupError } from './setup-error.js';
import { step } from './step.js';
import { toolchainFolder } from './toolchain.js';

/** Pages that a bundler makes of sources. */
interface WebPages {
  /** As in "building the …". */
  readonly name: string;
  readonly command: readonly string[];
  readonly inputs: readonly string[];
  readonly output: string;
}

/** Besides what the demos name themselves: what `meridian/schema` is made of, and how TypeScript is read. */
const SHARED_INPUTS = ['src/schema', 'src/shared', 'tsconfig.json'];
const DEMOS: WebPages = {
  ...webBuild,
  name: 'web demos',
  inputs: [...webBuild.inputs, ...SHARED_INPUTS],
};
const CONSOLE: WebPages = { ...consoleBuild, name: 'operator console' };

/** Builds the pages of the demo games and of the console when what they are made of has changed. */
export async function ensureWebDemos(): Promise<void> {
  await ensure([DEMOS, CONSOLE]);
}

/** The operator's console alone, for other games than the demos. */
export async function ensureConsole(): Promise<void> {
  await ensure([CONSOLE]);
}

async function ensure(all: readonly WebPages[]): Promise<void> {
  if (all.every(isFresh)) return;
  await exclusively(toolchainFolder, async () => {
    for (const pages of all) {
      if (!isFresh(pages)) await step(`building the ${pages.name}`, () => build(pages));
    }
  });
}

async function build(pages: WebPages): Promise<void> {
  // Taken before the build: a file that changes meanwhile leaves a stale stamp, never a stale page.
  const inputs = stamp(pages);
  const [, ...viteArgs] = pages.command;
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const args = ['--conditions=meridian-source', vite, ...viteArgs, '--logLevel', 'warn'];
  const { ok, output } = await runQuietly(process.execPath, args, { cwd: root });
  if (!ok) throw new SetupError(`building the ${pages.name} failed:\n\n${output.trimEnd()}`);
  writeFileSync(stampPath(pages), inputs);
}

function isFresh(pages: WebPages): boolean {
  const path = stampPath(pages);
  return existsSync(path) && readFileSync(path, 'utf8') === stamp(pages);
}

/** In the output, so that who deletes the one has deleted the other. */
function stampPath({ output }: WebPages): string {
  return join(root, output, '.meridian-stamp');
}

function stamp({ inputs }: WebPages): string {
  return fingerprint(root, inputs);
}
