// What players see of a server that dies or is replaced under their game: a hiccup, in real browsers.

import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ArenaWindow } from '../../demos/arena/web/arena-window.ts';
import type { DuelWindow } from '../../demos/duel/web/duel-window.ts';
import { ArenaFilm, type FilmFrame } from '../support/demos/arena-film.ts';
import { MouseAndKeys } from '../support/demos/arena-hands.ts';
import { ArenaPilot } from '../support/demos/arena-pilot.ts';
import { DemoRegion } from '../support/demos/demo-region.ts';
import { DESK, Visitor } from '../support/demos/visitor.ts';
import { isLong } from '../support/long-test.ts';
import { missingTool } from '../support/missing-tool.ts';
import { openBrowser } from '../support/open-browser.ts';

const FIGHTERS = 5;
/** The farthest anybody goes in a frame, and a glide, in units. */
const FARTHEST_STEP = 115;
const LATE_FRAME_MS = 60;
/** Of the pictures of others, and a few frames. */
const MOST_DELAY_MS = 350;
const MOST_CLOCK_DRIFT_MS = 500;
const DRAINED_AT_PLY = 4;
/** Clocks show whole seconds. */
const CLOCK_TOLERANCE_S = 1.5;

const lacksTools = missingTool('chromium') || missingTool('redis-server');
const inBrowser = test.skipIf(lacksTools);
const inBrowserLong = test.skipIf(lacksTools || !isLong);

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

inBrowser('[SV-20] [SV-46] a server is killed under an arena: the match goes on', async () => {
  const [ada, grace] = [await visitor('__arena'), await visitor('__arena')];
  const [first, second] = region.nodes;
  await Promise.all([enterArena(ada, first.url, 'Ada'), enterArena(grace, second.url, 'Grace')]);
  const { roomId } = await ada.sees(({ players }) => players.length === FIGHTERS);
  expect((await grace.see()).roomId).toBe(roomId);
  const both = [ada, grace].map(
    (who) => [who, new ArenaPilot(who.page, new MouseAndKeys(who.page))] as const,
  );
  let hasScored = false;
  await Promise.all(
    both.map(([, pilot]) =>
      pilot.play(({ score }) => {
        hasScored ||= score > 0;
        return hasScored;
      }),
    ),
  );

  // One page comes from the node that is killed, the other from the one that takes over.
  const { owner, other } = await region.ownerOf(roomId ?? '');
  await ada.keepScreenshotNow('arena-killed-before');
  const films = await Promise.all([ArenaFilm.begin(ada.page), ArenaFilm.begin(grace.page)]);
  const before = await Promise.all(both.map(([, pilot]) => pilot.look()));
  for (const [who] of both) who.expectOutage();
  owner.child.kill('SIGKILL');
  await Promise.all(
    both.map(async ([who]) => {
      await who.sees(({ phase }) => phase === 'reconnecting');
      await who.page.locator('#banner').waitFor();
    }),
  );
  await ada.keepScreenshotNow('arena-killed-during');
  await Promise.all(both.map(([who]) => who.sees(({ phase }) => phase === 'play')));
  await ada.keepScreenshotNow('arena-killed-back');
  expect((await region.ownerOf(roomId ?? '', other)).owner).toBe(other);

  // Shots are counted by the room: both fight on.
  const shots = (await Promise.all(both.map(([who]) => who.see()))).map(({ me }) => me?.shots);
  await Promise.all(
    both.map(([, pilot], index) => pilot.play(({ me }) => me?.shots !== shots[index])),
  );
  await Promise.all(both.map(([who]) => who.page.locator('#banner').waitFor({ state: 'hidden' })));
  await ada.keepScreenshotNow('arena-killed-after');
  for (const [index, film] of films.entries()) {
    expectHiccup(await film.frames(), before[index] as ArenaWindow);
  }
  const after = await Promise.all(both.map(([who]) => who.see()));
  expect(after.map(({ me }) => me?.id)).toEqual(before.map(({ me }) => me?.id));
  expect(visitors.flatMap(({ complaints }) => complaints)).toEqual([]);
});

/** Nothing on the screen began anew, and nobody jumped. */
function expectHiccup(film: readonly FilmFrame[], before: ArenaWindow): void {
  expect(new Set(film.map(({ match }) => match))).toEqual(new Set([before.match?.number]));
  const fighters = before.players.map(({ id }) => id).sort();
  for (const frame of film) expect(Object.keys(frame.fighters).sort()).toEqual(fighters);
  const kills = film.map((frame) => frame.kills);
  expect(kills).toEqual(kills.toSorted((a, b) => a - b));
  expect(kills[0]).toBeGreaterThanOrEqual(before.score);
  const ends = film.map(({ matchEndsAtMs }) => matchEndsAtMs);
  expect(Math.max(...ends) - Math.min(...ends)).toBeLessThan(MOST_CLOCK_DRIFT_MS);
  const banners = [...new Set(film.map(({ banner }) => banner))];
  expect(banners).toContainEqual(expect.stringMatching(/^Back on another server after \d\.\d s$/));
  expect(banners).not.toContainEqual(expect.stringContaining('undefined'));
  expect(jumps(film)).toEqual([]);
}

/** Who was elsewhere from one frame to the next, and had not just died or come back to life. */
function jumps(film: readonly FilmFrame[]): string[] {
  return film.slice(1).flatMap((frame, index) => {
    const last = film[index] as FilmFrame;
    // A busy machine draws late, and everybody has walked on meanwhile.
    if (frame.atMs - last.atMs > LATE_FRAME_MS) return [];
    return Object.entries(frame.fighters).flatMap(([id, now]) => {
      const then = last.fighters[id];
      if (then === undefined || hasJustRespawned(film.slice(0, index + 2), id)) return [];
      const distance = Math.hypot(now.x - then.x, now.y - then.y);
      return distance > FARTHEST_STEP ? [`${id} ${distance} at ${frame.atMs}: ${frame.phase}`] : [];
    });
  });
}

