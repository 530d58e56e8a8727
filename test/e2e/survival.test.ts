// What players see of a server that dies or is replaced under their game: a hiccup, in real browsers.

import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ArenaWindow } from '../../demos/arena/web/arena-window.ts';
import type { DuelWindow } from '../../demos/duel/web/duel-window.ts';
import { MouseAndKeys } from '../support/demos/arena-hands.ts';
import { ArenaFilm } from '../support/demos/arena-film.ts';
import { ArenaPilot } from '../support/demos/arena-pilot.ts';
import { DemoRegion } from '../support/demos/demo-region.ts';
import { DESK, Visitor } from '../support/demos/visitor.ts';
import { missingTool } from '../support/missing-tool.ts';
import { openBrowser } from '../support/open-browser.ts';

const inBrowser = test.skipIf(missingTool('chromium') || missingTool('redis-server'));

let browser: Browser;
let region: DemoRegion;
let visitors: Visitor[] = [];

beforeAll(async () => {
  browser = await openBrowser();
});

beforeEach(async () => {
  region = await DemoRegion.start();
});

afterEach(async () => {
  await Promise.all(visitors.map((opened) => opened[Symbol.asyncDispose]()));
  visitors = [];
  await region[Symbol.asyncDispose]();
});

afterAll(async () => {
  await browser?.close();
});

inBrowser('[SV-20] [SV-46] a server is killed under an arena: the same match goes on', async () => {
  const [ada, grace] = [await visitor('__arena'), await visitor('__arena')];
  const [first, second] = region.nodes;
  await enterArena(ada, first.url, 'Ada');
  await enterArena(grace, second.url, 'Grace');
  const { roomId } = await ada.sees(({ players }) => players.length === 5);
  expect((await grace.see()).roomId).toBe(roomId);
  const pilots = [ada, grace].map(({ page }) => new ArenaPilot(page, new MouseAndKeys(page)));
  await Promise.all(pilots.map((pilot) => pilot.play(({ score }) => score >= 1)));

  // One page comes from the node that is killed, the other from the one that takes over.
  const { owner } = await region.ownerOf(roomId ?? '');
  const films = [await ArenaFilm.begin(ada.page), await ArenaFilm.begin(grace.page)];
  const before = await Promise.all(pilots.map((pilot) => pilot.look()));
  await Promise.all([ada.keepScreenshotNow('arena-killed-before'), ada.page.waitForTimeout(1500)]);
  for (const someone of [ada, grace]) someone.expectOutage();
  const playsOn = Promise.all(
    pilots.map((pilot, index) => pilot.play(({ score }) => score > (before[index]?.score ?? 0))),
  );
  playsOn.catch(() => undefined);
  owner.child.kill('SIGKILL');
  await ada.sees(({ phase }) => phase === 'reconnecting');
  await ada.page.locator('#banner').waitFor();
  await ada.keepScreenshotNow('arena-killed-during');
  await ada.sees(({ phase }) => phase === 'play');
  await ada.keepScreenshotNow('arena-killed-back');
  await playsOn.catch((e: unknown) => console.log(e));
  for (const film of films) {
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`/tmp/w/film-${films.indexOf(film)}.json`, JSON.stringify(await film.frames()));
  }
  await ada.keepScreenshotNow('arena-killed-after');
  expect(visitors.flatMap(({ complaints }) => complaints)).toEqual([]);
});

async function visitor<Game extends '__arena' | '__duel'>(game: Game): Promise<Visitor<Game>> {
  const opened = await Visitor.open(browser, game, DESK);
  visitors.push(opened as unknown as Visitor);
  return opened;
}

async function enterArena(who: Visitor<'__arena'>, url: string, name: string): Promise<void> {
  await who.page.goto(`${url}/arena/?bots=5`);
  await who.page.locator('#name').fill(name);
  await who.page.getByRole('button', { name: 'Play' }).click();
  await who.sees(({ phase, me }) => phase === 'play' && me !== null);
}
