// Rewards at a steady rate into two processes with the profile service, while MongoDB goes and comes back, and one of the
// processes is killed in the middle of applying what has waited.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import type { PlayerOperation } from '../../src/profiles/contract.ts';
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
const RATE_HZ = 200;
const AWAY_MS = 5_000;
const WITHIN = { withinMs: 180_000, everyMs: 100 };

interface Reward {
  readonly playerId: string;
  readonly operation: PlayerOperation;
}

/** Asks for a reward 200 times a second and remembers what was promised. */
class Rewards {
  readonly kinds = { applied: 0, deferred: 0, refused: 0 };
  readonly acknowledged = new Set<Reward>();
  readonly unanswered = new Set<Reward>();
  #count = 0;

  async give(nodes: readonly ProfileNodeProcess[], forMs: number): Promise<void> {
    const startedMs = performance.now();
    for (let n = 0; n < (forMs / 1_000) * RATE_HZ; n += 1) {
      const waitMs = startedMs + (n / RATE_HZ) * 1_000 - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      const number = this.#count++;
      const playerId = PLAYERS[number % PLAYERS.length] as string;
      const operationId = `match:${number}`;
      const operation = { operationId, reason: 'won', currencies: { gold: 1 } };
      void this.ask(nodes[number % nodes.length] as ProfileNodeProcess, { playerId, operation });
    }
  }

  async ask(node: ProfileNodeProcess, reward: Reward): Promise<void> {
    this.unanswered.add(reward);
    const answer = await node.ask('operate', reward.playerId, reward.operation);
    this.unanswered.delete(reward);
    if ('code' in answer) {
      this.kinds.refused += 1;
      return;
    }
    this.kinds[answer.value.kind === 'deferred' ? 'deferred' : 'applied'] += 1;
    this.acknowledged.add(reward);
  }
}

async function goldOf(node: ProfileNodeProcess): Promise<number> {
  let gold = 0;
  for (const playerId of PLAYERS) {
    const answer = await node.ask('read', playerId);
    if ('value' in answer) gold += answer.value?.wallet['gold'] ?? 0;
  }
  return gold;
}

test.skipIf(isMissing)(
  '[PR-61] [PR-68] every acknowledged reward counts once, over an outage and a kill of a process that applies them',
  { timeout: 400_000 },
  async () => {
    await using store = await AwayStore.open(server as MongoServer);
    await using killed = await ProfileNodeProcess.start(store.settings);
    await using left = await ProfileNodeProcess.start(store.settings);
    for (const playerId of PLAYERS) await left.ask('create', { playerId, displayName: 'Player' });
    const rewards = new Rewards();
    await rewards.give([killed, left], 1_000);
    store.leave();
    await rewards.give([killed, left], AWAY_MS);
    await eventually(() => rewards.unanswered.size === 0, WITHIN);
    const { deferred, refused } = rewards.kinds;
    expect(refused).toBe(0);
    expect(deferred).toBeGreaterThan((AWAY_MS / 1_000) * RATE_HZ * 0.9);

    store.comeBack();
    const before = rewards.kinds.applied;
    const appliedBy = (node: ProfileNodeProcess) =>
      node.count('meridian_deferred_writes_total', { outcome: 'applied' });
    await eventually(async () => (await appliedBy(killed)) > 20, { ...WITHIN, everyMs: 5 });
    await killed.kill();
    const during = await goldOf(left);
    await rewards.give([left], 1_000);
    await eventually(() => rewards.unanswered.size === 0, WITHIN);
    await eventually(async () => (await goldOf(left)) >= rewards.acknowledged.size, WITHIN);
    expect(await goldOf(left)).toBe(rewards.acknowledged.size);
    // The kill was in the middle of it.
    expect(during).toBeLessThan(before + deferred);
    // And nothing is left that would count later: asked again, each of them is there.
    for (const reward of rewards.acknowledged) await rewards.ask(left, reward);
    expect(await goldOf(left)).toBe(rewards.acknowledged.size);
    process.stdout.write(`${JSON.stringify({ ...rewards.kinds, during })}\n`);
  },
);
