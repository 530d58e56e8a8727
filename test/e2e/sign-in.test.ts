// Signing in by a provider in a real Chromium: the page leaves and comes back, or a popup does.

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RestServer, startRestServer } from '../integration/rest-server.ts';
import { LocalOidcProvider } from '../support/local-oidc-provider.ts';
import { missingTool } from '../support/missing-tool.ts';
import { openBrowser } from '../support/open-browser.ts';
import { SdkPage } from '../support/sdk-page.ts';

const inBrowser = test.skipIf(missingTool('chromium'));

const opened = new AsyncDisposableStack();
let pages: SdkPage;
let server: RestServer;
let browser: Browser;

beforeAll(async () => {
  pages = opened.use(await SdkPage.serve());
  const home = `${pages.url}/`;
  const { issuer, clientId, clientSecret } = opened.use(await LocalOidcProvider.start([home]));
  server = opened.use(
    await startRestServer({
      http: { corsOrigins: [pages.url] },
      auth: {
        redirectUris: [home],
        providers: [{ kind: 'google', issuer, clientId, clientSecret }],
      },
    }),
  );
  browser = await openBrowser();
  opened.defer(() => browser.close());
});
afterAll(() => opened.disposeAsync());

async function openPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${pages.url}/`);
  await withClient(page);
  return page;
}

/** As a game does when its page starts. */
async function withClient(page: Page): Promise<void> {
  await page.evaluate(`window.client = new Meridian.MeridianClient('${server.url}')`);
}

async function signInAtProvider(page: Page, login: string): Promise<void> {
  await page.fill('input[name=login]', login);
  await page.click('button');
}

inBrowser(
  '[ACC-42, ACC-54] by redirect: the page comes back signed in, with a clean address, and stays so',
  async () => {
    const context = await browser.newContext();
    const page = await openPage(context);
    expect(await page.evaluate('client.auth.completeRedirect()')).toBeNull();
    await page.evaluate(`void client.auth.signInWith('google', { displayName: 'Ann' })`);
    await signInAtProvider(page, 'ann');
    await page.waitForURL(`${pages.url}/?*`);
    await withClient(page);
    const player = await page.evaluate('client.auth.completeRedirect()');
    expect(player).toEqual({ playerId: expect.stringMatching(/^p_/), displayName: 'Ann' });
    expect(page.url()).toBe(`${pages.url}/`);
    expect(await page.evaluate('client.auth.completeRedirect()')).toBeNull();
    await page.reload();
    await withClient(page);
    expect(await page.evaluate('client.signInAsGuest()')).toMatchObject({
      ...Object(player),
      isNew: false,
    });
    await context.close();
  },
);

inBrowser(
  '[ACC-43, ACC-54] by popup: one that is closed is a typed end; in the next a guest links',
  async () => {
    const context = await browser.newContext();
    const page = await openPage(context);
    await page.evaluate('client.signInAsGuest()');
    const openPopup = async () => {
      const popupOpens = context.waitForEvent('page');
      // Not to be waited for: what the popup does is still to come.
      await page.evaluate(
        `void (window.linked = client.auth.linkWith('google', { mode: 'popup' }).catch((e) => e.code))`,
      );
      return await popupOpens;
    };
    await (await openPopup()).close();
    expect(await page.evaluate('linked')).toBe('CLOSED');

    const popup = await openPopup();
    await signInAtProvider(popup, 'bob');
    await popup.waitForURL(`${pages.url}/?*`);
    await withClient(popup);
    const popupCloses = popup.waitForEvent('close');
    await popup.evaluate('void client.auth.completeRedirect()').catch(() => undefined);
    await popupCloses;
    expect(await page.evaluate('linked')).toMatchObject([{ provider: 'google' }]);
    await context.close();
  },
);
