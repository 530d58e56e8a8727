// Colyseus' monitor as an operator opens it: a browser, a password, a list of rooms.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@colyseus/sdk';
import { expect, test } from 'vitest';
import { openBrowser } from '../support/open-browser.ts';
import { repositoryRoot } from '../support/repository.ts';
import { startMeridian } from '../support/start-meridian.ts';

const PASSWORD = 'correct horse battery';

test('[ND-37] an operator sees the rooms of the node', async () => {
  await using node = await startMeridian('test/support/field-game.ts', {
    MERIDIAN_ADMIN_PASSWORD: PASSWORD,
  });
  await using browser = await openBrowser();
  const client = new Client(node.url);
  client.auth.token = (await node.signIn()).accessToken;
  const room = await client.joinOrCreate('field');

  const context = await browser.newContext({
    httpCredentials: { username: 'operator', password: PASSWORD },
    viewport: { width: 1280, height: 720 },
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  // The page names a font of another host; here is no such host.
  await page.route(/fonts\.googleapis/, (route) => route.abort());
  await page.goto(`http://127.0.0.1:${node.adminPort}/monitor`);
  await page.getByText(room.roomId).first().waitFor();

  const screenshots = join(repositoryRoot, 'test/e2e/screenshots');
  await mkdir(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, 'monitor.png') });
  expect(errors).toEqual([]);
  await room.leave();
});

test('[ND-36] a page of another origin cannot make an operator act', async () => {
  await using node = await startMeridian('test/support/field-game.ts', {
    MERIDIAN_ADMIN_PASSWORD: PASSWORD,
  });
  await using browser = await openBrowser();
  const context = await browser.newContext({
    httpCredentials: { username: 'operator', password: PASSWORD },
  });
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${node.adminPort}/monitor`);
  // Another site sends him to a link that acts; his password would ride along.
  await page.goto(`http://localhost:${node.port}/live`);
  const target = `http://127.0.0.1:${node.adminPort}/monitor/api`;
  const [answer] = await Promise.all([
    page.waitForResponse(target),
    page.evaluate(`location.assign('${target}')`),
  ]);
  expect(answer.status()).toBe(403);
});
