import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { consoleBuild } from '../../src/admin/console/build-inputs.ts';
import { exclusively } from './exclusively.js';
import { fingerprint } from './fingerprint.ts';
import { npm } from './npm.js';
import { root } from './root.js';
import { runQuietly } from './run-quietly.js';
import { SetupError } from './setup-error.js';
import { step } from './step.js';
import { toolchainFolder } from './toolchain.js';
import { ensureConsole } from './web-demos.ts';

const INPUTS = [
  'src',
  'client-sdk/src',
  'client-sdk/build.mjs',
  'client-sdk/package.json',
  'client-sdk/tsconfig.json',
  'tsconfig.json',
  'tsconfig.build.json',
];
/** The manifest of each package, and how npm begins the name of its archive. */
const ARCHIVES = [
  ['package.json', 'meridian'],
  ['client-sdk/package.json', 'meridian-client'],
] as const;
/** What the build command leaves is not stamped: it may be older than the sources. */
const STAMP = 'dist/.meridian-stamp';
/** Types are `npm run types`'s affair: unchecked, this takes a third of the time. */
const COMPILE = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--noCheck'];

/**
 * Packs `meridian` and `@meridian/client` as npm would publish them, compiled anew when their sources have changed.
 *
 * @param folder - gets the two archives; it exists
 */
export async function packPackages(folder: string): Promise<void> {
  await ensureConsole();
  await exclusively(toolchainFolder, async () => {
    if (!isFresh()) await step('compiling meridian and @meridian/client', compile);
    await step('packing them', async () => {
      const args = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
      await npm(process.execPath, args, root);
      await npm(process.execPath, args, join(root, 'client-sdk'));
      assertPacked(folder);
    });
  });
}

/** npm may have been told by its settings to do nothing, and says that it went well. */
function assertPacked(folder: string): void {
  for (const [manifest, prefix] of ARCHIVES) {
    const { version } = JSON.parse(readFileSync(join(root, manifest), 'utf8')) as {
      readonly version: string;
    };
    const archive = `${prefix}-${version}.tgz`;
    if (!existsSync(join(folder, archive))) throw new SetupError(`npm has not made ${archive}`);
  }
}

async function compile(): Promise<void> {
  // Taken before: a file that changes meanwhile leaves a stale stamp, never a stale package.
  const inputs = stamp();
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  await succeed(COMPILE);
  copyCompanions();
  await succeed(['client-sdk/build.mjs']);
  writeFileSync(join(root, STAMP), inputs);
}

/** What the compiler leaves behind: Lua scripts, and the console's page, which another compiler has built. */
export function copyCompanions(): void {
  const copies = [
    ['src/storage/redis/scripts', 'dist/storage/redis/scripts'],
    [consoleBuild.output, 'dist/admin/console/dist'],
  ] as const;
  for (const [from, to] of copies) cpSync(join(root, from), join(root, to), { recursive: true });
}

async function succeed(command: readonly string[]): Promise<void> {
  const { ok, output } = await runQuietly(process.execPath, command, { cwd: root });
  if (!ok) throw new SetupError(`compiling the packages failed:\n\n${output.trimEnd()}`);
}

function isFresh(): boolean {
  const path = join(root, STAMP);
  return existsSync(path) && readFileSync(path, 'utf8') === stamp();
}

function stamp(): string {
  return fingerprint(root, INPUTS);
}
