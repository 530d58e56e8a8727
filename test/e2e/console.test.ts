// The operator's console of a whole world that is broken and mended, in a real Chromium. That of nodes is in console-pages.test.ts.

import { request } from 'node:http';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { WorldView } from '../../src/protocol/admin.ts';
import { Command } from '../support/command.ts';
import { buildDemos } from '../support/demos/start-demos.ts';
import { eventually } from '../support/eventually.ts';
import { missingTool } from '../support/missing-tool.ts';
import { openBrowser } from '../support/open-browser.ts';
import { OperatorPage } from '../support/operator-page.ts';
import { repositoryRoot } from '../support/repository.ts';

const SOON = { withinMs: 60_000, everyMs: 200 };
const SOON_POLL = { timeout: SOON.withinMs };

const canRun = !(missingTool('chromium') || missingTool('redis-server'));
/** Ten nodes, five Redis servers and bots for a minute and a half: too much beside the rest of a test run. */
const wantsWorld = process.env['MERIDIAN_TEST_WORLD'] === '1';

let browser: Browser;
beforeAll(async () => {
  if (!canRun) return;
  await buildDemos();
  browser = await openBrowser();
});
afterAll(() => browser?.close());

describe.skipIf(!canRun || !wantsWorld)(
  'the console of a world, with MERIDIAN_TEST_WORLD=1',
  () => {
    let command: Command;
    let operator: OperatorPage;

    beforeAll(async () => {
      const args = ['--conditions=meridian-source', 'loadtest/world.ts', '--nodes', '2', '--json'];
      command = new Command(process.execPath, args, { cwd: repositoryRoot });
      const ready = eventually(() => command.stdout.includes('\n'), { withinMs: 50_000 });
      const failed = command.ended.then(({ stderr }) => Promise.reject(new Error(stderr)));
      failed.catch(() => {});
      await Promise.race([ready, failed]).catch((cause) => {
        throw new Error(`The world did not start. It said:\n${command.stderr}`, { cause });
      });
      const { console: url } = z.object({ console: z.url() }).parse(JSON.parse(command.stdout));
      operator = await OperatorPage.open(browser, url);
    });
    afterAll(() => command?.[Symbol.asyncDispose]());

    /** Waits until the world is as it should be. */
    async function whenWorld(fact: (world: WorldView) => boolean): Promise<void> {
      await eventually(async () => fact(await operator.world()), SOON);
    }

    test('[CN-10] five regions, their nodes and links; only to names of this machine', async () => {
      const { page } = operator;
      await whenWorld(({ regions }) => regions.every((each) => each.isOpen && !each.isUnreachable));
      await expect.poll(() => page.locator('#total-nodes').textContent(), SOON_POLL).toBe('10/10');
      expect(await page.locator('#map .region').count()).toBe(5);
      expect(await page.locator('.card h3').allTextContents()).toEqual([
        'US East (Virginia)',
        'US West (Oregon)',
        'Europe (Frankfurt)',
        'Asia (Singapore)',
        'Australia (Sydney)',
      ]);
      expect(await page.locator('[data-link]').count()).toBe(10);
      expect(await page.getByRole('button', { name: /^Kill node/ }).count()).toBe(10);
      const other = page.url().replace('127.0.0.1', 'rebound.localhost');
      expect(await statusOf(other)).toBe(403);
    });

    test('[CN-14] the slider brings bots, who play where they live', async () => {
      const { page } = operator;
      const slider = page.getByRole('slider', { name: 'Bots that play' });
      await slider.fill('20');
      await slider.press('ArrowRight');
      await whenWorld(({ bots }) => bots !== null && bots.wanted === 30 && bots.playing === 30);
      await whenWorld((world) => world.routes.length === 5 && world.routes.every(isMeasured));
      const { routes, places, rooms } = await operator.world();
      for (const { placeId, regionId, players } of routes) {
        expect(regionId).toBe(placeId);
        expect(players).toBe(6);
      }
      expect(places.map(({ players }) => players)).toEqual([6, 6, 6, 6, 6]);
      expect(rooms?.every(({ roomName }) => roomName === 'arena')).toBe(true);
      await expect.poll(() => page.locator('#map .route').count(), SOON_POLL).toBe(5);
      await operator.screenshot('console-world');
    });

    test('[CN-11] kill: the node is gone, its players are back; another one is started', async () => {
      const { nodes } = await operator.world();
      const victim = nodes.find(({ regionId, seats }) => regionId === 'europe' && seats > 0);
      expect(victim).toBeDefined();
      await operator.press(`Kill node ${victim?.name} of europe`);
      await operator.told(`node ${victim?.name} of europe is dead`, SOON);
      await whenWorld(
        ({ bots, nodes: left }) =>
          bots?.playing === 30 && left.every(({ nodeId }) => nodeId !== victim?.nodeId),
      );
      await operator.press('Start another node in europe');
      await operator.told('node C of europe has joined', SOON);
    });

    test('[CN-12] a cut link falls silent, and is heard again when it is mended', async () => {
      await operator.press('Cut the link asia – europe');
      await operator.told('asia – europe is cut', SOON);
      const { regions, links } = await operator.world();
      expect(regions.every(({ isUnreachable }) => !isUnreachable)).toBe(true);
      const cut = links.filter(({ isCut }) => isCut).map(({ from, to }) => [from, to].toSorted());
      expect(cut).toEqual([
        ['asia', 'europe'],
        ['asia', 'europe'],
      ]);
      expect(await operator.page.locator('#map .link.is-cut').count()).toBe(1);
      await operator.press('Mend the link asia – europe');
      await operator.told('asia – europe is linked', SOON);
    });

    test('[CN-13] [CN-14] a region in a black hole is unreachable; its players play elsewhere, and come home', async () => {
      await operator.press('Let nothing in or out of australia');
      await operator.told('australia is unreachable', SOON);
      await whenWorld(
        ({ bots, routes }) =>
          bots?.playing === 30 &&
          routes.some(({ placeId, regionId }) => placeId === 'australia' && regionId === 'asia'),
      );
      await operator.screenshot('console-broken');
      await operator.press('Let australia be reached again');
      await operator.told('australia is heard again', SOON);
      await whenWorld(({ routes }) =>
        routes.some(({ placeId, regionId }) => placeId === 'australia' && regionId === 'australia'),
      );
    });

    test('[CN-11] drain: its rooms move, it takes no more', async () => {
      const { nodes } = await operator.world();
      const node = nodes.find(({ regionId, seats }) => regionId === 'asia' && seats > 0);
      await operator.press(`Drain node ${node?.name} of asia`);
      await operator.told(`drained node ${node?.name} of asia: 1 rooms moved`, SOON);
      await whenWorld(({ bots, nodes: now }) => {
        const drained = now.find(({ nodeId }) => nodeId === node?.nodeId);
        return drained?.state === 'draining' && drained.rooms === 0 && bots?.playing === 30;
      });
    });

    test('[CN-6] on a phone everything has room, and nothing moves', async () => {
      const { page } = operator;
      const phone = await OperatorPage.open(browser, page.url(), {
        viewport: { width: 390, height: 844 },
        reducedMotion: 'reduce',
      });
      await phone.page.locator('#map .region').first().waitFor();
      await phone.screenshot('console-phone');
      const width = await phone.page.evaluate('document.documentElement.scrollWidth');
      expect(width).toBe(390);
      expect(await phone.page.evaluate(`document.getAnimations().length`)).toBe(0);
      expect(phone.complaints).toEqual([]);
      await phone.page.context().close();
    });

    test('[CN-1] [CN-5] the page asked nobody else, and says when its server is gone', async () => {
      expect(operator.complaints).toEqual([]);
      command.child.kill('SIGINT');
      expect(await command.ended).toMatchObject({ exitCode: 0 });
      await operator.page.locator('#live.is-lost').waitFor();
      expect(await operator.page.locator('#map .region').count()).toBe(5);
    });
  },
);

function isMeasured({ rttMs }: WorldView['routes'][number]): boolean {
  return rttMs !== null;
}

/** By a name of our own choice, which leads to this machine. */
async function statusOf(url: string): Promise<number> {
  const { hostname, port, pathname } = new URL(url);
  return await new Promise((resolve, reject) => {
    const headers = { host: `${hostname}:${port}` };
    request({ host: '127.0.0.1', port, path: pathname, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .once('error', reject)
      .end();
  });
}
