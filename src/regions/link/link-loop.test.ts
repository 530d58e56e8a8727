import { expect, test } from 'vitest';
import { eventually } from '../../../test/support/eventually.ts';
import { LinkLoop } from './link-loop.ts';

const NEVER_MS = 60_000;

test('[RL-22] a loop goes on after failures, and a word does not hurry it then', async () => {
  const failures: unknown[] = [];
  let rounds = 0;
  const loop: LinkLoop = new LinkLoop(
    async () => {
      rounds++;
      if (rounds <= 3) throw new Error(`${rounds}`);
      await loop.pause(NEVER_MS);
    },
    { onFailure: (error) => failures.push((error as Error).message) },
  );
  const startedMs = performance.now();
  loop.start();
  await eventually(
    () => {
      if (rounds < 4) loop.wake();
      return rounds >= 4;
    },
    { withinMs: 5_000, everyMs: 1 },
  );
  // 25 + 50 + 100 ms, the half of it that is no chance.
  expect(performance.now() - startedMs).toBeGreaterThan(170);
  expect(failures).toEqual(['1', '2', '3']);
  await loop.stop();
});

test('[RL-31] a word ends a pause, also one that came before it; a stop ends the loop', async () => {
  let rounds = 0;
  const loop: LinkLoop = new LinkLoop(async () => {
    rounds++;
    if (rounds === 1) loop.wake();
    await loop.pause(NEVER_MS);
  });
  loop.start();
  await eventually(() => rounds === 2, { withinMs: 5_000 });
  loop.wake();
  await eventually(() => rounds === 3, { withinMs: 5_000 });
  await loop.stop();
  loop.wake();
  expect([rounds, loop.isStopping]).toEqual([3, true]);
});
