// The first minute of a stranger: bin/meridian.js in a copy of this repository, under this Node and under an old one.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProgram } from '../../bin/setup/find-program.ts';
import { Command, type CommandEnd, runCommand } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { longTest } from '../support/long-test.ts';
import { repositoryRoot } from '../support/repository.ts';
import { repositoryCopy } from '../support/repository-copy.ts';

const LISTENS_WITHIN_MS = 20_000;

let copy: Awaited<ReturnType<typeof repositoryCopy>>;

beforeAll(async () => {
  copy = await repositoryCopy();
}, 120_000);

afterAll(() => copy?.[Symbol.asyncDispose]());

describe('[SET-1] each step of the set-up runs when it is needed, and only then', {
  timeout: 60_000,
}, () => {
  const STAMP = 'node_modules/.meridian-stamp';

  test('a first run builds the pages and trusts what npm has installed', async () => {
    await rm(join(copy.path, STAMP), { force: true });
    const { stderr, exitCode } = await meridian(['setup']);
    expect(steps(stderr)).toEqual(['building the web demos', 'building the operator console']);
    expect(exitCode).toBe(0);
  });

  test('a second run does nothing', async () => {
    expect(steps((await meridian(['setup'])).stderr)).toEqual([]);
  });

  test('a changed source of the pages builds them again, once', async () => {
    await appendFile(join(copy.path, 'demos/web/theme.css'), '\n/* another */\n');
    expect(steps((await meridian(['setup'])).stderr)).toEqual(['building the web demos']);
    expect(steps((await meridian(['setup'])).stderr)).toEqual([]);
  });

  test('a changed lockfile is noticed; its old content needs no installation', async () => {
    const lockfile = join(copy.path, 'package-lock.json');
    const content = await readFile(lockfile, 'utf8');
    const entry = /("node_modules\/pino": \{\s+"version": ")[^"]+/;
    expect(content).toMatch(entry);
    await writeFile(lockfile, content.replace(entry, '$10.0.1'));
    const changed = await meridian(['setup'], { MERIDIAN_NO_INSTALL: '1' });
    expect(changed.exitCode).toBe(1);
    expect(changed.stderr).toContain('the locked dependencies are changed. Run: npm ci');

    await writeFile(lockfile, content);
    expect(steps((await meridian(['setup'])).stderr)).toEqual([]);
  });

  test('an installation that was cut short is noticed', async () => {
    const hidden = join(copy.path, 'node_modules/.package-lock.json');
    const content = await readFile(hidden, 'utf8');
    await rm(hidden);
    await rm(join(copy.path, STAMP));
    const cutShort = await meridian(['setup'], { MERIDIAN_NO_INSTALL: '1' });
    expect(cutShort.exitCode).toBe(1);
    expect(cutShort.stderr).toContain('npm ci');
    await writeFile(hidden, content);
    expect((await meridian(['setup'])).exitCode).toBe(0);
  });

  test('a lock whose holder was killed is taken over', async () => {
    const gone = await runCommand(process.execPath, ['-p', 'process.pid'], { cwd: copy.path });
    await writeFile(join(copy.path, '.toolchain/setup.lock'), gone.stdout.trim());
    await rm(join(copy.path, STAMP));
    expect((await meridian(['setup'])).exitCode).toBe(0);
    expect(existsSync(join(copy.path, '.toolchain/setup.lock'))).toBe(false);
  });
});

describe('[SET-2] the command line', () => {
  test('an unknown command is told, with the known ones, and ends with 2', async () => {
    const { exitCode, stderr } = await meridian(['strat']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`there is no command 'strat'`);
    expect(stderr).toContain('start [options]');
  });

  test.each(['start', 'init', 'test', 'verify', 'setup', 'build'])(
    '%s --help does no set-up',
    async (command) => {
      const { exitCode, stdout, stderr } = await meridian([command, '--help']);
      expect(exitCode).toBe(0);
      expect(stdout).toContain(`Usage: node bin/meridian.js ${command}`);
      expect(stderr).toBe('');
    },
  );
});

/** The Nodes a stranger may have: the one that runs this test, and an old one when the machine has it. */
const NODES = [
  ['this Node', process.execPath],
  ['an older Node', findOldNode()],
] as const;

describe.each(NODES)('[SET-3] with %s', (_name, node) => {
  describe.skipIf(node === null)('which is on this machine', { timeout: 60_000 }, () => {
    test('the tools run under Node >= 24, without a download', async () => {
      const { stdout, stderr } = await meridian(['setup'], { MERIDIAN_NO_INSTALL: '1' }, node);
      expect(stdout).toMatch(/^ready: Node (2[4-9]|[3-9]\d)\./);
      expect(steps(stderr)).toEqual([]);
    });

    test('a second start sets nothing up, and SIGTERM drains the server once', async () => {
      const startedMs = performance.now();
      await using command = new Command(node ?? '', ['bin/meridian.js', 'start'], inCopy());
      await listening(command);
      console.log(`second start to listening: ${Math.round(performance.now() - startedMs)} ms`);
      command.child.kill('SIGTERM');
      const { exitCode, stdout, stderr } = await command.ended;
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout.match(/"event":"draining"/g)).toHaveLength(1);
    });

    test('the exit code of the server passes through', async () => {
      const wrongSetting = await meridian(['start'], { PORT: 'none' }, node);
      expect(wrongSetting).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('PORT') });
      const wrongLine = await meridian(['start', '--game', 'src/index.ts'], {}, node);
      expect(wrongLine).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Usage') });
    });

    test('npm start: who stops npm has stopped the server', async () => {
      const npm = findProgram(['npm']) ?? 'npm';
      const path = `${join(node ?? '', '..')}${delimiter}${process.env['PATH'] ?? ''}`;
      await using command = new Command(npm, ['start'], inCopy({ PATH: path }));
      await listening(command);
      command.child.kill('SIGTERM');
      // Ends only when every process that holds our pipes has ended.
      const { stdout } = await command.ended;
      expect(stdout).toContain('"event":"stopped"');
    });
  });
});

