// docs/getting-started.md, followed to the letter: what it says to type is typed, what it says to save is saved, and two browsers play.

import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { type CodeBlock, codeBlocksOf } from '../support/documents/code-blocks.ts';
import { Terminal } from '../support/documents/terminal.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { isLong } from '../support/long-test.ts';
import { missingTool } from '../support/missing-tool.ts';
import { openBrowser } from '../support/open-browser.ts';
import { repositoryRoot } from '../support/repository.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PAGE = 'docs/getting-started.md';
const ADDRESS = 'http://localhost:2567';
/** Compiles two packages, packs them, and fetches a few hundred more. */
const LONGEST_COMMAND_MS = 480_000;
const SOON = { withinMs: 20_000 };

test.skipIf(!isLong || missingTool('chromium'))(
  '[DOC-6] the page leads from a checkout to two browsers that play a new game',
  { timeout: 600_000 },
  async () => {
    const blocks = codeBlocksOf(PAGE);
    await using home = await temporaryFolder('home');
    const port = await freePort();
    await using terminal = new Terminal({ cwd: repositoryRoot, env: environment(home.path, port) });
    const project = join(home.path, 'my-game');

    for (const block of blocks) await follow(block, terminal, project);
    const seen = terminal.output;
    expect(seen).toContain('my-game is made');
    // The test of the template, and the one that the page has written in its place.
    expect(seen).toContain('test/field.test.ts');
    expect(seen).toContain('test/tag.test.ts');

    await eventually(() => terminal.output.includes('"event":"listening"'), { withinMs: 60_000 });
    await play(ADDRESS.replace('2567', String(port)));
  },
);

/** A reader's, with the home folder of the test and a port that nobody else has. */
function environment(home: string, port: number): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return {
    ...env,
    HOME: home,
    npm_config_cache: process.env['npm_config_cache'] ?? join(homedir(), '.npm'),
    npm_config_userconfig: join(homedir(), '.npmrc'),
    PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
    PORT: String(port),
    MERIDIAN_ADMIN_METRICS_PORT: '0',
    MERIDIAN_ADMIN_ADMIN_PORT: '0',
  };
}

async function follow(block: CodeBlock, terminal: Terminal, project: string): Promise<void> {
  if (block.title !== null) {
    const path = join(project, block.title);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, block.code);
    return;
  }
  expect(block.language, `line ${block.line}`).toBe('sh');
  for (const line of block.code.trimEnd().split('\n')) {
    if (line === 'npm start') terminal.begin(line);
    else await terminal.type(line, LONGEST_COMMAND_MS);
  }
}

/** The first window is it, and runs after the second until that one is it. */
async function play(url: string): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const browser = stack.adopt(await openBrowser(), (opened) => opened.close());
  const [ada, ben] = [await browser.newPage(), await browser.newPage()];
  const complaints: string[] = [];
  for (const page of [ada, ben]) {
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('response', (answer) => answer.status() >= 400 && complaints.push(answer.url()));
  }
  await ada.goto(url);
  await ada.getByText('You are it!').waitFor();
  await ben.goto(url);
  await ben.getByText('Run!').waitFor();
  for (const page of [ada, ben]) {
    await eventually(async () => (await page.locator('.player').count()) === 2, SOON);
  }

  const seenByBen = () => middleOf(ben, '.player:not(.me)');
  const before = await seenByBen();
  await eventually(async () => {
    await chase(ada);
    return (await ben.locator('.me.it').count()) === 1;
  }, SOON);
  expect(await ada.locator('.me.it').count()).toBe(0);
  expect(await seenByBen()).not.toEqual(before);
  await eventually(async () => /^Run! [1-9]/.test(await statusOf(ada)), SOON);
  if (process.env['CI'] === undefined) {
    await ada.screenshot({
      path: join(repositoryRoot, 'test/e2e/screenshots/getting-started.png'),
    });
  }
  expect(complaints).toEqual([]);
}

/** Holds the keys that lead from the own figure to the other one, for a moment. */
async function chase(page: Page): Promise<void> {
  const [me, other] = [await middleOf(page, '.me'), await middleOf(page, '.player:not(.me)')];
  const keys = [
    ...(Math.abs(other.x - me.x) < 5 ? [] : [other.x > me.x ? 'ArrowRight' : 'ArrowLeft']),
    ...(Math.abs(other.y - me.y) < 5 ? [] : [other.y > me.y ? 'ArrowDown' : 'ArrowUp']),
  ];
  for (const key of keys) await page.keyboard.down(key);
  await page.evaluate('new Promise((resolve) => setTimeout(resolve, 100))');
  for (const key of keys) await page.keyboard.up(key);
}

async function middleOf(page: Page, selector: string): Promise<{ x: number; y: number }> {
  const box = await page.locator(selector).first().boundingBox();
  if (box === null) throw new Error(`${selector} is not on the page`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

async function statusOf(page: Page): Promise<string> {
  return (await page.locator('#status').textContent()) ?? '';
}
