import { expect, test } from 'vitest';
import { type CapacityTry, nextRate, sustainedRate } from './capacity.ts';

/** Searches on a region that sustains so much. */
function search(limit: number, bisections: number): { tries: CapacityTry[]; found: number } {
  const tries: CapacityTry[] = [];
  for (let rate = nextRate(tries, bisections); rate !== null; rate = nextRate(tries, bisections)) {
    const figures = { waitP95Ms: 1, entryP95Ms: 1, refused: 0, seated: 1, asked: 1 };
    tries.push({ perSecond: rate, isSustained: rate <= limit, ...figures });
    if (tries.length > 30) throw new Error('it does not end');
  }
  return { tries, found: sustainedRate(tries) };
}

test.each([
  [5, 3],
  [100, 3],
  [333, 3],
  [2_000, 4],
])('of %i tickets a second all but a sixth is found', (limit, bisections) => {
  const { found } = search(limit, bisections);
  expect(found).toBeLessThanOrEqual(limit);
  expect(found).toBeGreaterThan(limit * 0.83);
});

test('nothing is found where nothing is sustained', () => {
  expect(search(0, 3).found).toBe(0);
});

test('a rate above one that failed does not count', () => {
  const figures = { waitP95Ms: 1, entryP95Ms: 1, refused: 0, seated: 1, asked: 1 };
  const tries = [
    { perSecond: 100, isSustained: true, ...figures },
    { perSecond: 200, isSustained: false, ...figures },
    { perSecond: 300, isSustained: true, ...figures },
  ];
  expect(sustainedRate(tries)).toBe(100);
});
