import { expect, test } from 'vitest';
import { mulberry32 } from '../../scenarios/random.ts';
import { zipf } from './zipf.ts';

test('the second is half as likely as the first for s = 1, the tenth a tenth; all are in range', () => {
  const draw = zipf(100, 1, mulberry32(1));
  const seen = Array<number>(100).fill(0);
  for (let n = 0; n < 200_000; n += 1) {
    const rank = draw();
    seen[rank] = (seen[rank] ?? Number.NaN) + 1;
  }
  expect(seen).toHaveLength(100);
  const [first = 0] = seen;
  expect((seen[1] ?? 0) / first).toBeCloseTo(1 / 2, 1);
  expect((seen[9] ?? 0) / first).toBeCloseTo(1 / 10, 1);
  expect(seen[99]).toBeGreaterThan(0);
});
