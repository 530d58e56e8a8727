import { describe, expect, test } from 'vitest';
import { MatchPool } from './match-pool.ts';
import { parseRuleSet } from './rule-set.ts';
import type { Ticket, TicketPlayer } from './ticket.ts';

const ROLES = { tank: 1, healer: 1 };
const latency = { capMs: { value: 80 } };

describe('[MM-2] a pool refuses', () => {
  const ruleSet = parseRuleSet({ teams: { count: 2, playersPerTeam: 2, roles: ROLES }, latency });
  const ticket = single(1);
  const [player] = ticket.players as [TicketPlayer];
  const two = (roles: readonly string[]) => [
    { ...player, roles },
    { ...player, playerId: 'q', roles },
  ];

  test.each<[object, Ticket]>([
    [
      { reason: 'player-already-queued', playerId: 'p0' },
      { ...single(0), ticketId: 'x' },
    ],
    [{ reason: 'duplicate-ticket' }, single(0)],
    [
      { reason: 'party-too-large', maxPlayers: 2 },
      { ...ticket, players: ['a', 'b', 'c'].map((playerId) => ({ ...player, playerId })) },
    ],
    [
      { reason: 'unknown-region', regionId: 'moon' },
      { ...ticket, latencyMsByRegion: { moon: 3 } },
    ],
    [
      { reason: 'no-usable-region', ceilingMs: 250 },
      { ...ticket, latencyMsByRegion: {} },
    ],
    [
      { reason: 'no-usable-region', ceilingMs: 250 },
      { ...ticket, latencyMsByRegion: { europe: 251 } },
    ],
    [
      { reason: 'unknown-role', role: 'bard' },
      { ...ticket, players: [{ ...player, roles: ['bard'] }] },
    ],
    [{ reason: 'roles-do-not-fit' }, { ...ticket, players: two(['tank']) }],
    [
      { reason: 'not-a-number', field: 'players.rating' },
      { ...ticket, players: [{ ...player, rating: { mu: Number.NaN, sigma: 1 } }] },
    ],
    [
      { reason: 'not-a-number', field: 'latencyMsByRegion' },
      { ...ticket, latencyMsByRegion: { europe: Number.NaN } },
    ],
    [
      { reason: 'not-a-number', field: 'createdAtMs' },
      { ...ticket, createdAtMs: Infinity },
    ],
  ])('with %j', (refusal, refused) => {
    const pool = new MatchPool({ ruleSet, regionIds: ['europe'] });
    pool.add(single(0));
    expect(pool.add(refused)).toEqual({ ok: false, ...refusal });
    expect(pool.size).toBe(1);
  });
});

function single(i: number): Ticket {
  return {
    ticketId: `t${i}`,
    players: [{ playerId: `p${i}`, rating: { mu: 1_500, sigma: 80 } }],
    latencyMsByRegion: { europe: 20 },
    createdAtMs: 0,
  };
}
