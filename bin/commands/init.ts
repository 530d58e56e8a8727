import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { ensureDependencies } from '../setup/dependencies.ts';
import { npm } from '../setup/npm.js';
import { packPackages } from '../setup/packages.ts';
import { root } from '../setup/root.js';
import { SetupError } from '../setup/setup-error.js';
import { step } from '../setup/step.js';

const TEMPLATE = join(root, 'templates/game');
/** The name that stands for the game's in the files of the template. */
const PLACEHOLDER = 'my-game';
const FILES_WITH_NAME = ['package.json', 'index.html', 'README.md'];
/** npm's rule for names, of those without a scope. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,213}$/;

/** Makes a new game. Nothing is left behind when it fails half way. */
export async function run(args: readonly string[]): Promise<number> {
  const [given, ...more] = args;
  if (given === undefined || given.startsWith('-') || more.length > 0) {
    throw new SetupError('init takes one folder, e.g. `npx meridian init ../my-game`');
  }
  // npx changes to the package's folder for nobody, and npm run tells where it was called.
  const folder = resolve(process.env['INIT_CWD'] ?? process.cwd(), given);
  const wasThere = isThere(folder);
  const name = projectName(folder);
  await ensureDependencies();
  try {
    await make(folder, name);
  } catch (error) {
    empty(folder, wasThere);
    throw error;
  }
  const installs = process.env['MERIDIAN_NO_INSTALL'] !== '1';
  if (installs) await install(folder);
  console.log(summary(folder, name, installs));
  return 0;
}

/** @throws {SetupError} when npm would not take the folder's name for a package's */
function projectName(folder: string): string {
  const name = basename(folder);
  if (NAME.test(name)) return name;
  throw new SetupError(
    `'${name}' cannot be the name of a package: small letters, digits, '-', '_' and '.' can`,
  );
}

/** @throws {SetupError} unless the folder is new or empty */
function isThere(folder: string): boolean {
  if (!existsSync(folder)) return false;
  if (!statSync(folder).isDirectory()) throw new SetupError(`${folder} is a file`);
  const content = readdirSync(folder);
  if (content.length === 0) return true;
  throw new SetupError(
    `${folder} is not empty (${content.slice(0, 3).join(', ')}${content.length > 3 ? ', …' : ''}). Nothing was changed.`,
  );
}

async function make(folder: string, name: string): Promise<void> {
  mkdirSync(join(folder, 'vendor'), { recursive: true });
  cpSync(TEMPLATE, folder, { recursive: true });
  // Under its true name it would count in this repository.
  renameSync(join(folder, 'gitignore'), join(folder, '.gitignore'));
  for (const file of FILES_WITH_NAME) {
    const path = join(folder, file);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(PLACEHOLDER, name));
  }
  await packPackages(join(folder, 'vendor'));
}

async function install(folder: string): Promise<void> {
  await step('installing the packages of the game', () =>
    npm(process.execPath, ['install', '--no-audit', '--no-fund'], folder),
  );
}

function empty(folder: string, wasThere: boolean): void {
  if (!wasThere) {
    rmSync(folder, { recursive: true, force: true });
    return;
  }
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
}

function summary(folder: string, name: string, isInstalled: boolean): string {
  const shown = relative(process.cwd(), folder);
  const lines = [
    ['cd', shown === '' ? '.' : shown],
    ...(isInstalled ? [] : [['npm', 'install']]),
    ['npm', 'test', '# types, and two players on a real server'],
    ['npm', 'start', '# then open http://localhost:2567 in two windows'],
  ].map(([word, rest, comment]) => `  ${`${word} ${rest}`.padEnd(12)} ${comment ?? ''}`.trimEnd());
  return [`\n${name} is made. Next:\n`, ...lines, ''].join('\n');
}
