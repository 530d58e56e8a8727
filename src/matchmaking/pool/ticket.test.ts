import { describe, expect, test } from 'vitest';
import { parseTicket, type Ticket, waitedMs } from './ticket.ts';

const player = { playerId: 'ada', rating: { mu: 1_500, sigma: 80 } };
const ticket: Ticket = {
  ticketId: 't1',
  players: [player, { ...player, playerId: 'bob', roles: ['tank'], avoids: ['eve'] }],
  latencyMsByRegion: { europe: 20.5 },
  createdAtMs: 1_700_000_000_000,
};

describe('[MM-1] a ticket from outside', () => {
  test('is taken as it is when nothing is wrong with it', () => {
    expect(parseTicket(ticket)).toEqual({ ok: true, ticket });
  });

  const withRating = (rating: unknown) => ({ ...ticket, players: [{ ...player, rating }] });
  test.each<[string, unknown, RegExp]>([
    ['no object', null, /expected object/],
    [
      'a skill that is not a number',
      withRating({ mu: Number.NaN, sigma: 1 }),
      /^players\.0\.rating\.mu:/,
    ],
    ['an endless skill', withRating({ mu: Infinity, sigma: 1 }), /^players\.0\.rating\.mu:/],
    ['a doubt that is not a number', withRating({ mu: 1, sigma: Number.NaN }), /rating\.sigma:/],
    ['no doubt at all', withRating({ mu: 1, sigma: 0 }), /rating\.sigma:/],
    ['a skill beyond all scales', withRating({ mu: 1e9, sigma: 1 }), /rating\.mu:/],
    ['nobody', { ...ticket, players: [] }, /^players:/],
    [
      'a crowd',
      {
        ...ticket,
        players: Array.from({ length: 25 }, (_, i) => ({ ...player, playerId: `p${i}` })),
      },
      /^players:/,
    ],
    ['a player twice', { ...ticket, players: [player, player] }, /^players: names a player twice/],
    [
      'two who avoid each other',
      { ...ticket, players: [player, { ...player, playerId: 'bob', avoids: ['ada'] }] },
      /^players: .*avoids the other/,
    ],
    ['no role', { ...ticket, players: [{ ...player, roles: [] }] }, /^players\.0\.roles:/],
    [
      'a role twice',
      { ...ticket, players: [{ ...player, roles: ['a', 'a'] }] },
      /names a role twice/,
    ],
    [
      'a negative latency',
      { ...ticket, latencyMsByRegion: { europe: -1 } },
      /^latencyMsByRegion\.europe:/,
    ],
    ['an unbounded latency', { ...ticket, latencyMsByRegion: { europe: Infinity } }, /europe:/],
    ['no age', { ...ticket, createdAtMs: undefined }, /^createdAtMs:/],
    ['an unknown field', { ...ticket, isAdmin: true }, /isAdmin/],
  ])('is refused with %s, and the field is named', (_, input, problem) => {
    const parsed = parseTicket(input);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(parsed.problems.join('\n')).toMatch(problem);
  });

  test('from a clock that is ahead has waited for nothing, not for less', () => {
    expect(waitedMs({ createdAtMs: 2_000 }, 1_000)).toBe(0);
    expect(waitedMs({ createdAtMs: 2_000 }, 2_500)).toBe(500);
  });
});
