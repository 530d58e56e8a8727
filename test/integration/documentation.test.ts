// What the documentation says is true: its samples run, its links lead somewhere, the commands and settings it names exist.

import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { llmsText } from '../../docs/reference/generate-llms.ts';
import { environmentNames, NOT_CONFIG } from '../../src/config/load-config.ts';
import { Command } from '../support/command.ts';
import { codeBlocks } from '../support/documents/code-blocks.ts';
import { checkLinks, checkMentions } from '../support/documents/links.ts';
import { checkSamples, SKETCH } from '../support/documents/samples.ts';
import { eventually } from '../support/eventually.ts';
import { repositoryFiles, repositoryRoot } from '../support/repository.ts';
import { sampleOf, sampleProject } from '../support/sample-project.ts';
import { MeridianProcess } from '../support/start-meridian.ts';

const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');
const documents = repositoryFiles().filter(
  (path) => /\.md$|^llms\.txt$/.test(path) && existsSync(join(repositoryRoot, path)),
);

/** Of a project that is made from it, and has scripts of its own. */
const TEMPLATE = 'templates/game';
/** As the compiler and the reader see the repository. */
const texts: ReadonlyMap<string, string> = new Map(documents.map((path) => [path, read(path)]));
const targets = { exists: (path: string) => existsSync(join(repositoryRoot, path)), read };

describe('[DOC-1] the samples of documents', { timeout: 120_000 }, () => {
  test('all type-check under the strictest settings; one that does not is found', async () => {
    const planted = [
      '# Planted',
      '```ts',
      "import { defineGame } from 'meridian';",
      'export const game = defineGame({ halls: {} });',
      '```',
    ].join('\n');
    const { problems, checked } = await checkSamples(new Map([...texts, ['planted.md', planted]]));
    expect(problems).toEqual([expect.stringMatching(/^planted\.md:4: error TS2353: .*'halls'/)]);
    expect(checked).toBeGreaterThanOrEqual(38);
  });

  test('none is a sketch that nobody checks', () => {
    const sketches = [...texts].flatMap(([path, text]) =>
      codeBlocks(text)
        .filter(({ language, words }) => language === 'ts' && words.includes(SKETCH))
        .map(({ line }) => `${path}:${line}`),
    );
    expect(sketches).toEqual([]);
  });

  test('README.md: run, the game is played by the client', async () => {
    await using project = await sampleProject('README.md', ['my-game.ts', 'play.ts']);
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

describe('[DOC-2] links', () => {
  test('there are documents to look at', () => {
    expect(documents).toEqual(
      expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/README.md', 'llms.txt']),
    );
  });

  test('all within the repository lead to a file, and to a heading where they name one', () => {
    const { broken, checked } = checkLinks(texts, targets);
    expect(broken).toEqual([]);
    expect(checked).toBeGreaterThanOrEqual(300);
  });

  test('one that leads nowhere is found', () => {
    const planted = [
      '[a page](guides/client-sdk.md), [its part](guides/client-sdk.md#regions), [here](#links), ![it](../README.md)',
      '# Links',
      '[gone](guides/no-such-page.md) [part](guides/client-sdk.md#no-such-part) [nowhere](#nowhere) ![no](plot.svg)',
      '`[code](no.md)` <!-- [comment](no.md) -->',
    ].join('\n');
    const { broken, checked } = checkLinks(new Map([['docs/planted.md', planted]]), targets);
    expect(broken).toEqual(
      ['guides/no-such-page.md', 'guides/client-sdk.md#no-such-part', '#nowhere', 'plot.svg'].map(
        (link) => `docs/planted.md: ${link}`,
      ),
    );
    expect(checked).toBe(8);
  });

  test('documents that sources name are there; one that is not is found', () => {
    const planted = new Map([['planted.ts', '// docs/spec/no-such-rules.md']]);
    expect(checkMentions(planted, targets).broken).toEqual([
      'planted.ts: docs/spec/no-such-rules.md',
    ]);
    const { broken, checked } = checkMentions(sources(), targets);
    expect(broken).toEqual([]);
    expect(checked).toBeGreaterThanOrEqual(70);
  });
});

describe('[DOC-4] the index', () => {
  test('docs/README.md leads to every page of docs/', () => {
    const index = texts.get('docs/README.md') ?? '';
    const pages = documents.filter((path) =>
      /^docs\/(guides\/|reference\/)?[\w-]+\.md$/.test(path),
    );
    const missing = pages
      .map((path) => path.slice('docs/'.length))
      .filter((path) => path !== 'README.md' && !index.includes(`](${path})`));
    expect(missing).toEqual([]);
  });

  test('llms.txt is what the index says', async () => {
    const hint = 'stale: run node --conditions=meridian-source docs/reference/generate-llms.ts';
    expect(texts.get('llms.txt'), hint).toBe(llmsText());
  });
});

test('[DOC-9] the tests that docs/security.md names hold the rules beside them', () => {
  const rows = [
    ...(texts.get('docs/security.md') ?? '').matchAll(/^\| .* \| (.+) \| \[.*\]\((.+)\) \|$/gm),
  ];
  const unheld = rows.flatMap(([, rules = '', link = '']) => {
    const text = read(join('docs', link));
    return [...rules.matchAll(/\b[A-Z]+-\d+\b/g)].flatMap(([id]) =>
      new RegExp(`\\[[^\\]]*${id}\\b`).test(text) ? [] : [`${id} in ${link}`],
    );
  });
  expect(unheld).toEqual([]);
  expect(rows.length).toBeGreaterThanOrEqual(14);
});

describe('[DOC-3] what documents name exists', () => {
  const scripts = scriptsOf('');

  test.each(documents)('%s', (path) => {
    const text = readFileSync(join(repositoryRoot, path), 'utf8');
    const commands = [...text.matchAll(/\bnpm (?:run ([a-z:-]+)|(start|test)\b)/g)].map(
      ([, script, short]) => script ?? short ?? '',
    );
    const known = path.startsWith(TEMPLATE) ? scriptsOf(TEMPLATE) : scripts;
    expect(commands.filter((name) => !(name in known))).toEqual([]);

    const settingNames = new Set([...environmentNames().keys(), ...NOT_CONFIG]);
    // Not `MERIDIAN_<SECTION>_<KEY>`, the pattern itself.
    const settings = [...text.matchAll(/\bMERIDIAN_[A-Z][A-Z_]*[A-Z]\b/g)].map(([name]) => name);
    expect(settings.filter((name) => !settingNames.has(name))).toEqual([]);
  });

  test('the README shows every script that is a command', () => {
    const shown = Object.entries(scripts)
      .filter(([, line]) => line.startsWith('node bin/meridian.js'))
      .map(([name]) => name);
    expect(shown.length).toBeGreaterThanOrEqual(6);
    for (const name of shown) expect(readme).toMatch(new RegExp(`npm (run )?${name}\\b`));
  });
});

/** Of the package in a folder. */
function scriptsOf(folder: string): Readonly<Record<string, string>> {
  return (JSON.parse(read(join(folder, 'package.json'))) as { scripts: Record<string, string> })
    .scripts;
}

function read(path: string): string {
  return readFileSync(join(repositoryRoot, path), 'utf8');
}

/** What may name a document besides documents. */
function sources(): ReadonlyMap<string, string> {
  const paths = repositoryFiles().filter(
    (path) =>
      /\.(ts|js|mjs|lua|tf|yaml|yml|proto|css|html)$/.test(path) &&
      path !== 'test/integration/documentation.test.ts' &&
      existsSync(join(repositoryRoot, path)),
  );
  return new Map(paths.map((path) => [path, read(path)]));
}
