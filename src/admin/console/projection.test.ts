import { expect, test } from 'vitest';
import { isLand } from './land.ts';
import { MAP_HEIGHT, MAP_WIDTH, project, unproject } from './projection.ts';

test.each([
  ['Frankfurt', 50.1, 8.7, true],
  ['Denver', 39.7, -105, true],
  ['Manaus', -3.1, -60, true],
  ['Alice Springs', -23.7, 133.9, true],
  ['Novosibirsk', 55, 82.9, true],
  ['Nairobi', -1.3, 36.8, true],
  ['the Atlantic', 30, -45, false],
  ['the Pacific', 0, -140, false],
  ['the Caspian', 41, 51.5, false],
  ['Hudson Bay', 60, -86, false],
  ['the Baltic', 58.5, 20, false],
])('%s is on the map where it is on earth', (_, latitude, longitude, isDry) => {
  expect(isLand({ latitude, longitude })).toBe(isDry);
  const point = project({ latitude, longitude });
  expect(point.x).toBeGreaterThan(0);
  expect(point.x).toBeLessThan(MAP_WIDTH);
  expect(point.y).toBeGreaterThan(0);
  expect(point.y).toBeLessThan(MAP_HEIGHT);
  const there = unproject(point);
  expect(there.latitude).toBeCloseTo(latitude, 6);
  expect(there.longitude).toBeCloseTo(longitude, 6);
});
