import { expect, test } from 'vitest';
import type { BackfillRequest } from '../pool/backfill-request.ts';
import { MatchPool } from '../pool/match-pool.ts';
import { parseRuleSet } from '../pool/rule-set.ts';
import { RunningRooms } from './running-rooms.ts';

function setUp(isEnabled = true) {
  const ruleSet = parseRuleSet({
    teams: { count: 2, playersPerTeam: 1 },
    latency: { capMs: { value: 80 } },
    backfill: { isEnabled },
  });
  return { pool: new MatchPool({ ruleSet, regionIds: ['eu'] }), rooms: new RunningRooms() };
}

function request(openPlaces = 1): BackfillRequest {
  const player = { playerId: 'p', rating: { mu: 1_500, sigma: 100 } };
  const teams = [
    { players: [player], openPlaces: 0 },
    { players: [], openPlaces },
  ];
  return { roomId: 'r', regionId: 'eu', teams, createdAtMs: 0 };
}

test('[TK-55] a room waits as long as it asks: what it said last counts, and after six seconds of silence nothing', () => {
  const { pool, rooms } = setUp();
  expect(rooms.asks(request(), pool, 0)).toBeNull();
  expect(rooms.asks(request(), pool, 4_000)).toBeNull();
  expect(pool.backfillSize).toBe(1);
  rooms.prune(pool, 10_000);
  expect(pool.backfillSize).toBe(1);
  rooms.prune(pool, 10_001);
  expect(pool.backfillSize).toBe(0);
});

test('[TK-50] while players are on their way, the room’s word does not send more', () => {
  const { pool, rooms } = setUp();
  rooms.asks(request(), pool, 0);
  // The pool has given it away.
  pool.removeBackfill('r');
  rooms.found('r');
  expect(rooms.asks(request(), pool, 100)).toBeNull();
  expect(pool.backfillSize).toBe(0);
  rooms.prune(pool, 60_000);
  rooms.settled('r');
  expect(rooms.asks(request(), pool, 60_100)).toBeNull();
  expect(pool.backfillSize).toBe(1);
});

test('[TK-52] a room that lacks nobody any more is forgotten at once', () => {
  const { pool, rooms } = setUp();
  rooms.asks(request(), pool, 0);
  rooms.withdraws('r', pool);
  expect(pool.backfillSize).toBe(0);
});

test('what the pool does not take is said', () => {
  const { pool, rooms } = setUp(false);
  expect(rooms.asks(request(), pool, 0)).toBe('backfill-disabled');
  const other = setUp();
  other.rooms.asks(request(), other.pool, 0);
  expect(other.rooms.asks(request(2), other.pool, 1)).toBe('teams-do-not-fit');
  expect(other.pool.backfillSize, 'what it lacked before counts no more').toBe(0);
});
