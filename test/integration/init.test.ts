// `npx meridian init`: what it refuses, and what its template is made of. That a project starts, passes its test and is played is
// test/e2e/getting-started.test.ts.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../support/command.ts';
import { longTest } from '../support/long-test.ts';
import { repositoryRoot } from '../support/repository.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('[DOC-5] init refuses, says why, and leaves everything as it was', () => {
  test('a folder that holds something', async () => {
    await using folder = await temporaryFolder('init');
    writeFileSync(join(folder.path, 'thesis.txt'), 'the only copy');
    const { exitCode, stderr } = await init(folder.path, '.');
    expect(stderr).toMatch(/is not empty \(thesis\.txt\)\. Nothing was changed/);
    expect(exitCode).toBe(1);
    expect(readdirSync(folder.path)).toEqual(['thesis.txt']);
  });

  test.each([
    ['no folder', [], 'takes one folder'],
    ['two folders', ['one', 'two'], 'takes one folder'],
    ['an option', ['--force'], 'takes one folder'],
    ['a name that no package can have', ['My Game'], "'My Game' cannot be the name of a package"],
    ['a file', ['taken'], 'is a file'],
  ])('%s', async (_, args, message) => {
    await using folder = await temporaryFolder('init');
    writeFileSync(join(folder.path, 'taken'), '');
    const { exitCode, stderr } = await init(folder.path, ...args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(1);
    expect(readdirSync(folder.path)).toEqual(['taken']);
  });

  longTest(
    'and takes back what it has made when npm cannot pack',
    { timeout: 120_000 },
    async () => {
      await using folder = await temporaryFolder('init');
      await using tools = await temporaryFolder('npm');
      const npm = join(tools.path, 'npm-cli.js');
      writeFileSync(npm, "console.error('no space left'); process.exit(1);");
      await mkdir(join(folder.path, 'empty'));
      for (const name of ['new', 'empty']) {
        const { exitCode, stderr } = await initWith({ npm_execpath: npm }, folder.path, name);
        expect(stderr).toContain('no space left');
        expect(exitCode).toBe(1);
      }
      expect(readdirSync(folder.path)).toEqual(['empty']);
      expect(readdirSync(join(folder.path, 'empty'))).toEqual([]);
    },
  );
});

describe('[DOC-5] the template', () => {
  const manifest = readJson('templates/game/package.json');

  test('names the versions that the tests of this repository know, exactly', () => {
    const { devDependencies } = readJson('package.json');
    const wanted = Object.entries(manifest.devDependencies);
    expect(wanted.length).toBeGreaterThanOrEqual(4);
    for (const [name, version] of wanted)
      expect(`${name}@${version}`).toBe(`${name}@${devDependencies[name]}`);
  });

  test('depends on the archives that init packs', () => {
    const [server, client] = [readJson('package.json'), readJson('client-sdk/package.json')];
    expect(manifest.dependencies).toEqual({
      meridian: `file:vendor/meridian-${server.version}.tgz`,
      '@meridian/client': `file:vendor/meridian-client-${client.version}.tgz`,
    });
  });
});

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

function readJson(path: string): Manifest {
  return JSON.parse(readFileSync(join(repositoryRoot, path), 'utf8')) as Manifest;
}

function init(cwd: string, ...args: readonly string[]) {
  return initWith({}, cwd, ...args);
}

function initWith(env: NodeJS.ProcessEnv, cwd: string, ...args: readonly string[]) {
  const { INIT_CWD: _, ...outer } = process.env;
  return runCommand(process.execPath, [join(repositoryRoot, 'bin/meridian.js'), 'init', ...args], {
    cwd,
    env: { ...outer, MERIDIAN_NO_INSTALL: '1', ...env },
  });
}
