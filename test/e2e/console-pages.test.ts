// The console of two regions, a (two nodes) and b (one), in a real Chromium: what each page is for, for each role, by day and by night, on a
// desktop and on a phone. One world for all of it.

import { Client, type Room } from '@colyseus/sdk';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashOperatorPassword } from '../../src/admin/operator-password.ts';
import { CloseCode } from '../../src/protocol/close-codes.ts';
import { severeFindings } from '../support/axe.ts';
import { buildDemos } from '../support/demos/start-demos.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { isLong } from '../support/long-test.ts';
import { MatchPlayer } from '../support/match-player.ts';
import { MatchRegions } from '../support/match-regions.ts';
import { missingTool } from '../support/missing-tool.ts';
import { openBrowser } from '../support/open-browser.ts';
import { OperatorPage } from '../support/operator-page.ts';

const SOON = { withinMs: 60_000, everyMs: 100 };
const canRun = !(missingTool('chromium') || missingTool('redis-server'));
const VIEWER = { name: 'vera', password: 'vera only looks here' };
const ADMIN = { name: 'ada', password: 'ada may do everything' };
/** Nobody dies here: browsers beside three nodes on two cores must not make it look so. */
const PATIENT = { MERIDIAN_CLUSTER_HANG_MS: '20000', MERIDIAN_CLUSTER_LEASE_TTL_MS: '8000' };
const ALERTS_TOKEN = 'a-token-of-an-incident-bot';
/** When the alerts began that the screenshots show. */
const AGAIN_AT = new Date().toISOString();
const PAGES = [
  'World',
  'Regions',
  'Nodes',
  'Rooms',
  'Queue',
  'Players',
  'Incidents',
  'Traces',
  'Audit',
];

interface AlertOfB {
  readonly name: string;
  readonly summary: string;
  readonly severity: string;
  readonly action?: string;
  readonly node?: string;
}

/** One of each kind: nothing is asked for, it cannot be done, it waits for an operator. */
const ALERTS_OF_B: readonly AlertOfB[] = [
  {
    ...{ name: 'JoinSuccessBurnsFast', severity: 'page' },
    summary: 'Of the joins of the last hour 3.1 % failed.',
  },
  {
    ...{ name: 'NodeLoopLags', severity: 'ticket', action: 'drain-node', node: 'gone-4711' },
    summary: 'The event loop of a node has been late for a minute.',
  },
  {
    ...{ name: 'RegionFills', severity: 'ticket', action: 'close-region' },
    summary: 'Nine of ten seats are taken.',
  },
  {
    ...{ name: 'RegionMostlyDown', severity: 'page', action: 'evacuate-region' },
    summary: 'More than half of the nodes do not answer.',
  },
];

