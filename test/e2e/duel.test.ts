// The duel as strangers meet it: one plays by keys alone, one taps on a phone, one watches.

import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { DuelWindow } from '../../demos/duel/web/duel-window.ts';
import { startDemos } from '../support/demos/start-demos.ts';
import { DESK, PHONE, Visitor } from '../support/demos/visitor.ts';
import { eventually } from '../support/eventually.ts';
import { missingTool } from '../support/missing-tool.ts';
import { openBrowser } from '../support/open-browser.ts';
import type { MeridianProcess } from '../support/start-meridian.ts';

type Guest = Visitor<'__duel'>;
/** Makes a legal move with whatever this player plays with. */
type MakeMove = (legal: readonly string[]) => Promise<void>;

const OUTAGE_AT_PLY = 6;
const MOST_TABS = 40;

const inBrowser = test.skipIf(missingTool('chromium'));

let node: MeridianProcess;
let browser: Browser;
let guests: Guest[] = [];

beforeAll(async () => {
  [node, browser] = await Promise.all([startDemos(), openBrowser()]);
});

afterEach(async () => {
  // A ticket outlives its page: one that is left behind would meet the next test.
  await Promise.all(
    guests.map(({ page }) => page.evaluate(`document.querySelector('#search-cancel')?.click()`)),
  );
  await Promise.all(guests.map((opened) => opened[Symbol.asyncDispose]()));
  guests = [];
});

afterAll(async () => {
  await browser?.close();
  await node?.[Symbol.asyncDispose]();
});

inBrowser(
  'a duel from lobby to result, watched, over an outage; then a rematch, resigned',
  async () => {
    const [ada, grace, watcher] = [await guest(DESK), await guest(PHONE), await guest(DESK)];
    const players = [
      { who: ada, makeMove: byKeys(ada) },
      { who: grace, makeMove: byTaps(grace) },
    ] as const;
    const all = <T>(work: (someone: Guest) => Promise<T>) => Promise.all(guests.map(work));

    await openTableByKeys(ada, 'Ada');
    const { roomId } = await ada.sees(({ phase }) => phase === 'waiting');
    await ada.keepScreenshot('duel-desk-waiting');
    await sitDown(grace, roomId, 'Grace');
    await sitDown(watcher, roomId, 'Linus');
    await all((someone) => someone.sees(({ spectators }) => spectators.includes('Linus')));
    expect((await all((someone) => someone.see())).map(({ seat }) => seat)).toEqual([0, 1, null]);
    await keepBoth(ada, grace, 'start');

    await play(players, ({ ply }) => ply >= OUTAGE_AT_PLY);
    await keepBoth(ada, grace, 'mid');
    const before = await grace.see();
    await grace.offline(async () => {
      await grace.sees(({ connection }) => connection === 'reconnecting');
      await grace.keepScreenshot('duel-phone-reconnecting');
    });
    const after = await grace.sees(({ connection }) => connection === 'resumed');
    grace.hasRecovered();
    expect(after).toMatchObject({ seat: before.seat, ply: before.ply, phase: 'playing' });
    await ada.sees(({ seats }) => seats.every(({ isConnected }) => isConnected));

    await play(players, ({ phase }) => phase === 'over');
    const seen = await all((someone) => someone.sees(({ phase }) => phase === 'over'));
    const winner = seen[0]?.winner as 0 | 1;
    expect(seen.map((one) => [one.winner, one.ending])).toEqual(seen.map(() => [winner, 'stuck']));
    const [winning, losing] = winner === 0 ? [ada, grace] : [grace, ada];
    await winning.page.getByRole('heading', { name: 'You win' }).waitFor();
    await losing.page.getByRole('heading', { name: 'You lose' }).waitFor();
    await watcher.page.getByRole('heading', { name: 'wins' }).waitFor();
    await keepBoth(ada, grace, 'result');
    await watcher.keepScreenshot('duel-desk-watched');
    await hasStatistics(winning, { 'duel.wins': 1 });
    await hasStatistics(losing, { 'duel.losses': 1 });

    // The result has put the focus on the rematch.
    await ada.page.keyboard.press('Enter');
    await grace.page.getByText('Ada wants a rematch.').waitFor();
    await grace.keepScreenshot('duel-phone-rematch');
    await grace.page.getByRole('button', { name: 'Accept rematch' }).tap();
    await all((someone) => someone.sees(({ game, phase }) => game === 2 && phase === 'playing'));
    await resignByKeys(ada);
    const resigned = await all((someone) => someone.sees(({ phase }) => phase === 'over'));
    expect(resigned.map((one) => [one.winner, one.ending])).toEqual(
      resigned.map(() => [1, 'resigned']),
    );
    await hasStatistics(grace, { 'duel.wins': winner === 1 ? 2 : 1 });
    await hasStatistics(ada, { 'duel.losses': winner === 1 ? 2 : 1 });
    expect(guests.flatMap(({ complaints }) => complaints)).toEqual([]);
  },
);

