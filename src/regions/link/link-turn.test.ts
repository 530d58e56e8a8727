import { expect, test } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { systemClock } from '../../shared/clock.ts';
import type { RedisClient } from '../../storage/redis/redis-script.ts';
import { DEFAULT_LINK_OPTIONS } from './link-options.ts';
import { LinkTurn } from './link-turn.ts';
import { LinkWatch } from './link-watch.ts';

/** With the pauses that grow to two seconds, the last of these would be a second at least. */
const FAILURES = 7;
const SOON_MS = 800;

/** A Redis that fails at first, and then answers to a script; notes when it was asked. */
function returning(script: string, answer: unknown) {
  const askedAtMs: number[] = [];
  const redis = {
    [`meridian:${script}`]: () => {
      askedAtMs.push(performance.now());
      if (askedAtMs.length <= FAILURES) return Promise.reject(new Error('Redis is away.'));
      return Promise.resolve(answer);
    },
    'meridian:end-turn': () => Promise.resolve(1),
  };
  const longestPauseMs = () =>
    Math.max(...askedAtMs.slice(1).map((atMs, i) => atMs - (askedAtMs[i] as number)));
  return { redis: redis as unknown as RedisClient, longestPauseMs };
}

test('[RL-23] a turn is asked for again as soon as Redis is back', async () => {
  const { redis, longestPauseMs } = returning('hold-link-turn', 1);
  const turn = new LinkTurn(
    { redis, clock: systemClock },
    { key: 'turn', nodeId: 'node', ttlMs: 1_500, renewMs: 100 },
  );
  turn.start();
  await eventually(() => turn.isHeld, { withinMs: 20_000 });
  await turn.stop();
  expect(longestPauseMs()).toBeLessThan(SOON_MS);
});

test('[RL-23] what a peer confirmed is seen as soon as Redis is back', async () => {
  const { redis, longestPauseMs } = returning('read-link', [0, 0, 5, 5, 1_000]);
  const watch = new LinkWatch({ redis, clock: systemClock }, 'peer', DEFAULT_LINK_OPTIONS);
  watch.start();
  await eventually(() => watch.status.state === 'linked', { withinMs: 20_000 });
  await watch.stop();
  expect(longestPauseMs()).toBeLessThan(SOON_MS);
});
