import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exclusively } from './exclusively.js';
import { findProgram } from './find-program.ts';
import { hasJavaTools, mongoJavaServerRecipes } from './mongo-java-server.ts';
import { root } from './root.js';
import { runQuietly } from './run-quietly.js';
import { step } from './step.js';
import { FINDERS, type TestTool } from './test-tools.ts';
import { toolchainFolder } from './toolchain.js';

/** One way to get a tool: a command that can also be shown to a person. */
type Recipe = readonly [program: string, ...args: string[]];

/** What to do on a machine whose package manager we do not know. */
const BY_HAND: Readonly<Record<TestTool, string>> = {
  'redis-server': 'Install redis-server and put it into PATH.',
  chromium: 'Install chromium and put it into PATH.',
  prometheus: 'Install Prometheus and Alertmanager, and put them, promtool and amtool into PATH.',
  'mongo-server': 'Install MongoDB, or a JDK and Maven, or set MONGO_URI.',
};

/** What Homebrew calls them. */
const BREW: Readonly<Record<Exclude<TestTool, 'mongo-server'>, readonly string[]>> = {
  'redis-server': ['redis'],
  chromium: ['--cask', 'google-chrome'],
  // Without a service that starts: Homebrew starts none by itself.
  prometheus: ['prometheus', 'alertmanager'],
};

/** -n: fail rather than ask for a password in the middle of a test run. */
const SUDO = ['sudo', '-n', '--preserve-env=DEBIAN_FRONTEND,RUNLEVEL'] as const;

/**
 * Installs the programs that tests need, where the machine lets us; otherwise says in one line each what is missing and how
 * to get it. Never fails: tests that need a missing tool are skipped by name, or fail where `CI` is set.
 */
export async function ensureTestTools(): Promise<void> {
  if (missingTools().length === 0) return;
  await exclusively(toolchainFolder, async () => {
    for (const tool of missingTools()) {
      const recipes = recipesFor(tool);
      if (process.env['MERIDIAN_NO_INSTALL'] !== '1' && mayInstall(tool)) {
        await step(`tests need ${tool}; installing it`, () => follow(recipes, tool));
      }
      if (FINDERS[tool]() === null) {
        const command = recipes.map(asTyped).join(' && ');
        const advice = command === '' ? BY_HAND[tool] : `Run: ${command}`;
        process.stderr.write(`meridian: ${tool} is missing, its tests will not run. ${advice}\n`);
      }
    }
  });
}

function missingTools(): TestTool[] {
  return (Object.keys(FINDERS) as TestTool[]).filter((tool) => FINDERS[tool]() === null);
}

async function follow(recipes: readonly Recipe[], tool: TestTool): Promise<void> {
  for (const [program, ...args] of recipes) {
    const { ok, output } = await runQuietly(program, args, {
      cwd: root,
      // RUNLEVEL keeps Debian from starting services of Redis and Prometheus: tests start their own.
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    });
    // An update may fail for one dead mirror while the package is still to be had; the install decides.
    if (!ok && FINDERS[tool]() === null) {
      const lastLines = output.trimEnd().split('\n').slice(-3).join('\n  ');
      process.stderr.write(`\n  ${lastLines}\n  `);
    }
  }
}

function recipesFor(tool: TestTool): readonly Recipe[] {
  if (tool === 'mongo-server') return recipesForMongo();
  if (process.platform === 'darwin') return [['brew', 'install', ...BREW[tool]]];
  if (findProgram(['apt-get']) === null) return [];
  // Ubuntu's apt package of Chromium is a pointer to a snap, which containers cannot run.
  if (tool === 'chromium' && isUbuntu()) {
    const playwright = join(root, 'node_modules/playwright-core/cli.js');
    return [[process.execPath, playwright, 'install', '--with-deps', 'chromium']];
  }
  return byApt(...(tool === 'prometheus' ? ['prometheus', 'prometheus-alertmanager'] : [tool]));
}

/** No package manager we know has MongoDB; Java and Maven they all have. */
function recipesForMongo(): readonly Recipe[] {
  if (hasJavaTools()) return mongoJavaServerRecipes();
  if (process.platform === 'darwin') {
    return [['brew', 'install', 'openjdk', 'maven'], ...mongoJavaServerRecipes()];
  }
  if (findProgram(['apt-get']) === null) return [];
  // A JDK, not a JRE: the launcher is compiled here.
  return [...byApt('default-jdk-headless', 'maven'), ...mongoJavaServerRecipes()];
}

function byApt(...packages: readonly string[]): readonly Recipe[] {
  return [
    asRoot('apt-get', 'update'),
    asRoot('apt-get', 'install', '-y', '--no-install-recommends', ...packages),
  ];
}

function asRoot(program: string, ...args: string[]): Recipe {
  if (process.getuid?.() === 0) return [program, ...args];
  return [...SUDO, program, ...args];
}

/** The recipe as a person would type it: with a sudo that may ask. */
function asTyped(recipe: Recipe): string {
  return recipe.join(' ').replace(SUDO.join(' '), 'sudo');
}

function mayInstall(tool: TestTool): boolean {
  if (tool === 'mongo-server' && hasJavaTools()) return true;
  if (process.platform === 'darwin') return findProgram(['brew']) !== null;
  return findProgram(['apt-get']) !== null;
}

function isUbuntu(): boolean {
  try {
    return /^ID=ubuntu$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    // A Linux without this file is none of those we know a package name for; the Debian one is as good as any.
    return false;
  }
}
