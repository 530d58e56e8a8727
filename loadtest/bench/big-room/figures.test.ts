import { beforeEach, expect, test, vi } from 'vitest';
import { Dice } from '../rooms/game.ts';
import { Crowd, SPREADS } from './crowd.ts';
import { EncodeRoom } from './encode-contenders.ts';
import type { EncodeRun } from './encode-meter.ts';
import { type BigRoomRun, bigRoomFigures } from './figures.ts';
import { SCENARIO_NAMES, scenarioOf } from './scenarios.ts';

// Stock encoders give advice on the console when their buffer grows.
beforeEach(() => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  return () => warn.mockRestore();
});

const run = (contender: EncodeRun['contender'], encodeCpuMs: number): EncodeRun => ({
  kind: 'encode',
  contender,
  scenario: 'uniform-79',
  players: 1_000,
  ticks: 10,
  visible: 79,
  encodeCpuMs,
  interestCpuMs: 1,
  encodeP50Ms: encodeCpuMs,
  encodeP95Ms: encodeCpuMs,
  bytesPerPlayerPerTick: 100,
  decodeErrors: 2,
  ageP95Ms: { near: 50, far: null },
  ageWorstMs: 150,
});

test('a ratio is ours to theirs; a short run has names of its own', () => {
  const runs = [run('meridian', 2), run('colyseus', 40)];
  const standard = { isQuick: false, players: 1_000, capacities: new Map(), runs };
  expect(bigRoomFigures(standard)).toMatchObject({
    encode_ratio_uniform_79: 0.05,
    bytes_per_player_per_s_uniform_79: 2_000,
    decode_errors: 2,
  });
  for (const other of [
    { ...standard, isQuick: true },
    { ...standard, players: 500 },
  ]) {
    expect(
      Object.keys(bigRoomFigures(other)).every((name) => /^(quick|players_500)_/.test(name)),
    ).toBe(true);
  }
});

test('what the search for the largest room plays is no figure of the room that was asked for', () => {
  const play = (players: number, tickMs: number) =>
    ({
      kind: 'play',
      contender: 'meridian',
      scenario: 'uniform-20',
      players,
      server: { tickMs: { p95: tickMs }, tickCpuMs: {}, loopLagMs: {} },
      load: { actionMs: {}, ageMs: { near: {}, far: {} } },
    }) as unknown as BigRoomRun;
  const figures = bigRoomFigures({
    isQuick: false,
    players: 1_000,
    capacities: new Map([['meridian', 2_400]]),
    runs: [play(1_000, 18), play(2_400, 38)],
  });
  expect(figures).toMatchObject({ tick_p95_ms_uniform_20: 18, largest_room_meridian: 2_400 });
});

test.each(SPREADS)('the crowd "%s" stays in its world, and is the same each time', (spread) => {
  const play = () => {
    const crowd = new Crowd(spread, 500, new Dice(3));
    const bodies = Array.from({ length: 30 }, () => ({ x: 0, y: 0, angle: 0 }));
    for (const body of bodies) crowd.add(body);
    for (let tick = 0; tick < 400; tick++) {
      for (const [i, body] of bodies.entries()) crowd.step(i, body);
    }
    return bodies;
  };
  const bodies = play();
  for (const { x, y } of bodies) {
    expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
    expect(Math.max(x, y)).toBeLessThanOrEqual(500);
  }
  expect(play()).toEqual(bodies);
});

test.each(SCENARIO_NAMES)('in "%s" both contenders send what their clients must see', (name) => {
  for (const contender of ['meridian', 'colyseus'] as const) {
    const room = new EncodeRoom(contender, scenarioOf(name, 40), 40);
    for (let tick = 0; tick < 30; tick++) {
      room.step();
      room.look();
      room.flush();
      room.read();
    }
    expect(room.countErrors()).toBe(0);
    expect(room.bytes).toBeGreaterThan(0);
  }
});
