import { expect, test } from 'vitest';
import { AvailabilityBook, availabilityOf } from './availability.ts';
import { type DoneFault, incidentsOf } from './incidents.ts';
import { memoryGrowthOf } from './memory-growth.ts';
import type { PlayerSecond } from './player-account.ts';
import { doubleOwners, lostRooms } from './room-fates.ts';

const second = (at: number, changes: Partial<PlayerSecond> = {}): PlayerSecond => ({
  ...{ second: at, isPlayed: true, oldestStateMs: 120, actionP95Ms: 90, isExcused: false },
  ...changes,
});
const unplayed = (at: number, changes: Partial<PlayerSecond> = {}) =>
  second(at, { isPlayed: false, oldestStateMs: 1_400, ...changes });
const of = (player: number, regionId = 'asia') => ({ player, home: 'asia', regionId });

test('[SO-5] an unplayed second is counted, and told of with its player', () => {
  const book = new AvailabilityBook();
  book.add(of(1), [second(10), unplayed(11), second(12)]);
  book.add({ ...of(2), home: 'europe' }, [second(10), second(11, { isExcused: true })]);
  expect(book.played()).toEqual({ playerSeconds: 4, playedSeconds: 3, excusedSeconds: 1 });
  expect(availabilityOf(book.played())).toBe(0.75);
  expect(availabilityOf(book.played({ home: 'europe' }))).toBe(1);
  expect(book.played({ second: 11 }).playedSeconds).toBe(0);
  expect(book.unplayed).toEqual([{ ...of(1), second: 11, oldestStateMs: 1_400, actionP95Ms: 90 }]);
});

test('[SO-5] without players nothing was available', () => {
  expect(availabilityOf(new AvailabilityBook().played())).toBe(0);
});

test('[SO-8] what is felt of a fault is told with it; the rest is told as ordered by nobody', () => {
  const kill: DoneFault = {
    ...{ kind: 'kill', what: 'kill -9 A', fromMs: 10_500, toMs: 10_500, regionIds: ['asia'] },
  };
  const nothing: DoneFault = {
    ...kill,
    kind: 'cut-link',
    what: 'cut',
    fromMs: 60_000,
    toMs: 65_000,
  };
  const felt = [
    { ...of(1), ...unplayed(10) },
    { ...of(1), ...unplayed(11, { oldestStateMs: 1_700 }) },
    { ...of(2), ...unplayed(11, { actionP95Ms: 800 }) },
    // Not of the region that the fault concerns, and not at its time.
    { ...of(3, 'europe'), home: 'europe', ...unplayed(11) },
    { ...of(4), ...unplayed(40) },
  ];
  const incidents = incidentsOf(felt, [kill, nothing], new Map([[40, 400]]));
  expect(
    incidents.map(({ cause, players, unplayedSeconds }) => [cause, players, unplayedSeconds]),
  ).toEqual([
    ['kill -9 A', 2, 3],
    ['nobody ordered it, and nothing explains it', 1, 1],
    ['nobody ordered it; the machine paused for 400 ms', 1, 1],
    ['cut', 0, 0],
  ]);
  expect(incidents[0]).toMatchObject({ longestGapMs: 1_700, slowestActionsMs: 800 });
});

test('[SO-9] a durable room that ends without its game is lost; one that its game ended, or that others play on in, is not', () => {
  const reign = (roomId: string, isOver: boolean) => ({
    ...{ roomId, pid: 1, life: 0, fromMs: 0, toMs: 9_000, isOver },
  });
  const ending = (roomId: string, player: number) => ({
    ...{ roomId, player, atMs: 10_000, reason: '410 ROOM_LOST' },
  });
  const lost = lostRooms({
    endings: [ending('lost', 1), ending('lost', 2), ending('over', 3), ending('alive', 4)],
    stranded: [{ player: 5, roomId: 'silent' }],
    reigns: [reign('lost', false), reign('over', true), reign('alive', false)],
    lastSeenMs: new Map([
      ['lost', 9_000],
      ['alive', 12_000],
    ]),
  });
  expect(lost).toEqual([
    { roomId: 'lost', reason: '410 ROOM_LOST', players: 2 },
    { roomId: 'silent', reason: 'still waited for at the end', players: 1 },
  ]);
});

test('[SO-10] two processes that step a room at once are two owners, one after the other are not', () => {
  const first = { roomId: 'r', pid: 1, life: 0, fromMs: 1_000, toMs: 5_000, isOver: false };
  const next = { roomId: 'r', pid: 2, life: 1, fromMs: 5_001, toMs: 9_000, isOver: false };
  expect(doubleOwners([first, next])).toEqual([]);
  expect(doubleOwners([next, { ...first, toMs: 5_101 }])).toHaveLength(1);
});

test('[SO-11] the growth of memory is the slope of a line, without the first minute', () => {
  const samples = Array.from({ length: 20 }, (_, at) => ({
    atMs: at * 10_000,
    // Doubles in the first minute, then a hundred bytes a sample.
    rssBytes: at < 6 ? 1_000 * at : 10_000 + 100 * at,
  }));
  expect(memoryGrowthOf('node', samples)?.bytesPerMinute).toBeCloseTo(600);
  expect(memoryGrowthOf('node', samples.slice(0, 9))).toBeNull();
});
