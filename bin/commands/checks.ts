// The checks of this repository, one function each, in the order in which they pay: cheap ones first.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/root.js';
import { type Streams, stream } from './stream.ts';

/** One check; prints what it finds. */
export type Check = (streams: Streams) => Promise<boolean>;

/** Every folder with a compiler configuration of its own. */
const TYPED_PROJECTS = [
  'tsconfig.json',
  'bin/tsconfig.json',
  'client-sdk/tsconfig.json',
  'demos/tsconfig.json',
  'src/admin/console/tsconfig.json',
  'templates/tsconfig.json',
];

/** Formatting, lint, layers, import cycles. Warnings are shown and do not fail. */
export function lint(streams: Streams): Promise<boolean> {
  return stream('node_modules/@biomejs/biome/bin/biome', ['ci', '.'], streams);
}

export async function types(streams: Streams): Promise<boolean> {
  let isGood = true;
  for (const project of TYPED_PROJECTS.filter((path) => existsSync(join(root, path)))) {
    const isClean = await stream(
      'node_modules/typescript/bin/tsc',
      ['-p', project, '--noEmit'],
      streams,
    );
    isGood &&= isClean;
  }
  return isGood;
}

export function tests(streams: Streams, args: readonly string[] = []): Promise<boolean> {
  return stream('node_modules/vitest/vitest.mjs', ['run', ...args], streams);
}
