// What the documentation says is true: its samples run, its links lead somewhere, the commands and settings it names exist.

import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { environmentNames, NOT_CONFIG } from '../../src/config/load-config.ts';
import { Command, runCommand } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { repositoryFiles, repositoryRoot } from '../support/repository.ts';
import { sampleOf, sampleProject } from '../support/sample-project.ts';
import { MeridianProcess } from '../support/start-meridian.ts';

const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');
const documents = repositoryFiles().filter(
  (path) => path.endsWith('.md') && existsSync(join(repositoryRoot, path)),
);

const SAMPLES = {
  'README.md': ['my-game.ts', 'play.ts'],
  'docs/guides/rooms-that-survive.md': ['harvest.ts', 'play-harvest.ts'],
  'docs/guides/big-rooms.md': ['plain.ts'],
} as const;

describe('[DOC-1] the samples of documents', { timeout: 60_000 }, () => {
  test.each(Object.entries(SAMPLES))(
    '%s: type-check under the strictest settings',
    async (document, names) => {
      await using project = await sampleProject(document, names);
      const tsc = join(repositoryRoot, 'node_modules/typescript/bin/tsc');
      const { exitCode, stdout } = await runCommand(process.execPath, [tsc, '-p', '.'], {
        cwd: project.path,
        env: process.env,
      });
      expect(stdout).toBe('');
      expect(exitCode).toBe(0);
    },
  );

  test('README.md: run, the game is played by the client', async () => {
    await using project = await sampleProject('README.md', SAMPLES['README.md']);
    await using node = await MeridianProcess.start({ game: join(project.path, 'my-game.ts') });
    await writeFile(
      join(project.path, 'play.ts'),
      sampleOf('README.md', 'play.ts').replace('http://localhost:2567', node.url),
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

    const known = new Set([...environmentNames().keys(), ...NOT_CONFIG]);
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

function withoutCode(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
}
