import { expect, test } from 'vitest';
import { MakingLine } from './making-line.ts';

test('so many tasks run at a time, the others in the order they came, also behind one that fails', async () => {
  const line = new MakingLine(2);
  const started: number[] = [];
  const tasks = Array.from({ length: 5 }, () => Promise.withResolvers<number>());
  const results = tasks.map(({ promise }, at) =>
    line.run(() => {
      started.push(at);
      return promise;
    }),
  );
  await Promise.resolve();
  expect(started).toEqual([0, 1]);
  tasks[1]?.reject(new Error('no room'));
  await expect(results[1]).rejects.toThrow('no room');
  expect(started).toEqual([0, 1, 2]);
  for (const [at, { resolve }] of tasks.entries()) resolve(at);
  expect((await Promise.allSettled(results)).map(({ status }) => status)).toEqual([
    ...['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
  ]);
  expect(started).toEqual([0, 1, 2, 3, 4]);
});
