// Builds the package: dist/index.js (ESM, dependencies left to the bundler or Node), dist/meridian-client.js (all in one
// minified file, global `Meridian`, for a <script> tag) and the declarations.

import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('.', import.meta.url));
const entry = join(root, 'src/index.ts');
const common = {
  entryPoints: [entry],
  bundle: true,
  target: 'es2022',
  sourcemap: true,
  logLevel: 'warning',
};

await build({
  ...common,
  outfile: join(root, 'dist/index.js'),
  format: 'esm',
  platform: 'neutral',
  packages: 'external',
});
await build({
  ...common,
  outfile: join(root, 'dist/meridian-client.js'),
  format: 'iife',
  globalName: 'Meridian',
  platform: 'browser',
  minify: true,
});

const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
execFileSync(
  process.execPath,
  [join(typescript, 'bin/tsc'), '-p', join(root, 'tsconfig.json'), '--emitDeclarationOnly'],
  { stdio: 'inherit' },
);
