// Soft data of rooms in processes that are killed: what was said to wait is written by others.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { AwayStore } from '../support/away-store.ts';
import { eventually } from '../support/eventually.ts';
import { isLong } from '../support/long-test.ts';
import { missingTool } from '../support/missing-tool.ts';
import { MongoServer } from '../support/mongo-server.ts';
import { ProfileNodeProcess } from '../support/profile-node-process.ts';

const isMissing = !isLong || missingTool('mongo-server') || missingTool('redis-server');
const server = isMissing ? null : await MongoServer.start();
afterAll(() => server?.[Symbol.asyncDispose]());

const PLAYERS = Array.from({ length: 20 }, (_, n) => `p_player${String(n).padStart(14, '0')}`);
const SOON = { withinMs: 20_000 };
const STEPS = 'meridian_soft_writes_total';

/** Position `n` of all players, as rooms that step 20 times a second write it. */
async function play(node: ProfileNodeProcess, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n += 1) {
    await Promise.all(
      PLAYERS.map((playerId) =>
        node.ask('writeSoon', playerId, { section: 'position', value: { n } }),
      ),
    );
    await sleep(50);
  }
}

async function stored(node: ProfileNodeProcess, playerId: string): Promise<unknown> {
  const answer = await node.ask('readRecord', playerId);
  return 'value' in answer ? answer.value?.sections['position']?.value['n'] : answer.code;
}

test.skipIf(isMissing)(
  '[PR-70] [PR-77] what a killed node had on the shelf is written by another one, in few writes',
  { timeout: 60_000 },
  async () => {
    await using store = await AwayStore.open(server as MongoServer);
    await using killed = await ProfileNodeProcess.start(store.settings);
    for (const playerId of PLAYERS) await killed.ask('create', { playerId, displayName: 'Player' });
    await play(killed, 1, 60);
    const [put, shelved, written] = await Promise.all(
      ['put', 'shelved', 'written'].map((step) => killed.count(STEPS, { step })),
    );
    process.stdout.write(`${JSON.stringify({ put, shelved, written })}\n`);
    // 20 players in 3 s, each every 1.5 s.
    expect(put).toBe(1_200);
    expect(written).toBeLessThanOrEqual(60);
    await play(killed, 61, 62);
    await eventually(async () => {
      const all = PLAYERS.map((playerId) => killed.ask('readSection', playerId, 'position'));
      return (await Promise.all(all)).every(
        (answer) => 'value' in answer && answer.value?.['n'] === 62,
      );
    }, SOON);
    // Longer than a batch takes, shorter than the interval.
    await sleep(150);
    await killed.kill();
    await using heir = await ProfileNodeProcess.start(store.settings);
    for (const playerId of PLAYERS) {
      const read = await heir.ask('readSection', playerId, 'position');
      expect(read).toEqual({ value: { n: 62 } });
    }
    await eventually(async () => {
      const all = await Promise.all(PLAYERS.map((playerId) => stored(heir, playerId)));
      return all.every((n) => n === 62);
    }, SOON);
  },
);

test.skipIf(isMissing)(
  '[PR-71] [PR-72] who goes to another node is there as he was, once he is flushed',
  { timeout: 60_000 },
  async () => {
    await using store = await AwayStore.open(server as MongoServer);
    await using one = await ProfileNodeProcess.start(store.settings);
    await using other = await ProfileNodeProcess.start(store.settings);
    const playerId = PLAYERS[0] as string;
    await one.ask('create', { playerId, displayName: 'Ann' });
    for (let n = 1; n <= 30; n += 1) {
      const [here, there] = n % 2 === 0 ? [one, other] : [other, one];
      await here.ask('writeSoon', playerId, { section: 'position', value: { n } });
      expect(await here.ask('readSection', playerId, 'position')).toEqual({ value: { n } });
      expect(await here.ask('flush', playerId)).not.toHaveProperty('code');
      expect(await stored(there, playerId)).toBe(n);
    }
  },
);

test.skipIf(isMissing)(
  '[PR-73] while the store is away soft data waits in Redis, and is written when it is back',
  { timeout: 60_000 },
  async () => {
    await using store = await AwayStore.open(server as MongoServer);
    await using node = await ProfileNodeProcess.start(store.settings);
    const playerId = PLAYERS[0] as string;
    await node.ask('create', { playerId, displayName: 'Ann' });
    store.leave();
    await node.ask('writeSoon', playerId, { section: 'settings', value: { n: 1 } });
    expect(await node.ask('flush', playerId)).toEqual({ code: 'STORE_UNAVAILABLE' });
    await node.ask('writeSoon', playerId, { section: 'position', value: { n: 2 } });
    expect(await node.ask('readSection', playerId, 'position')).toEqual({ value: { n: 2 } });
    store.comeBack();
    await eventually(async () => (await stored(node, playerId)) === 2, SOON);
  },
);
