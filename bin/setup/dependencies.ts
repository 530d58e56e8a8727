import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exclusively } from './exclusively.js';
import { fingerprint } from './fingerprint.ts';
import { npm } from './npm.js';
import { root } from './root.js';
import { SetupError } from './setup-error.js';
import { step } from './step.js';
import { toolchainFolder } from './toolchain.js';

// Inside node_modules, so that who deletes the one has deleted the other.
const STAMP = 'node_modules/.meridian-stamp';
const MANIFESTS = ['package-lock.json', 'package.json', 'client-sdk/package.json'];

/** The parts of a lockfile that decide what is installed. */
interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

/** Installs exactly what package-lock.json says, when it is not what node_modules holds. */
export async function ensureDependencies(): Promise<void> {
  if (isStamped()) return;
  await exclusively(toolchainFolder, async () => {
    if (isStamped()) return;
    // After an `npm install` by hand there is nothing to do either.
    if (!holdsLockedPackages()) {
      const reason = existsSync(join(root, 'node_modules')) ? 'changed' : 'missing';
      if (process.env['MERIDIAN_NO_INSTALL'] === '1') {
        throw new SetupError(`the locked dependencies are ${reason}. Run: npm ci`);
      }
      await step(`dependencies are ${reason}; installing what package-lock.json says`, () =>
        npm(process.execPath, ['ci', '--include=dev', '--no-audit', '--no-fund'], root),
      );
    }
    writeFileSync(join(root, STAMP), stamp());
  });
}

function stamp(): string {
  const nodeMajor = process.versions.node.split('.')[0] ?? '';
  return fingerprint(root, MANIFESTS, [process.platform, process.arch, nodeMajor]);
}

function isStamped(): boolean {
  const path = join(root, STAMP);
  return existsSync(path) && readFileSync(path, 'utf8') === stamp();
}

/** Whether npm's own list of what it installed agrees with the lockfile, on this platform. */
function holdsLockedPackages(): boolean {
  const path = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(path)) return false;
  const installed = readLockfile(path).packages;
  return Object.entries(readLockfile(join(root, 'package-lock.json')).packages).every(
    ([name, locked]) => {
      if (!name.startsWith('node_modules/') || locked.link === true) return true;
      const found = installed[name];
      if (found !== undefined) return found.version === locked.version && runsHere(locked);
      return locked.optional === true;
    },
  );
}

function runsHere({ os = [], cpu = [] }: LockedPackage): boolean {
  return allows(os, process.platform) && allows(cpu, process.arch);
}

/** npm's `os` and `cpu` lists: empty allows all, `!name` forbids one. */
function allows(list: readonly string[], name: string): boolean {
  if (list.includes(`!${name}`)) return false;
  const wanted = list.filter((item) => !item.startsWith('!'));
  return wanted.length === 0 || wanted.includes(name);
}

function readLockfile(path: string): Lockfile {
  return JSON.parse(readFileSync(path, 'utf8')) as Lockfile;
}