/** Others are drawn a moment in the past: they are seen at their new place a little after the state says that they live. */
function hasJustRespawned(film: readonly FilmFrame[], id: string): boolean {
  const nowMs = film.at(-1)?.atMs ?? 0;
  const recent = film.filter(({ atMs }) => nowMs - atMs < MOST_DELAY_MS);
  return new Set(recent.map(({ fighters }) => fighters[id]?.stance)).size > 1;
}

inBrowserLong(
  '[SV-33] a server is replaced under a duel: the clocks go on, move for move',
  async () => {
    const [ada, grace] = [await visitor('__duel'), await visitor('__duel')];
    const [first, second] = region.nodes;
    await ada.page.goto(`${first.url}/duel/`);
    await ada.page.locator('#name').fill('Ada');
    await ada.page.locator('#play-friend').click();
    const { roomId } = await ada.sees(({ phase }) => phase === 'waiting');
    await grace.page.goto(`${second.url}/duel/?room=${roomId}`);
    await grace.sees(({ phase }) => phase === 'playing');
    await playDuel([ada, grace], ({ ply }) => ply >= DRAINED_AT_PLY);

    const before = await ada.see();
    const { owner, other } = await region.ownerOf(roomId ?? '');
    await ada.keepScreenshotNow('duel-drained-before');
    for (const who of [ada, grace]) who.expectOutage();
    const clocks = await Promise.all([ada, grace].map((who) => clocksOf(who)));
    const end = owner.stop();
    const after = await Promise.all(
      [ada, grace].map((who) => who.sees(({ connection }) => connection === 'resumed')),
    );
    await ada.keepScreenshotNow('duel-drained-back');
    for (const seen of after) expect(seen).toMatchObject({ phase: 'playing', moves: before.moves });
    expect((await region.ownerOf(roomId ?? '', other)).owner).toBe(other);
    const later = await Promise.all([ada, grace].map((who) => clocksOf(who)));
    for (const [index, then] of clocks.entries()) expectSameClocks(then, later[index] as Clocks);

    await playDuel([ada, grace], ({ phase }) => phase === 'over');
    const seen = await Promise.all([ada, grace].map((who) => who.see()));
    expect(seen.map(({ winner, ending }) => [winner, ending])).toEqual(
      seen.map(() => [seen[0]?.winner, 'stuck']),
    );
    expect(seen[0]?.moves.slice(0, before.ply)).toEqual(before.moves);
    expect(await end).toEqual({ exitCode: 0, signal: null });
    await ada.keepScreenshot('duel-drained-result');
    expect(visitors.flatMap(({ complaints }) => complaints)).toEqual([]);
  },
);

/** Both move by the mouse, in turn, until `isDone` of what both see. */
async function playDuel(
  players: readonly Visitor<'__duel'>[],
  isDone: (seen: DuelWindow) => boolean,
): Promise<void> {
  for (;;) {
    const seen = await Promise.all(players.map((who) => who.see()));
    if (seen.every(isDone)) return;
    const turn = seen.findIndex(({ legal, phase }) => phase === 'playing' && legal.length > 0);
    const [player, view] = [players[turn], seen[turn]];
    if (player === undefined || view === undefined || isDone(view)) continue;
    for (const cell of (view.legal[view.legal.length >> 1] ?? '').split('-')) {
      await player.page.locator(`#board [data-cell="${cell}"]`).click();
    }
    await Promise.all(
      players.map((who) => who.sees(({ ply, phase }) => ply > view.ply || phase === 'over')),
    );
  }
}
async function visitor<Game extends '__arena' | '__duel'>(game: Game): Promise<Visitor<Game>> {
  const opened = await Visitor.open(browser, game, DESK);
  visitors.push(opened as unknown as Visitor);
  return opened;
}

async function enterArena(who: Visitor<'__arena'>, url: string, name: string): Promise<void> {
  await who.page.goto(`${url}/arena/?bots=${FIGHTERS}`);
  await who.page.locator('#name').fill(name);
  await who.page.getByRole('button', { name: 'Play' }).click();
  await who.sees(({ phase, me }) => phase === 'play' && me !== null);
}

/** What the two clocks on a table show, in seconds, and when, in ms. */
interface Clocks {
  readonly atMs: number;
  readonly seconds: readonly number[];
}

async function clocksOf({ page }: Visitor<'__duel'>): Promise<Clocks> {
  const texts = await page.locator('.card-clock').allTextContents();
  const seconds = texts.map((text) => {
    const parts = text.split(':').map(Number);
    return parts.reduce((sum, part) => sum * 60 + part, 0);
  });
  return { atMs: performance.now(), seconds };
}

/** Whoever thinks has less time by what has passed, the other one as much as before. */
function expectSameClocks(before: Clocks, after: Clocks): void {
  const passed = (after.atMs - before.atMs) / 1_000;
  const spent = before.seconds.map((seconds, index) => seconds - (after.seconds[index] ?? 0));
  const [least = 0, most = 0] = spent.toSorted((a, b) => a - b);
  expect(spent).toHaveLength(2);
  expect(least).toBe(0);
  expect(Math.abs(most - passed)).toBeLessThanOrEqual(CLOCK_TOLERANCE_S);
}