describe.skipIf(!canRun)('the console of two regions', () => {
  const owned = new AsyncDisposableStack();
  let browser: Browser;
  let regions: MatchRegions;
  let admin: OperatorPage;
  let url: string;
  /** Of region b, where an incident bot is at work. */
  let otherUrl: string;
  let alertsUrl: string;

  beforeAll(async () => {
    await buildDemos();
    const operators = JSON.stringify([
      {
        name: VIEWER.name,
        role: 'viewer',
        passwordHash: await hashOperatorPassword(VIEWER.password),
      },
      { name: ADMIN.name, role: 'admin', passwordHash: await hashOperatorPassword(ADMIN.password) },
    ]);
    browser = owned.use(await openBrowser());
    const alertsPort = await freePort();
    const both = { ...PATIENT, MERIDIAN_ADMIN_OPERATORS: operators };
    const bot = {
      MERIDIAN_PROCESS_SERVICES: 'all,incidents',
      MERIDIAN_INCIDENTS_PORT: String(alertsPort),
      MERIDIAN_INCIDENTS_TOKEN: ALERTS_TOKEN,
    };
    regions = owned.use(await MatchRegions.start({ env: { a: both, b: { ...both, ...bot } } }));
    alertsUrl = `http://127.0.0.1:${alertsPort}/alerts`;
    url = `http://127.0.0.1:${regions.nodes('a')[0]?.adminPort}/admin/`;
    otherUrl = `http://127.0.0.1:${regions.nodes('b')[0]?.adminPort}/admin/`;
    admin = await OperatorPage.open(browser, url, {}, ADMIN);
  }, 180_000);
  afterAll(() => owned.disposeAsync());

  /** A player in a room of his own. */
  async function play(
    region: 'a' | 'b',
  ): Promise<{ readonly player: MatchPlayer; readonly room: Room }> {
    const player = await MatchPlayer.signIn(regions.region(region));
    const client = new Client(regions.region(region).url);
    client.auth.token = player.tokens.accessToken;
    return { player, room: await client.create('match').catch(() => client.joinOrCreate('match')) };
  }

  const endOf = (room: Room) =>
    new Promise<{ readonly code: number; readonly reason: string | undefined }>((resolve) => {
      room.onLeave((code, reason) => resolve({ code, reason }));
    });

  test('[CN-20] the pages are one click or two keys away, and each says where one is', async () => {
    const { page } = admin;
    for (const title of PAGES) {
      await admin.go(title);
      expect(await page.title()).toBe(`${title} – Meridian console`);
      const current = page.getByRole('navigation').locator('[aria-current=page]');
      expect(await current.textContent()).toBe(title);
    }
    expect(await page.getByRole('link', { name: /^Monitor/ }).getAttribute('href')).toBe(
      '/monitor/',
    );
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.getByRole('heading', { level: 1, name: 'Regions' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('search on this page').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('Tab');
    await page.goto(`${url}#/rooms`);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Rooms' }).waitFor();
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.type')).toBe('search');
  });

  test('[CN-21] nodes of the other region are seen, and drained with a second word', async () => {
    const { page } = admin;
    await admin.go('Regions');
    await page.locator('tr[data-key=b] .badge.is-open').waitFor();
    await admin.go('Nodes');
    await expect.poll(() => page.locator('tbody tr').count(), { timeout: SOON.withinMs }).toBe(3);
    await page.getByLabel('Region').selectOption('b');
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
    await page.getByRole('button', { name: /^Drain node/ }).click();
    await page.getByRole('dialog').getByText('keep a journal').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('tbody .badge.is-up').waitFor();
  });

  test('[CN-28] a node is quarantined, its region closed and evacuated, with keys alone; each is taken back and in the audit', async () => {
    const { page } = admin;
    await admin.go('Nodes');
    await page.getByLabel('Region').selectOption('b');
    const quarantine = page.getByRole('button', { name: /^Quarantine node .* of b$/ });
    await quarantine.focus();
    await page.keyboard.press('Enter');
    await page
      .getByRole('dialog')
      .getByText(/\d+ rooms? with \d+ players?: they stay/)
      .waitFor();
    await admin.confirm('Quarantine');
    await admin.toast('takes no new rooms and players');
    await page.locator('tbody .badge.is-quarantined').waitFor();
    await admin.press(/^Release node/);
    await admin.confirm('Release');
    await page.locator('tbody .badge.is-up').waitFor();

    await admin.go('Regions');
    const row = page.locator('tr[data-key=b]');
    const evacuate = page.getByRole('button', { name: 'Evacuate: region a' });
    await evacuate.evaluate((button) => void Object.assign(button, { mark: 1 }));
    await admin.press('Close: region b');
    await admin.confirm('Close');
    await row.getByText('no new rooms').waitFor();
    await admin.press('Open: region b');
    await admin.confirm('Open');
    await row.getByText('no new rooms').waitFor({ state: 'detached' });

    // Figures beside it have changed each second: the focus of who works with keys must not be lost with them.
    expect(await evacuate.evaluate((button) => 'mark' in button)).toBe(true);
    await evacuate.focus();
    await page.keyboard.press('Enter');
    const yes = page.getByRole('dialog').getByRole('button', { name: 'Evacuate' });
    await page.keyboard.type('b');
    expect(await yes.isDisabled()).toBe(true);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Backspace');
    await page.keyboard.type('a');
    await admin.screenshot('console-evacuate');
    await page.keyboard.press('Enter');
    await admin.toast('region a is evacuated');
    await page.locator('tr[data-key=a] .badge.is-evacuate').waitFor();
    await admin.press('Return: region a');
    await admin.confirm('Return');
    await admin.toast('region a is linked again');

    await admin.go('Audit');
    await page.getByRole('searchbox').fill('operator:ada');
    for (const action of ['quarantine-node', 'close-region', 'evacuate-region', 'return-region']) {
      await page.locator('tbody tr').filter({ hasText: action }).getByText('done').waitFor();
    }
  });

  test('[CN-22] a room is found, looked into, moved; a client is kicked; it is closed with a reason', async () => {
    const { page } = admin;
    const { player, room } = await play('a');
    await admin.go('Rooms');
    await page.getByRole('searchbox').fill(room.roomId);
    await page.getByRole('link', { name: room.roomId }).click();
    await page.getByText('yes, it keeps a journal').waitFor();
    await page.locator('.tree').getByText('MatchState').waitFor();
    await page.locator('.tree').getByText('in no').first().waitFor();
    await admin.screenshot('console-room');
    const before = await page.locator('.fact-list code').textContent();
    await admin.press(`Move room ${room.roomId}`);
    await admin.confirm('Move');
    await admin.toast(`room ${room.roomId} lives on node`);
    await expect.poll(() => page.locator('.fact-list code').textContent()).not.toBe(before);

    const again = await play('a');
    const kicked = endOf(again.room);
    await page.goto(`${url}#/rooms/a/${again.room.roomId}`);
    await admin.press(new RegExp(`\\(${again.room.sessionId}\\)`));
    await admin.confirm('Kick', 'mind the others');
    expect(await kicked).toEqual({ code: CloseCode.REMOVED, reason: 'mind the others' });

    await page.goto(`${url}#/rooms/a/${room.roomId}`);
    await admin.press(`Close room ${room.roomId}`);
    await admin.confirm('Close room', 'we end it here');
    await admin.toast(`room ${room.roomId} is closed`);
    player[Symbol.dispose]();
  });

  test('[CN-23] a room of another region is looked into and closed over the link', async () => {
    const { page } = admin;
    const { room } = await play('b');
    const closed = endOf(room);
    await page.goto(`${url}#/rooms/b`);
    await page.getByRole('searchbox').fill('');
    await page.getByRole('link', { name: room.roomId }).click();
    await page.locator('.tree').getByText('MatchState').waitFor();
    await admin.press(`Close room ${room.roomId}`);
    await admin.confirm('Close room', 'from afar');
    expect(await closed).toEqual({ code: CloseCode.REMOVED, reason: 'from afar' });
  });

  test('[CN-24] a ticket that waits is explained', async () => {
    const { page } = admin;
    const player = await MatchPlayer.signIn(regions.region('a'));
    await player.enter('party');
    await page.goto(`${url}#/queue/a`);
    await page.getByLabel('Queue').selectOption('party');
    await page
      .getByRole('button', { name: /^Why .* is not matched/ })
      .first()
      .click();
    await page.locator('.reasons').getByText('nobody within latency').waitFor();
    await page.locator('.why').getByText('Best match there is').waitFor();
    await admin.screenshot('console-queue');
  });

  test('[CN-25] a player is found by name and id, with his profile and his room, and kicked', async () => {
    const { page } = admin;
    const { player, room } = await play('a');
    const kicked = endOf(room);
    await admin.go('Players');
    await page.getByRole('searchbox').fill(player.playerId);
    await page.locator(`tr[data-key=${player.playerId}]`).getByRole('link').first().click();
    await page.getByText('Signs in by').waitFor();
    await page.getByRole('link', { name: room.roomId }).waitFor();
    await admin.screenshot('console-player');
    await admin.press(`Kick ${player.playerId}`);
    await admin.confirm('Kick', 'enough for today');
    expect(await kicked).toEqual({ code: CloseCode.REMOVED, reason: 'enough for today' });
    await page.getByText('He plays nowhere here.').waitFor();
  });

  test('[CN-26] what was done is in the audit, with who and why', async () => {
    const { page } = admin;
    await admin.go('Audit');
    await page.getByRole('searchbox').fill('enough for today');
    const row = page.locator('tbody tr');
    await expect.poll(() => row.count()).toBe(1);
    expect(await row.locator('td').allTextContents()).toEqual([
      ...[expect.any(String), 'operator:ada', 'admin', 'kick-player', expect.stringMatching(/^p_/)],
      ...['done', '“enough for today”'],
    ]);
  });

  /** As Alertmanager tells it of region b. */
  async function tellAlerts(status: 'firing' | 'resolved', startsAt: string): Promise<void> {
    const body = {
      ...{ version: '4', status, receiver: 'bot', groupKey: 'g' },
      alerts: ALERTS_OF_B.map(({ name, summary, ...labels }) => ({
        ...{ status, startsAt, fingerprint: name },
        labels: { alertname: name, region: 'b', ...labels },
        annotations: { summary, runbook_url: `https://example.com/runbooks/${name}.md` },
      })),
    };
    const headers = { authorization: `Bearer ${ALERTS_TOKEN}`, 'content-type': 'application/json' };
    const posted = { method: 'POST', headers, body: JSON.stringify(body) };
    expect((await fetch(alertsUrl, posted)).status).toBe(204);
  }

  test('[IB-15] incidents are told with what the bot did; what waits is approved, with the name typed where a region is evacuated', async () => {
    const operator = await OperatorPage.open(browser, otherUrl, {}, ADMIN);
    const { page } = operator;
    const startsAt = new Date(Date.now() - 90_000).toISOString();
    await tellAlerts('firing', startsAt);
    await operator.go('Incidents');
    const card = (name: string) => page.locator('.incident').filter({ hasText: name });
    await card('JoinSuccessBurnsFast').getByText('people look into it').waitFor();
    await card('NodeLoopLags').getByText('No node of this region goes by that name').waitFor();
    const runbook = card('RegionFills').getByRole('link', { name: /^Runbook/ });
    expect(await runbook.getAttribute('href')).toBe('https://example.com/runbooks/RegionFills.md');
    await operator.press('Approve: evacuate-region, region b');
    const yes = page.getByRole('dialog').getByRole('button', { name: 'Approve' });
    expect(await yes.isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await operator.press('Deny: evacuate-region, region b');
    await card('RegionMostlyDown').getByText('An operator said no.').waitFor();
    await operator.screenshot('console-incidents');
    await operator.press('Approve: close-region, region b');
    await page.getByRole('dialog').getByText('No new rooms are made there').waitFor();
    await operator.confirm('Approve');
    await card('RegionFills').getByText('The bot did it, approved by ada').waitFor();
    await tellAlerts('resolved', startsAt);
    await card('RegionFills').getByText('what was done is taken back').waitFor();
    expect(operator.complaints).toEqual([]);
    await page.context().close();
  });

  test('[CN-41] a viewer sees all of it and no button', async () => {
    const viewer = await OperatorPage.open(browser, url, {}, VIEWER);
    const { room } = await play('a');
    const { page } = viewer;
    expect(await page.getByRole('link', { name: /^Monitor/ }).count()).toBe(0);
    await page.goto(`${url}#/rooms/a/${room.roomId}`);
    await page.locator('.tree').getByText('MatchState').waitFor();
    expect(
      await page
        .locator('#page')
        .getByRole('button', { name: /Kick|Move|Close/ })
        .count(),
    ).toBe(0);
    for (const title of ['Nodes', 'Regions']) {
      await viewer.go(title);
      await page.locator('tbody tr').first().waitFor();
      expect(await page.locator('tbody').getByRole('button').count()).toBe(0);
    }
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(viewer.complaints).toEqual([]);
    await room.leave();
  });

  const views = [
    ['phone', 'light', { width: 360, height: 740 }],
    ['phone', 'dark', { width: 360, height: 740 }],
    ['desktop', 'light', { width: 1440, height: 900 }],
    ['desktop', 'dark', { width: 1440, height: 900 }],
  ] as const;
  test.skipIf(!isLong).each(views)(
    '[CN-27] on a %s, %s: every page fits, and axe has nothing serious',
    async (device, colorScheme, viewport) => {
      const options = { viewport, colorScheme, reducedMotion: 'reduce' } as const;
      const door = await browser.newContext(options);
      const doorPage = await door.newPage();
      await doorPage.goto(url);
      await doorPage.getByRole('button', { name: 'Sign in' }).waitFor();
      expect(await severeFindings(doorPage)).toEqual([]);
      await door.close();
      const operator = await OperatorPage.open(browser, url, options, ADMIN);
      const { page } = operator;
      for (const title of PAGES) {
        await operator.go(title);
        await page
          .locator('.table:visible, .empty:visible, .world, .incidents, .trace-main')
          .first()
          .waitFor();
        expect([title, await severeFindings(page)]).toEqual([title, []]);
        const width = await page.evaluate('document.documentElement.scrollWidth');
        expect([title, width]).toEqual([title, viewport.width]);
        await operator.screenshot(`console-${title.toLowerCase()}-${device}-${colorScheme}`);
      }
      await tellAlerts('firing', AGAIN_AT);
      const other = await OperatorPage.open(browser, otherUrl, options, ADMIN);
      await other.go('Incidents');
      await other.page
        .getByRole('button', { name: /^Approve/ })
        .first()
        .waitFor();
      expect(await severeFindings(other.page)).toEqual([]);
      const cards = await other.page.evaluate('document.documentElement.scrollWidth');
      expect(cards).toBe(viewport.width);
      await other.screenshot(`console-incident-cards-${device}-${colorScheme}`);
      await other.page.context().close();
      expect(await page.evaluate('document.getAnimations().length')).toBe(0);
      await page.getByRole('button', { name: /^Theme/ }).click();
      expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('light');
      expect(operator.complaints).toEqual([]);
      await page.context().close();
    },
  );

  test('[CN-23] what cannot be reached is said to be so', async () => {
    const { page } = admin;
    regions.cutLink();
    await page.goto(`${url}#/rooms/b`);
    await page.getByRole('alert').getByText('does not answer').waitFor({ timeout: SOON.withinMs });
    regions.healLink();
    await eventually(async () => (await page.getByRole('alert').count()) === 0, SOON);
    // As Chromium says it of the answers that were wanted.
    expect(admin.complaints.filter((told) => !told.includes('status of 503'))).toEqual([]);
  });
});
