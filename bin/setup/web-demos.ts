import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { webBuild } from '../../demos/web/build-inputs.ts';
import { exclusively } from './exclusively.js';
import { fingerprint } from './fingerprint.ts';
import { root } from './root.js';
import { runQuietly } from './run-quietly.js';
import { SetupError } from './setup-error.js';
import { step } from './step.js';
import { toolchainFolder } from './toolchain.js';

/** In the output, so that who deletes the one has deleted the other. */
const STAMP = `${webBuild.output}/.meridian-stamp`;
/** Besides what the demos name themselves: what `meridian/schema` is made of, and how TypeScript is read. */
const SHARED_INPUTS = ['src/schema', 'src/shared', 'tsconfig.json'];

/** Builds the pages of the demo games when what they are made of has changed. */
export async function ensureWebDemos(): Promise<void> {
  if (isFresh()) return;
  await exclusively(toolchainFolder, async () => {
    if (isFresh()) return;
    await step('building the web demos', build);
  });
}

async function build(): Promise<void> {
  // Taken before the build: a file that changes meanwhile leaves a stale stamp, never a stale page.
  const inputs = stamp();
  const [, ...viteArgs] = webBuild.command;
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const args = ['--conditions=meridian-source', vite, ...viteArgs, '--logLevel', 'warn'];
  const { ok, output } = await runQuietly(process.execPath, args, { cwd: root });
  if (!ok) throw new SetupError(`the web demos do not build:\n\n${output.trimEnd()}`);
  writeFileSync(join(root, STAMP), inputs);
}

function isFresh(): boolean {
  const path = join(root, STAMP);
  return existsSync(path) && readFileSync(path, 'utf8') === stamp();
}

function stamp(): string {
  return fingerprint(root, [...webBuild.inputs, ...SHARED_INPUTS]);
}
