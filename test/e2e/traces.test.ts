// The page of traces in a real Chromium: a join is found, and seen to its end, with a mouse, with keys, and on a phone.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MemoryStorage, MeridianClient } from '@meridian/client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildConsole } from '../support/demos/start-demos.ts';
import { missingTool } from '../support/missing-tool.ts';
import { openBrowser } from '../support/open-browser.ts';
import { repositoryRoot } from '../support/repository.ts';
import { type MeridianProcess, startMeridian } from '../support/start-meridian.ts';

const PASSWORD = 'correct horse battery';
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

describe.skipIf(missingTool('chromium'))('the page of traces', () => {
  let browser: Browser;
  let node: MeridianProcess;
  let traceId: string;

  beforeAll(async () => {
    await buildConsole();
    browser = await openBrowser();
    node = await startMeridian('test/support/traced-game.ts', {
      MERIDIAN_ADMIN_PASSWORD: PASSWORD,
      MERIDIAN_TRACING_KEPT_SPANS: '500',
    });
    const options = { storage: new MemoryStorage(), traceRatio: 1 };
    const first = new MeridianClient(node.url, options);
    const second = new MeridianClient(node.url, { ...options, storage: new MemoryStorage() });
    await Promise.all([first.signInAsGuest(), second.signInAsGuest()]);
    await expect(first.joinOrCreate('closed')).rejects.toThrow();
    const ticket = await first.matchmaking.enter('duel');
    const other = await second.matchmaking.enter('duel');
    const rooms = await Promise.all([ticket.join(), other.join()]);
    traceId = ticket.traceId ?? '';
    await Promise.all(rooms.map((room) => room.leave()));
  }, 90_000);
  afterAll(async () => {
    await node?.[Symbol.asyncDispose]();
    await browser?.close();
  });

  async function open(
    hash: string,
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<{ readonly page: Page; readonly complaints: string[] }> {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      httpCredentials: { username: 'operator', password: PASSWORD },
      ...options,
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`http://127.0.0.1:${node.adminPort}/admin/traces.html${hash}`);
    return { page, complaints };
  }

  async function screenshot(page: Page, name: string): Promise<void> {
    const folder = join(repositoryRoot, 'test/e2e/screenshots');
    await mkdir(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  }

  test('[TR-9] a join among the slowest is opened, and its steps are seen', async () => {
    const { page, complaints } = await open('');
    await page.locator(`#list a[href="#${traceId}"]`).click();
    const steps = page.locator('#waterfall .span-name');
    await steps.getByText('room.first-state').waitFor();
    const names = await steps.allInnerTexts();
    for (const name of ['POST /v1/queues/{queue}/tickets', 'ticket.wait', 'room.join']) {
      expect(names.some((text) => text.startsWith(name))).toBe(true);
    }
    const bars = await page
      .locator('.span-bar')
      .evaluateAll((all) => all.map((bar) => bar.getBoundingClientRect().width));
    expect(Math.min(...bars)).toBeGreaterThanOrEqual(3);
    await page.getByRole('button', { name: 'Newest' }).click();
    await page
      .locator('#list .trace-failed', { hasText: 'GameError' })
      .or(page.locator('#list .trace-failed', { hasText: 'FORBIDDEN' }))
      .first()
      .waitFor();
    await screenshot(page, 'traces-desktop');
    expect(complaints).toEqual([]);
  });

  test('[TR-9] by keys alone: an id is typed, a step is opened', async () => {
    const { page } = await open('');
    await page.getByLabel('Trace id').focus();
    await page.keyboard.type(traceId);
    await page.keyboard.press('Enter');
    const step = page.locator('#waterfall summary').first();
    await step.waitFor();
    await step.focus();
    await page.keyboard.press('Enter');
    await page.locator('.span-facts').first().getByText('http.route').waitFor();
  });

  test('[TR-9] on a phone nothing is wider than the screen, and an unknown trace says so', async () => {
    const { page } = await open(`#${traceId}`, PHONE);
    await page.locator('#waterfall summary').first().waitFor();
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(PHONE.viewport.width);
    await screenshot(page, 'traces-phone');
    const { page: other } = await open(`#${'0'.repeat(31)}1`, PHONE);
    await other.getByText('Nobody has spans of it any more.').waitFor();
  });
});