longTest(
  '[SET-5] the build makes every file that the packages export, and they run',
  {
    timeout: 120_000,
  },
  async () => {
    const build = await meridian(['build']);
    expect(build.stdout).toMatch(/^[1-9]\d* files exported, 0 missing$/m);
    expect(build.exitCode).toBe(0);
    // No TypeScript, no conditions: what production and other people's bundlers see.
    const imports = `await import('meridian'); await import('meridian/schema'); await import('@meridian/client');`;
    const script = ['--no-experimental-strip-types', '--input-type=module', '-e', imports];
    const { stderr, exitCode } = await runCommand(process.execPath, script, inCopy());
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  },
);

test('[SET-4] the lockfile knows the optional packages of every platform', async () => {
  // npm writes only those that its registry had when the lockfile was made, and `npm ci` then refuses everywhere.
  const lockfile = JSON.parse(
    await readFile(join(repositoryRoot, 'package-lock.json'), 'utf8'),
  ) as {
    packages: Record<string, { version?: string; optionalDependencies?: Record<string, string> }>;
  };
  const { packages } = lockfile;
  const missing = Object.entries(packages).flatMap(([owner, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) =>
        !(`${owner}/node_modules/${name}` in packages || `node_modules/${name}` in packages),
    ),
  );
  expect(missing).toEqual([]);
});

function meridian(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  node: string | null = process.execPath,
): Promise<CommandEnd> {
  return runCommand(node ?? '', ['bin/meridian.js', ...args], inCopy(env));
}

/** In the copy, with free ports, and without what this shell or an outer npm has set. */
function inCopy(env: NodeJS.ProcessEnv = {}): { cwd: string; env: NodeJS.ProcessEnv } {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(_?MERIDIAN_|npm_|VITEST|NODE_ENV$|NODE_OPTIONS$|JWT_SECRET$|MONGO_URI$)/.test(name),
  );
  return {
    cwd: copy.path,
    env: {
      ...Object.fromEntries(inherited),
      PORT: '0',
      MERIDIAN_HTTP_BIND_ADDRESS: '127.0.0.1',
      MERIDIAN_ADMIN_METRICS_PORT: '0',
      MERIDIAN_ADMIN_ADMIN_PORT: '0',
      MERIDIAN_PROFILES_SQLITE_PATH: ':memory:',
      npm_config_update_notifier: 'false',
      ...env,
    },
  };
}

/** What the set-up said it did. */
function steps(stderr: string): string[] {
  return [...stderr.matchAll(/^meridian: (.*?) …/gm)].map(([, label]) => label ?? '');
}

async function listening(command: Command): Promise<void> {
  await eventually(
    () =>
      command.stdout.includes('"event":"listening"') || Promise.reject(new Error(command.stderr)),
    {
      withinMs: LISTENS_WITHIN_MS,
    },
  );
}

/** The first Node in PATH that is too old to run the server by itself; null when there is none. */
function findOldNode(): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const node = findProgram([join(folder, 'node')]);
    if (node === null) continue;
    const major = Number(
      execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).split('.')[0],
    );
    if (major >= 18 && major < 24) return node;
  }
  return null;
}
