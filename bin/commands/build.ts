import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies } from '../setup/dependencies.ts';
import { copyCompanions } from '../setup/packages.ts';
import { root } from '../setup/root.js';
import { ensureWebDemos } from '../setup/web-demos.ts';
import { packageContents } from './package-contents.ts';
import { type Streams, stream } from './stream.ts';

/** Compiles what production runs: dist/ (server), client-sdk/dist/ (SDK), demos/dist/ (pages). */
export async function run(): Promise<number> {
  await ensureDependencies();
  await ensureWebDemos();
  const streams = { output: 'stdout' } as const;
  return (await build(streams)) && (await packageContents(streams)) ? 0 : 1;
}

/** The compilation alone. */
export async function build(streams: Streams): Promise<boolean> {
  // A file that is gone from the sources must not live on in the result.
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const server = await stream(
    'node_modules/typescript/bin/tsc',
    ['-p', 'tsconfig.build.json'],
    streams,
  );
  copyCompanions();
  const sdk = await stream('client-sdk/build.mjs', [], streams);
  return server && sdk;
}
