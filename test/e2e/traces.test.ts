// The page of traces in a real Chromium: a join is found, and seen to its end, with a mouse, with keys, and on a phone.

import { MemoryStorage, MeridianClient } from '@meridian/client';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildConsole } from '../support/demos/start-demos.ts';
import { missingTool } from '../support/missing-tool.ts';
import { openBrowser } from '../support/open-browser.ts';
import { OperatorPage } from '../support/operator-page.ts';
import { type MeridianProcess, startMeridian } from '../support/start-meridian.ts';

const OPERATOR = { name: 'operator', password: 'correct horse battery' };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

describe.skipIf(missingTool('chromium'))('the page of traces', () => {
  let browser: Browser;
  let node: MeridianProcess;
  let traceId: string;

  beforeAll(async () => {
    await buildConsole();
    browser = await openBrowser();
    node = await startMeridian('test/support/traced-game.ts', {
      MERIDIAN_ADMIN_PASSWORD: OPERATOR.password,
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

  /** @param address - below `/admin/` */
  async function open(
    address: string,
    options: Parameters<Browser['newContext']>[0] = {},
  ): Promise<OperatorPage> {
    const url = `http://127.0.0.1:${node.adminPort}/admin/${address}`;
    return await OperatorPage.open(browser, url, options, OPERATOR);
  }

  test('[TR-9] a join among the slowest is opened, and its steps are seen', async () => {
    const operator = await open('');
    const { page } = operator;
    await operator.go('Traces');
    await page.locator(`.trace-list a[href="#/traces/${traceId}"]`).click();
    const steps = page.locator('.waterfall .span-name');
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
      .locator('.trace-list .trace-failed', { hasText: 'GameError' })
      .or(page.locator('.trace-list .trace-failed', { hasText: 'FORBIDDEN' }))
      .first()
      .waitFor();
    expect(await page.locator('.trace-list [aria-current=true]').count()).toBe(1);
    await operator.screenshot('traces-desktop');
    expect(operator.complaints).toEqual([]);
  });

  test('[TR-9] by keys alone: an id is typed, a step is opened', async () => {
    const { page } = await open('');
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.getByRole('heading', { level: 1, name: 'Traces' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type(traceId);
    await page.keyboard.press('Enter');
    const step = page.locator('.waterfall summary').first();
    await step.waitFor();
    await step.focus();
    await page.keyboard.press('Enter');
    await page.locator('.span-facts').first().getByText('http.route').waitFor();
  });

  test('[TR-9] on a phone nothing is wider than the screen; links to the page of before lead here, and an unknown trace says so', async () => {
    const operator = await open(`traces.html#${traceId}`, PHONE);
    const { page } = operator;
    await page.locator('.waterfall summary').first().waitFor();
    expect(page.url()).toMatch(new RegExp(`/admin/#/traces/${traceId}$`));
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(PHONE.viewport.width);
    await operator.screenshot('traces-phone');
    await page.goto(page.url().replace(traceId, `${'0'.repeat(31)}1`));
    await page.getByText('Nobody has spans of it any more.').waitFor();
    expect(await page.locator('.waterfall').locator('summary').count()).toBe(0);
  });
});
