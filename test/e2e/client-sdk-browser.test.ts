// The client SDK's browser bundle in a real Chromium: what Node cannot show, the events of a page and of its network.

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missingTool } from '../support/missing-tool.ts';
import { openBrowser } from '../support/open-browser.ts';
import { SdkPage } from '../support/sdk-page.ts';
import { StockRoomProcess } from '../support/stock-room-process.ts';

const inBrowser = test.skipIf(missingTool('chromium'));

let rooms: StockRoomProcess;
let pages: SdkPage;
let browser: Browser;

beforeAll(async () => {
  rooms = await StockRoomProcess.start();
  pages = await SdkPage.serve();
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await pages?.[Symbol.asyncDispose]();
  await rooms?.kill();
});

/** A page that has joined `field` and keeps the kinds of its connection's states in `window.kinds`. */
async function joinedPage(): Promise<{ context: BrowserContext; page: Page; errors: string[] }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${pages.url}/`);
  await page.evaluate(`(async () => {
    const client = new Meridian.MeridianClient('http://127.0.0.1:${rooms.port}');
    window.room = await client.joinOrCreate('field');
    window.kinds = [];
    room.onConnection((state) => kinds.push(state.kind));
    room.onStats((stats) => { window.lastStats = stats; });
  })()`);
  await page.waitForFunction('room.state.ticks > 0');
  return { context, page, errors };
}

inBrowser('joins, plays and measures from a script tag', async () => {
  const { context, page, errors } = await joinedPage();
  await page.evaluate('const input = room.input(); input.data.dx = 5; input.send();');
  await page.waitForFunction('room.state.players.get(room.sessionId).x === 5');
  await page.waitForFunction('window.lastStats?.rttMs > 0 && lastStats.patchesPerSecond > 10');
  await page.evaluate('room.leave()');
  expect(await page.evaluate('kinds')).toEqual(['connected', 'closed']);
  expect(errors).toEqual([]);
  await context.close();
});

inBrowser('a browser that goes offline and online again keeps the room', async () => {
  const { context, page, errors } = await joinedPage();
  await context.setOffline(true);
  await page.waitForFunction('kinds.includes("reconnecting")');
  await context.setOffline(false);
  await page.waitForFunction('kinds.includes("resumed")', undefined, { timeout: 10_000 });
  await page.evaluate('window.ticksThen = room.state.ticks');
  await page.waitForFunction('room.state.ticks > ticksThen');
  await page.evaluate('room.leave()');
  expect(errors).toEqual([]);
  await context.close();
});
