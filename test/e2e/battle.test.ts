// The battle of a thousand as strangers meet it, with a smaller crowd: what is near is there, what is far is on the map only.

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { CROWD_MAP } from '../../demos/arena/shared/crowd/crowd-map.ts';
import { SIGHT_RADIUS } from '../../demos/arena/shared/crowd/crowd-rules.ts';
import { STANCE } from '../../demos/arena/shared/rules.ts';
import type { ArenaWindow } from '../../demos/arena/web/arena-window.ts';
import { type Hands, MouseAndKeys, Thumbs } from '../support/demos/arena-hands.ts';
import { ArenaPilot } from '../support/demos/arena-pilot.ts';
import { startDemos } from '../support/demos/start-demos.ts';
import { DESK, PHONE, Visitor } from '../support/demos/visitor.ts';
import { missingTool } from '../support/missing-tool.ts';
import { openBrowser } from '../support/open-browser.ts';
import type { MeridianProcess } from '../support/start-meridian.ts';

const inBrowser = test.skipIf(missingTool('chromium'));

const FIGHTERS = 150;
/** What is farther away along an axis is never seen; see IN-1. A moment passes between a step and a picture. */
const FARTHEST = 2 * SIGHT_RADIUS + 100;

let node: MeridianProcess;
let browser: Browser;
let visitors: Visitor<'__arena'>[] = [];

beforeAll(async () => {
  [node, browser] = await Promise.all([startDemos(), openBrowser()]);
});

afterEach(async () => {
  await Promise.all(visitors.map((opened) => opened[Symbol.asyncDispose]()));
  visitors = [];
});

afterAll(async () => {
  await browser?.close();
  await node?.[Symbol.asyncDispose]();
});

inBrowser(
  '[IN-1] a desk and a phone fight in a crowd, of which they see what is near',
  async () => {
    const [ada, grace] = [await visitor(DESK), await visitor(PHONE)];
    await Promise.all([enter(ada, 'desk'), enter(grace, 'phone')]);

    const seen = await ada.sees(({ players, battle }) => players.length > 5 && battle !== null);
    expect(seen.roomId).toBe((await grace.see()).roomId);
    expect(seen.battle?.fighters).toBe(FIGHTERS);
    expectOnlyWhoIsNear(seen);
    expectOnlyWhoIsNear(await grace.see());
    expect(await coloursOnMap(ada.page)).toEqual({ friends: true, enemies: true });

    await Promise.all([
      playUntilHit(ada, new MouseAndKeys(ada.page), seen),
      playUntilHit(grace, await Thumbs.open(grace.page), await grace.see()),
    ]);
    await Promise.all([
      ada.keepScreenshotNow('battle-desk-fight'),
      grace.keepScreenshotNow('battle-phone-fight'),
    ]);
    expectOnlyWhoIsNear(await ada.see());

    await ada.page.keyboard.down('Tab');
    await ada.page.getByRole('heading', { name: 'Scoreboard' }).waitFor();
    const rows = ada.page.locator('#score-rows tr');
    expect(await rows.count()).toBeLessThanOrEqual(11);
    await ada.page.locator('#score-rows tr[data-me]').waitFor();
    await ada.keepScreenshot('battle-desk-scoreboard');
    await ada.page.keyboard.up('Tab');
    expect(visitors.flatMap(({ complaints }) => complaints)).toEqual([]);
  },
);

async function visitor(device: typeof DESK): Promise<Visitor<'__arena'>> {
  const opened = await Visitor.open(browser, '__arena', device);
  visitors.push(opened);
  return opened;
}

async function enter(who: Visitor<'__arena'>, device: string): Promise<void> {
  await who.page.goto(`${node.url}/arena/?battle=${FIGHTERS}`);
  await who.page.getByText(`Two armies, ${FIGHTERS} fighters.`).waitFor();
  await who.keepScreenshot(`battle-${device}-menu`);
  await who.page.getByRole('button', { name: 'Play' }).click();
  await who.sees(({ phase, me }) => phase === 'play' && me !== null);
}

function expectOnlyWhoIsNear({ me, players }: ArenaWindow): void {
  if (me === null) throw new Error('he is not there');
  expect(players.length).toBeLessThan(FIGHTERS);
  const far = players.filter(
    ({ x, y }) => Math.max(Math.abs(x - me.x), Math.abs(y - me.y)) > FARTHEST,
  );
  // Who has come into the world elsewhere is there at once, and looks from there a moment later.
  if (me.stance === STANCE.fighting) expect(far).toEqual([]);
}

/** Until a shot of his has hit, and he is not where he was. */
async function playUntilHit(
  who: Visitor<'__arena'>,
  hands: Hands,
  before: ArenaWindow,
): Promise<void> {
  await new ArenaPilot(who.page, hands, CROWD_MAP).play(
    ({ hits, me }) => hits > 0 && me !== null && me.x !== before.me?.x && me.y !== before.me?.y,
  );
}

/** Whether both armies are clouds on the small map. */
async function coloursOnMap(page: Page): Promise<{ friends: boolean; enemies: boolean }> {
  return await page.evaluate(`(() => {
    const map = document.querySelector('#minimap');
    const { data } = map.getContext('2d').getImageData(0, 0, map.width, map.height);
    let friends = 0;
    let enemies = 0;
    for (let at = 0; at < data.length; at += 4) {
      const [red, blue] = [data[at], data[at + 2]];
      if (blue > 150 && blue > red + 60) friends += 1;
      if (red > 120 && red > blue + 60) enemies += 1;
    }
    return { friends: friends > 20, enemies: enemies > 20 };
  })()`);
}