inBrowser(
  '[TK-11] [TK-14] [TK-23] two strangers find each other by the queue, over a cancel and a reload; the result is rated',
  async () => {
    const [ada, grace] = [await guest(DESK), await guest(PHONE)];
    await ada.page.goto(`${node.url}/duel/`);
    await tabTo(ada, '#play-ranked');
    await ada.page.keyboard.press('Enter');
    const cancelled = await searches(ada);
    await tabTo(ada, '#search-cancel');
    await ada.page.keyboard.press('Enter');
    await ada.sees(({ phase }) => phase === 'lobby');
    await ada.page.locator('#play-ranked:focus').waitFor();
    await ada.page.keyboard.press('Enter');
    const { ticketId } = await searches(ada);
    expect(ticketId).not.toBe(cancelled.ticketId);

    await ada.page.getByRole('button', { name: 'Why so long?' }).click();
    await ada.page.getByText('Nobody else is searching near enough to you.').waitFor();
    await ada.page.getByRole('listitem').filter({ hasText: 'within 600 points' }).waitFor();
    await ada.keepScreenshot('duel-desk-searching');
    await ada.page.reload();
    expect(await searches(ada), 'the ticket of before').toMatchObject({ ticketId });

    await grace.page.goto(`${node.url}/duel/`);
    await grace.keepScreenshot('duel-phone-lobby');
    await grace.page.getByRole('button', { name: 'Find an opponent' }).tap();
    const both = [ada, grace];
    const seen = await Promise.all(both.map((who) => who.sees(({ phase }) => phase === 'playing')));
    expect(new Set(seen.map(({ roomId }) => roomId)).size).toBe(1);
    expect(seen.map(({ seat }) => seat).toSorted()).toEqual([0, 1]);
    for (const { seats } of seen) expect(seats.map(({ rating }) => rating)).toEqual([1500, 1500]);

    await grace.page.getByRole('button', { name: 'Resign' }).tap();
    await grace.page.locator('#confirm-resign').tap();
    await ada.page.getByText(/Rating 1500 → 1[5-9]\d\d \(\+\d+\)/).waitFor();
    await grace.page.getByText(/Rating 1500 → 1[1-4]\d\d \(−\d+\)/).waitFor();
    await ada.page.getByRole('heading', { name: 'You win' }).waitFor();
    await ada.keepScreenshot('duel-desk-rated');
    await grace.page.getByRole('heading', { name: 'You lose' }).waitFor();
    await grace.keepScreenshot('duel-phone-rated');
    await grace.page.getByRole('button', { name: 'New opponent' }).tap();
    await searches(grace);
    await grace.page.getByText(/your rating 1[1-4]\d\d/).waitFor();
    await grace.keepScreenshot('duel-phone-searching');
    await grace.page.getByRole('button', { name: 'Cancel' }).tap();
    await grace.sees(({ phase }) => phase === 'lobby');
    expect(guests.flatMap(({ complaints }) => complaints)).toEqual([]);
  },
);

