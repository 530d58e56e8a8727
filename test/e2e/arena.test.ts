// The arena as strangers meet it: a page in a real Chromium, played by keys, mouse and thumbs until somebody has won.

import { MemoryStorage, MeridianClient, MeridianError, type MeridianRoom } from '@meridian/client';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ArenaState } from '../../demos/arena/shared/arena-state.ts';
import { MATCH_MS } from '../../demos/arena/shared/rules.ts';
import type { ArenaWindow } from '../../demos/arena/web/arena-window.ts';
import { KeysOnly, MouseAndKeys, Thumbs } from '../support/demos/arena-hands.ts';
import { ArenaPilot } from '../support/demos/arena-pilot.ts';
import { startDemos } from '../support/demos/start-demos.ts';
import { DESK, PHONE, Visitor } from '../support/demos/visitor.ts';
import { eventually } from '../support/eventually.ts';
import { isLong } from '../support/long-test.ts';
import { missingTool } from '../support/missing-tool.ts';
import { openBrowser } from '../support/open-browser.ts';
import type { MeridianProcess } from '../support/start-meridian.ts';

const inBrowser = test.skipIf(missingTool('chromium'));
/** What its parts show elsewhere. */
const inLongRun = test.skipIf(!isLong || missingTool('chromium'));

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

inBrowser('a desk and a phone fight a match to its result, over an outage', async () => {
  const [ada, grace] = [await visitor(DESK), await visitor(PHONE)];
  await Promise.all([nameAtPortal(ada, 'Ada', 'desk'), nameAtPortal(grace, 'Grace', 'phone')]);
  await enter(ada, '?bots=0&kills=2', 'desk');
  await enter(grace, '?bots=0&kills=2', 'phone');
  await ada.sees(({ players }) => players.length === 2);
  const [adaPilot, gracePilot] = [
    new ArenaPilot(ada.page, new MouseAndKeys(ada.page)),
    new ArenaPilot(grace.page, await Thumbs.open(grace.page)),
  ];

  await Promise.all([
    adaPilot.play((seen) => seen.score >= 1),
    gracePilot.play((seen) => seen.score >= 1),
    keepFightScreenshot(ada, 'desk'),
    keepFightScreenshot(grace, 'phone'),
  ]);

  const before = await gracePilot.look();
  await grace.offline(async () => {
    await grace.sees(({ phase }) => phase === 'reconnecting');
    await grace.page.locator('#banner').waitFor();
    await grace.keepScreenshot('arena-phone-reconnecting');
  });
  await grace.sees(({ phase }) => phase === 'play');
  grace.hasRecovered();
  const after = await gracePilot.look();
  expect(after.me).toMatchObject({ id: before.me?.id, kills: before.me?.kills, name: 'Grace' });
  expect(after.players).toHaveLength(2);

  const [seenByAda, seenByGrace] = await Promise.all([
    adaPilot.play(isOver),
    gracePilot.play(isOver),
  ]);
  expect(seenByAda.match?.podium).toEqual(seenByGrace.match?.podium);
  const [winner, loser] = seenByAda.match?.podium ?? [];
  expect(winner?.kills).toBe(2);
  const adaWon = winner?.name === 'Ada';
  await Promise.all([
    ada.page.getByText(adaWon ? 'Victory!' : 'Grace wins').waitFor(),
    grace.page.getByText(adaWon ? 'Ada wins' : 'Victory!').waitFor(),
  ]);
  await Promise.all([
    ada.keepScreenshot('arena-desk-podium'),
    grace.keepScreenshot('arena-phone-podium'),
  ]);

  const [won, lost] = adaWon ? [ada, grace] : [grace, ada];
  await eventually(async () => (await won.profile()).statistics['arena.wins'] === 1, {
    withinMs: 5_000,
  });
  expect((await won.profile()).statistics).toMatchObject({
    'arena.matches': 1,
    'arena.kills': 2,
  });
  const lostStatistics = (await lost.profile()).statistics;
  expect(lostStatistics['arena.kills'] ?? 0).toBe(loser?.kills);
  expect(lostStatistics['arena.deaths']).toBe(2);
  expectNoComplaints();
});

inLongRun('a keyboard is enough, from the portal to the victory', async () => {
  // Somebody who only stands there; not everybody who plays has a browser.
  const idler = new MeridianClient(node.url, { storage: new MemoryStorage() });
  await idler.signInAsGuest({ displayName: 'Idler' });
  const rules = { bots: 0, killsToWin: 1, matchMs: MATCH_MS };
  const room = await idler.joinOrCreate<ArenaState>('arena', rules);
  for (const type of ['hurt', 'kill']) room.onMessage(type, () => {});

  const ada = await visitor(DESK);
  await ada.page.goto(`${node.url}/arena/?bots=0&kills=1`);
  // The name has the focus already.
  await ada.page.locator('#name:focus').waitFor();
  await ada.page.keyboard.type('Ada');
  await ada.page.keyboard.press('Enter');
  await ada.sees(({ players }) => players.length === 2);
  await ada.page.keyboard.down('Tab');
  await ada.page.getByRole('heading', { name: 'Scoreboard' }).waitFor();
  await ada.keepScreenshot('arena-desk-scoreboard');
  await ada.page.keyboard.up('Tab');
  await ada.page.keyboard.press('KeyN');

  await new ArenaPilot(ada.page, new KeysOnly(ada.page)).play(isOver);
  await ada.page.getByText('Victory!').waitFor();
  await ada.keepScreenshot('arena-desk-keyboard');
  await room.leave();
  expectNoComplaints();
});

