// Probes from a real Chromium: a page that belongs to neither region measures both.

import type { RegionLatency } from '@meridian/client';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LatencyTokens, latencyKey } from '../../src/regions/latency-tokens.ts';
import { systemClock as clock } from '../../src/shared/clock.ts';
import { missingTool } from '../support/missing-tool.ts';
import { openBrowser } from '../support/open-browser.ts';
import { SdkPage } from '../support/sdk-page.ts';
import { startRegions, type TestRegions } from '../support/start-regions.ts';

const SECRET = 'a secret that both of the regions have';

const inBrowser = test.skipIf(missingTool('chromium'));

let pages: SdkPage;
let regions: TestRegions;
let browser: Browser;

beforeAll(async () => {
  pages = await SdkPage.serve();
  regions = await startRegions({
    delaysMs: { near: 10, far: 60 },
    secret: SECRET,
    env: { MERIDIAN_HTTP_CORS_ORIGINS: pages.url },
  });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await regions?.[Symbol.asyncDispose]();
  await pages?.[Symbol.asyncDispose]();
});

inBrowser(
  '[RG-16] a page measures two regions, and measures again when the network is back',
  async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(pages.url);
    const latencies = (await page.evaluate(`(async () => {
    window.client = new Meridian.MeridianClient('${regions.region('near').url}');
    await client.signInAsGuest();
    window.sets = [];
    client.regions.onLatencies((latencies) => sets.push(latencies));
    return await client.regions.latencies();
  })()`)) as RegionLatency[];
    const playerId = (await page.evaluate('client.playerId')) as string;

    expect(latencies.map(({ regionId }) => regionId)).toEqual(['near', 'far']);
    const key = latencyKey({ secret: '' }, { jwtSecret: SECRET });
    const tokens = new LatencyTokens(
      { clock },
      { key, ownRegionId: 'near', regionIds: ['near', 'far'] },
    );
    for (const { regionId, rttMs, lossRatio, token } of latencies) {
      const leastMs = regionId === 'near' ? 20 : 120;
      const certified = await tokens.verify(token ?? '', { playerId, regionId });
      for (const measuredMs of [rttMs, certified.rttMs]) {
        expect(measuredMs).toBeGreaterThan(leastMs - 2);
        // A browser on a busy machine answers later; the regions must stay apart.
        expect(measuredMs).toBeLessThan(leastMs + 50);
      }
      expect(lossRatio).toBe(0);
    }

    await context.setOffline(true);
    await context.setOffline(false);
    await page.waitForFunction('sets.length === 2 && sets[1].length === 2', undefined, {
      timeout: 10_000,
    });
    expect(errors).toEqual([]);
    await context.close();
  },
);
