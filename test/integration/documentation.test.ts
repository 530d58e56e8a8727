// What the documentation says is true: its samples run, its links lead somewhere, the commands and settings it names exist.

import { existsSync, readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { environmentNames } from '../../src/config/load-config.ts';
import { Command, runCommand } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { repositoryFiles, repositoryRoot } from '../support/repository.ts';
import { MeridianProcess } from '../support/start-meridian.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts';

/** Settings that documentation may name besides those of the server: the command line's and the tests'. */
const OTHER_SETTINGS = ['MERIDIAN_NO_INSTALL', 'MERIDIAN_TEST_SEED', 'MERIDIAN_GAME'];

const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');
const documents = repositoryFiles().filter(
  (path) => path.endsWith('.md') && existsSync(join(repositoryRoot, path)),
);

describe('[DOC-1] the samples of the README', { timeout: 60_000 }, () => {
  test('type-check under the strictest settings', async () => {
    await using project = await sampleProject();
    const tsc = join(repositoryRoot, 'node_modules/typescript/bin/tsc');
    const { exitCode, stdout } = await runCommand(process.execPath, [tsc, '-p', '.'], {
      cwd: project.path,
      env: process.env,
    });
    expect(stdout).toBe('');
    expect(exitCode).toBe(0);
  });

  test('run: the game is played by the client', async () => {
    await using project = await sampleProject();
    await using node = await MeridianProcess.start({ game: join(project.path, 'my-game.ts') });
    await writeFile(
      join(project.path, 'play.ts'),
      sample('play.ts').replace('http://localhost:2567', node.url),
    );
    await using player = new Command(
      process.execPath,
      ['--conditions=meridian-source', 'play.ts'],
      {
        cwd: project.path,
        env: process.env,
      },
    );
    await eventually(
      () => player.stdout.includes('1 by Ada') || Promise.reject(new Error(player.stderr)),
      {
        withinMs: 15_000,
      },
    );
  });
});

describe('[DOC-2] every link within the repository leads to a file', () => {
  test('there are documents to look at', () => {
    expect(documents).toEqual(
      expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/README.md']),
    );
  });

  test.each(documents)('%s', (path) => {
    const text = withoutCode(readFileSync(join(repositoryRoot, path), 'utf8'));
    const targets = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target]) => target ?? '')
      .filter((target) => !/^[a-z]+:/.test(target));
    const broken = targets.filter(
      (target) => !existsSync(join(repositoryRoot, normalize(join(dirname(path), target)))),
    );
    expect(broken).toEqual([]);
  });
});

describe('[DOC-3] what documents name exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };

  test.each(documents)('%s', (path) => {
    const text = readFileSync(join(repositoryRoot, path), 'utf8');
    const commands = [...text.matchAll(/\bnpm (?:run ([a-z:-]+)|(start|test)\b)/g)].map(
      ([, script, short]) => script ?? short ?? '',
    );
    expect(commands.filter((name) => !(name in scripts))).toEqual([]);

    const known = new Set([...environmentNames().keys(), ...OTHER_SETTINGS]);
    // Not `MERIDIAN_<SECTION>_<KEY>`, the pattern itself.
    const settings = [...text.matchAll(/\bMERIDIAN_[A-Z][A-Z_]*[A-Z]\b/g)].map(([name]) => name);
    expect(settings.filter((name) => !known.has(name))).toEqual([]);
  });

  test('the README shows every script that is a command', () => {
    const shown = Object.entries(scripts)
      .filter(([, line]) => line.startsWith('node bin/meridian.js'))
      .map(([name]) => name);
    expect(shown.length).toBeGreaterThanOrEqual(6);
    for (const name of shown) expect(readme).toMatch(new RegExp(`npm (run )?${name}\\b`));
  });
});

/** A folder as a reader would have it: the samples, with Meridian as a package beside them. */
async function sampleProject(): Promise<TemporaryFolder> {
  const project = await temporaryFolder('readme');
  const modules = join(project.path, 'node_modules');
  await mkdir(join(modules, '@meridian'), { recursive: true });
  await symlink(repositoryRoot, join(modules, 'meridian'), 'junction');
  await symlink(join(repositoryRoot, 'client-sdk'), join(modules, '@meridian/client'), 'junction');
  await symlink(join(repositoryRoot, 'node_modules/@types'), join(modules, '@types'), 'junction');
  await writeFile(join(project.path, 'package.json'), '{ "type": "module" }');
  const base = JSON.parse(readFileSync(join(repositoryRoot, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: object;
  };
  const compilerOptions = { ...base.compilerOptions, lib: ['es2024', 'esnext.disposable', 'dom'] };
  await writeFile(
    join(project.path, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['my-game.ts', 'play.ts'] }),
  );
  for (const name of ['my-game.ts', 'play.ts'])
    await writeFile(join(project.path, name), sample(name));
  return project;
}

/** The block of the README that is fenced with this title. */
function sample(title: string): string {
  const code = readme.split(`\`\`\`ts title=${title}\n`)[1]?.split('```')[0];
  if (code === undefined) throw new Error(`The README has no sample ${title}.`);
  return code;
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
}