/** Until the queue has told what it accepts. */
async function searches(who: Guest): Promise<DuelWindow> {
  await who.page.getByRole('heading', { name: 'Looking for an opponent' }).waitFor();
  await who.page.locator('#search-widens:not(:empty)').waitFor();
  return await who.see();
}

async function guest(device: typeof DESK): Promise<Guest> {
  const opened = await Visitor.open(browser, '__duel', device);
  guests.push(opened);
  return opened;
}

async function openTableByKeys(who: Guest, name: string): Promise<void> {
  await who.page.goto(`${node.url}/duel/`);
  await who.keepScreenshot('duel-desk-lobby');
  await tabTo(who, '#name');
  await who.page.keyboard.type(name);
  await tabTo(who, '#play-friend');
  await who.page.keyboard.press('Enter');
}

/** By the link a friend was sent, under the name typed at the portal. */
async function sitDown(who: Guest, roomId: string | null, name: string): Promise<void> {
  await who.page.goto(node.url);
  await who.page.getByLabel('Your name in both games').fill(name);
  await who.page.goto(`${node.url}/duel/?room=${roomId}`);
  await who.sees(({ phase }) => phase === 'playing');
}

/** Both make their moves in turn until `isDone` of what both see. */
async function play(
  players: readonly { readonly who: Guest; readonly makeMove: MakeMove }[],
  isDone: (seen: DuelWindow) => boolean,
): Promise<void> {
  for (;;) {
    const seen = await Promise.all(players.map(({ who }) => who.see()));
    if (seen.every(isDone)) return;
    const turn = seen.findIndex(({ legal, phase }) => phase === 'playing' && legal.length > 0);
    const [player, view] = [players[turn], seen[turn]];
    if (player === undefined || view === undefined || isDone(view)) continue;
    await player.makeMove(view.legal);
    await Promise.all(
      players.map(({ who }) => who.sees(({ ply, phase }) => ply > view.ply || phase === 'over')),
    );
  }
}

function byTaps({ page }: Guest): MakeMove {
  return async (legal) => {
    for (const cell of (legal[legal.length >> 1] ?? '').split('-')) {
      await page.locator(`#board [data-cell="${cell}"]`).tap();
    }
  };
}

/** N goes to the next lantern that may glide, then to the next cell it may glide to. */
function byKeys(who: Guest): MakeMove {
  return async () => {
    if ((await who.page.locator('#board [data-cell]:focus').count()) === 0) {
      await tabTo(who, '#board [data-cell]');
    }
    for (const key of ['n', 'Enter', 'n', 'Enter']) await who.page.keyboard.press(key);
  };
}

async function resignByKeys(who: Guest): Promise<void> {
  await tabTo(who, '#resign');
  await who.page.keyboard.press('Enter');
  await who.keepScreenshot('duel-desk-confirm');
  await tabTo(who, '#confirm-resign');
  await who.page.keyboard.press('Enter');
}

async function tabTo({ page }: Guest, selector: string): Promise<void> {
  for (let tabs = 0; tabs < MOST_TABS; tabs += 1) {
    if ((await page.locator(`${selector}:focus`).count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${selector} is not in the tab order`);
}

async function keepBoth(desk: Guest, phone: Guest, moment: string): Promise<void> {
  await Promise.all([
    desk.keepScreenshot(`duel-desk-${moment}`),
    phone.keepScreenshot(`duel-phone-${moment}`),
  ]);
}

async function hasStatistics(who: Guest, wanted: Record<string, number>): Promise<void> {
  await eventually(
    async () => {
      expect((await who.profile()).statistics).toMatchObject(wanted);
      return true;
    },
    { withinMs: 5_000 },
  );
}
