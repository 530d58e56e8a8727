import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../shared/clock.ts';
import type { Intent, ProfileStorage } from './profile-store.ts';
import { ProfileSweeper } from './profile-sweeper.ts';

const common = { playerId: 'p_ann', homeRegion: 'eu', untilMs: 0 } as const;
const intents: readonly Intent[] = [
  { ...common, intentId: 'a', kind: 'username', name: 'otter' },
  { ...common, intentId: 'b', kind: 'move', to: 'us' },
  { ...common, intentId: 'c', kind: 'erasure', ledgerRegions: ['eu'] },
];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function sweeper(due: () => Promise<readonly Intent[]>) {
  const resumed: string[] = [];
  const resume = async ({ intentId }: Intent): Promise<void> => {
    resumed.push(intentId);
    if (intentId === 'a') throw new Error('not yet');
  };
  const swept = new ProfileSweeper({
    storage: { intents: { due } } as unknown as ProfileStorage,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    regionId: 'eu',
    usernames: { resume },
    moves: { resume },
    erasure: { resume },
  });
  return { swept, resumed };
}

test('[PR-36] work of each kind is resumed; one that fails keeps no other from it', async () => {
  const { swept, resumed } = sweeper(async () => intents);
  expect(await swept.sweep()).toEqual({ finished: 2, failed: 1 });
  expect(resumed).toEqual(['a', 'b', 'c']);
});

test('[PR-36] rounds go on after one that failed, and end with stop', async () => {
  let rounds = 0;
  const { swept } = sweeper(async () => {
    rounds += 1;
    if (rounds === 1) throw new Error('the store is away');
    return [];
  });
  swept.start();
  await vi.advanceTimersByTimeAsync(90_000);
  expect(rounds).toBe(3);
  await swept.stop();
  await vi.advanceTimersByTimeAsync(90_000);
  expect(rounds).toBe(3);
});
