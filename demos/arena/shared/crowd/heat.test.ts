import { expect, test } from 'vitest';
import { HEAT_CELLS, HeatCounter, heatAt } from './heat.ts';

const SIZE = 2_400;
const CELL = SIZE / HEAT_CELLS;

test('tells about how many of both armies are where', () => {
  const counter = new HeatCounter(SIZE);
  for (let i = 0; i < 3; i += 1) counter.count(2.5 * CELL, 1.5 * CELL, true);
  for (let i = 0; i < 7; i += 1) counter.count(2.5 * CELL, 1.5 * CELL, false);
  counter.count(SIZE - 1, SIZE - 1, false);
  const heat = counter.take();
  expect(heat).toHaveLength(HEAT_CELLS ** 2);
  expect(heatAt(heat, 2, 1)).toEqual({ west: 3, east: 6 });
  expect(heatAt(heat, HEAT_CELLS - 1, HEAT_CELLS - 1)).toEqual({ west: 0, east: 1 });
  expect(heatAt(heat, 0, 0)).toEqual({ west: 0, east: 0 });
});

test('travels as one byte a cell, however many there are', () => {
  const counter = new HeatCounter(SIZE);
  for (let i = 0; i < 1_000; i += 1) {
    counter.count(i % SIZE, 0, true);
    counter.count(i % SIZE, 0, false);
  }
  const heat = counter.take();
  expect(Buffer.byteLength(heat)).toBe(HEAT_CELLS ** 2);
  expect(heatAt(heat, 0, 0)).toEqual({ west: 14, east: 14 });
});

test('begins anew each time, and nobody is in what has not come yet', () => {
  const counter = new HeatCounter(SIZE);
  counter.count(10, 10, true);
  counter.count(10, 10, false);
  counter.take();
  expect(heatAt(counter.take(), 0, 0)).toEqual({ west: 0, east: 0 });
  expect(heatAt('', 3, 3)).toEqual({ west: 0, east: 0 });
});
