import { describe, expect, test } from 'vitest';
import { median } from '../../statistics/percentile.ts';
import { drawArrivals } from './arrivals.ts';
import { activityAt, MEAN_ACTIVITY } from './day.ts';
import { drawLatencies } from './latency-model.ts';
import { RandomSource } from './random-source.ts';
import { SCENARIOS, type Scenario } from './scenario.ts';
import type { SimTicket } from './sim-ticket.ts';
import { readWorld } from './world.ts';

const world = readWorld('aws');
/** Enough for shares within 0.02; the seed makes them the same every time. */
const MANY: Scenario = { ...SCENARIOS.steady, ticketsPerSecond: 100, durationMs: 100_000 };
const tickets = drawArrivals(world, MANY, 7);
const members = tickets.flatMap((ticket) => ticket.members);

describe('arrivals', () => {
  test('come at the rate of the scenario, the oldest first, gaps exponential', () => {
    expect(tickets.length / 100).toBeCloseTo(100, -1);
    const gaps = tickets.slice(1).map((ticket, i) => ticket.arrivedAtMs - at(tickets, i));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
    // The median of an exponential distribution is ln 2 of its mean.
    expect(median(gaps) / 10).toBeCloseTo(Math.LN2, 1);
  });

  test('are the same for a seed, and others for another', () => {
    const short = { ...MANY, durationMs: 1_000 };
    expect(drawArrivals(world, short, 1)).toEqual(drawArrivals(world, short, 1));
    expect(drawArrivals(world, short, 1)).not.toEqual(drawArrivals(world, short, 2));
  });

  test('have weights that add up to one', () => {
    expect(world.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
  });

  test.each([
    ['us-east-1', 0.16],
    ['us-west-2', 0.1],
    ['sa-east-1', 0.1],
    ['eu-west-1', 0.12],
    ['eu-central-1', 0.16],
    ['ap-south-1', 0.1],
    ['ap-southeast-1', 0.1],
    ['ap-northeast-1', 0.09],
    ['ap-southeast-2', 0.03],
    ['me-south-1', 0.04],
  ])('come from %s in a share of %d', (region, weight) => {
    const found = share(tickets, (ticket) => world.regions[nearest(ticket)] === region);
    expect(Math.abs(found - weight)).toBeLessThan(0.012);
  });
});

describe('parties', () => {
  test.each([
    [1, 0.62],
    [2, 0.24],
    [3, 0.09],
    [5, 0.05],
  ])('of %d are a share of %d', (size, expected) => {
    const found = share(tickets, (ticket) => ticket.members.length === size);
    expect(Math.abs(found - expected)).toBeLessThan(0.015);
  });

  test('have members about 120 points around each other', () => {
    const duos = tickets.filter((ticket) => ticket.members.length === 2);
    const differences = duos.map(({ members: [a, b] }) => (a?.rating ?? 0) - (b?.rating ?? 0));
    expect(Math.abs(sd(differences) - 120 * Math.SQRT2)).toBeLessThan(10);
  });

  test('are rated by their mean and placed by their worst', () => {
    for (const { members: party, rating, latencyMs } of tickets.slice(0, 200)) {
      const mean = party.reduce((sum, it) => sum + it.rating, 0) / party.length;
      expect(rating).toBeCloseTo(mean, 9);
      expect(latencyMs[3]).toBe(Math.max(...party.map((it) => it.latencyMs[3] as number)));
    }
  });
});

describe('skill', () => {
  test('is normal, around 1500 with sd 350, for players alone', () => {
    const alone = tickets.filter((ticket) => ticket.members.length === 1);
    const ratings = alone.map(({ rating }) => rating);
    expect(Math.abs(median(ratings) - 1_500)).toBeLessThan(15);
    expect(Math.abs(sd(ratings) - 350)).toBeLessThan(10);
    expect(share(ratings, (rating) => Math.abs(rating - 1_500) < 350)).toBeCloseTo(0.683, 1);
  });

  test('differs from the rating by 60 points of what no rating knows', () => {
    const errors = members.map(({ skill, rating }) => skill - rating);
    expect(Math.abs(sd(errors) - 60)).toBeLessThan(3);
  });

  test('of smurfs: two in a hundred tickets play far above their rating', () => {
    const drawn = drawArrivals(world, { ...SCENARIOS.smurfs, ticketsPerSecond: 100 }, 3);
    const smurfs = drawn.filter(
      ({ members: [only] }) => (only?.skill ?? 0) > 500 + (only?.rating ?? 0),
    );
    expect(smurfs.length / drawn.length).toBeCloseTo(0.02, 2);
  });

  test('of beginners and veterans has two humps', () => {
    const drawn = drawArrivals(world, { ...SCENARIOS['bimodal-skill'] }, 3);
    const middle = share(drawn, ({ rating }) => Math.abs(rating - 1_500) < 100);
    const humps = share(drawn, ({ rating }) => Math.abs(Math.abs(rating - 1_500) - 350) < 100);
    expect(humps).toBeGreaterThan(5 * middle);
  });
});

describe('latency', () => {
  test('of a region to itself is last mile and metro: about 30 ms in the middle', () => {
    // Medians 10, 18, 32, 45 by share, plus 12 of metro: their mixture has its median at about 29.
    const own = tickets.map(({ members: [first], latencyMs }) =>
      Math.min(...(first?.latencyMs ?? latencyMs)),
    );
    expect(median(own)).toBeGreaterThan(26);
    expect(median(own)).toBeLessThan(33);
  });

  test('to another region is never below the matrix, and 5 % above it at one sd', () => {
    const random = new RandomSource(5);
    const detours: number[] = [];
    for (let i = 0; i < 2_000; i++) {
      const [near = 0, far = 0] = drawLatencies(world, 0, random);
      detours.push((far - near) / at2(world.rttMs, 0, 1));
    }
    expect(median(detours)).toBeCloseTo(1 + 0.05 * 0.6745, 1);
  });
});

describe('a day', () => {
  test('has its trough before dawn and its peak in the evening', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => activityAt(hour));
    expect(hours.indexOf(Math.min(...hours))).toBe(5);
    expect(Math.max(...hours)).toBe(activityAt(20));
    expect(activityAt(-0.5)).toBeCloseTo(activityAt(23.5), 9);
    expect(MEAN_ACTIVITY).toBeCloseTo(hours.reduce((sum, it) => sum + it, 0) / 24, 9);
  });

  test('is lived by each region at its own hours, and has the mean rate of the scenario', () => {
    const day = SCENARIOS['night-trough'];
    const drawn = drawArrivals(world, day, 11);
    const seconds = day.durationMs / 1_000;
    expect(Math.abs(drawn.length / seconds / day.ticketsPerSecond - 1)).toBeLessThan(0.05);
    // us-west-2: 5 in the morning is 13 h UTC, 20 h is 4 h UTC.
    const west = drawn.filter((ticket) => nearest(ticket) === 1);
    const during = (hour: number) =>
      west.filter(({ arrivedAtMs }) => Math.abs(arrivedAtMs / 60_000 - hour) < 1).length;
    expect(during(4)).toBeGreaterThan(4 * during(13));
  });
});

function nearest({ latencyMs }: SimTicket): number {
  return latencyMs.indexOf(Math.min(...latencyMs));
}

function share<T>(items: readonly T[], isOne: (item: T) => boolean): number {
  return items.filter(isOne).length / items.length;
}

function sd(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / values.length);
}

function at(all: readonly SimTicket[], place: number): number {
  return all[place]?.arrivedAtMs ?? Number.NaN;
}

function at2(matrix: readonly (readonly number[])[], from: number, to: number): number {
  return matrix[from]?.[to] ?? Number.NaN;
}