inLongRun('[TK-30] [TK-31] friends make a squad by its code, and fight side by side', async () => {
  const [ada, grace] = [await visitor(DESK), await visitor(PHONE)];
  await ada.page.goto(`${node.url}/arena/`);
  await ada.page.getByLabel('Your name').fill('Ada');
  await ada.page.getByRole('button', { name: 'Squads' }).click();
  await ada.page.getByRole('button', { name: 'Make a squad' }).click();
  await ada.page.locator('#party-shown:not(:empty)').waitFor();
  const code = await ada.page.locator('#party-shown').textContent();
  // As the link that the leader copies.
  await grace.page.goto(`${node.url}/arena/?squad=${code}`);
  await ada.page.locator('#party-members li').nth(1).waitFor();
  await grace.page.getByText('The leader starts the search.').waitFor();
  await ada.page.getByRole('button', { name: 'Find opponents' }).click();
  await grace.page.getByText(/Looking for opponents 0:/).waitFor();
  await ada.keepScreenshot('arena-desk-squad');
  await grace.keepScreenshot('arena-phone-squad');

  const others = await squadOfStrangers();
  const seen = await Promise.all(
    [ada, grace].map((who) =>
      who.sees(({ phase, players }) => phase === 'play' && players.length === 4),
    ),
  );
  expect(new Set(seen.map(({ roomId }) => roomId))).toEqual(new Set([others[0]?.roomId]));
  expect(seen[0]?.me?.team).toBe(seen[1]?.me?.team);
  const sizes = Map.groupBy(seen[0]?.players ?? [], ({ team }) => team);
  expect([...sizes].map(([team, players]) => [team, players.length]).toSorted()).toEqual([
    [1, 2],
    [2, 2],
  ]);
  await ada.keepScreenshotNow('arena-desk-squads');
  // The room is among its squads.
  await expect(others[0]?.client.joinById(others[0].roomId)).rejects.toThrow(MeridianError);
  await Promise.all(others.map(({ room }) => room.leave()));
  expect([...ada.complaints, ...grace.complaints]).toEqual([]);
});

/** Two who have come as a party, by the SDK alone. */
async function squadOfStrangers() {
  const clients = [0, 1].map(() => new MeridianClient(node.url, { storage: new MemoryStorage() }));
  const [leader, friend] = clients as [MeridianClient, MeridianClient];
  await Promise.all(clients.map((client) => client.signInAsGuest()));
  const joined = clients.map(
    (client) =>
      new Promise<MeridianRoom<ArenaState>>((resolve, reject) => {
        client.matchmaking.onTicket((ticket) => {
          ticket.join<ArenaState>().then(resolve, reject);
        });
      }),
  );
  await friend.parties.join((await leader.parties.create()).code);
  await leader.matchmaking.enter('squads');
  const rooms = await Promise.all(joined);
  return rooms.map((room, at) => {
    const client = clients[at] as MeridianClient;
    client.regions.stop();
    return { client, room, roomId: room.roomId };
  });
}

async function visitor(device: typeof DESK): Promise<Visitor<'__arena'>> {
  const opened = await Visitor.open(browser, '__arena', device);
  visitors.push(opened);
  return opened;
}

/** The name typed at the portal is the name in both games. */
async function nameAtPortal(who: Visitor<'__arena'>, name: string, device: string): Promise<void> {
  await who.page.goto(node.url);
  await who.page.getByLabel('Your name in both games').fill(name);
  await who.keepScreenshot(`portal-${device}`);
}

async function enter(who: Visitor<'__arena'>, rules: string, device: string): Promise<void> {
  await who.page.goto(`${node.url}/arena/${rules}`);
  await who.page.getByRole('button', { name: 'Play' }).waitFor();
  await who.keepScreenshot(`arena-${device}-menu`);
  await who.page.getByRole('button', { name: 'Play' }).click();
  await who.sees(({ phase, me }) => phase === 'play' && me !== null);
}

/** While shots fly and both are in the picture. */
async function keepFightScreenshot(who: Visitor<'__arena'>, device: string): Promise<void> {
  await who.sees(({ players }) => players.some(({ health }) => health < 80), 45_000);
  await who.keepScreenshotNow(`arena-${device}-fight`);
}

function isOver({ match }: ArenaWindow): boolean {
  return match?.isOver === true;
}

function expectNoComplaints(): void {
  expect(visitors.flatMap(({ complaints }) => complaints)).toEqual([]);
}
