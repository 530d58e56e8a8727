import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MatchedPlayer, MatchInfo } from '../../matchmaking/contract.ts';
import { MatchPlaces } from './match-places.ts';

function player(playerId: string, role: string | null = null): MatchedPlayer {
  return {
    ...{ playerId, displayName: playerId, role, homeRegionId: 'eu' },
    rating: { mu: 1_500, sigma: 100 },
  };
}

/** Two pairs, a tank and a healer each, all in their seats: the session of `a` is `s-a`. */
function running(): MatchPlaces {
  const info: MatchInfo = {
    ...{ matchId: 'm', queue: 'q' },
    teams: [
      { players: [player('a', 'tank'), player('b', 'healer')] },
      { players: [player('c', 'tank'), player('d', 'healer')] },
    ],
  };
  const places = new MatchPlaces(info, false);
  for (const id of ['a', 'b', 'c', 'd']) {
    places.seat(`s-${id}`, id, false);
    places.sit(`s-${id}`);
  }
  return places;
}

const namesOf = ({ teams }: Pick<MatchInfo, 'teams'>) =>
  teams.map(({ players }) => players.map(({ playerId }) => playerId));

test('[TK-51] an open place is for one of its team and role', () => {
  const places = running();
  places.free('s-b');
  expect(places.lacking).toMatchObject({
    teams: [{ openPlaces: 1 }, { openPlaces: 0 }],
    left: ['b'],
  });
  expect(places.admit('s-x', player('x', 'tank'), 0)).toBe(false);
  expect(places.admit('s-x', player('x', 'healer'), 1)).toBe(false);
  expect(places.admit('s-x', player('x', 'healer'), 0)).toBe(true);
  expect(places.admit('s-y', player('y', 'healer'), 0), 'it is promised').toBe(false);
  expect(places.lacking).toBeNull();
});

test('[TK-51] a newcomer has his place when he sits, and the match remembers who had it', () => {
  const places = running();
  places.free('s-b');
  places.admit('s-x', player('x', 'healer'), 0);
  expect(places.placeOf('x'), 'on his way').toEqual({ team: 0, role: 'healer' });
  expect(namesOf(places.info)).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
  expect(places.sit('s-x')).toBe(true);
  expect(places.placeOf('b')).toBeUndefined();
  const { info } = places;
  expect(namesOf(info)[0]).toEqual(['a', 'x']);
  expect(info.replaced).toEqual([{ player: player('b', 'healer'), team: 0, place: 1 }]);
  const again = new MatchPlaces(info, true);
  expect(again.info).toEqual(info);
  expect(again.lacking?.left.toSorted(), 'nobody has a seat yet').toEqual([
    'a',
    'b',
    'c',
    'd',
    'x',
  ]);
});

test('[TK-50] a place is open again when its seat expires, or the newcomer leaves', () => {
  const places = running();
  places.free('s-d');
  places.admit('s-x', player('x', 'healer'), 1);
  places.freeExpired(() => true);
  expect(places.lacking).toBeNull();
  places.freeExpired(() => false);
  expect(places.lacking?.left, 'who never came may be sent again').toEqual(['d']);
  places.admit('s-x', player('x', 'healer'), 1);
  places.sit('s-x');
  places.freeExpired(() => false);
  expect(places.lacking, 'he sits').toBeNull();
  places.free('s-x');
  expect(places.lacking?.left).toEqual(['d', 'x']);
});

test('[TK-50] a match that has just been made lacks nobody', () => {
  const { info } = running();
  expect(new MatchPlaces(info, false).lacking).toBeNull();
});

test('[TK-53] who left a match may find back to his own place by himself, and gets none from the queue', () => {
  const places = running();
  places.free('s-a');
  places.free('s-c');
  expect(places.admit('s-a2', player('a', 'tank'), 1)).toBe(false);
  places.seat('s-a2', 'a', false);
  expect(places.placeOf('a')).toEqual({ team: 0, role: 'tank' });
  expect(places.lacking?.left).toEqual(['c']);
  places.free('s-a2');
  places.admit('s-x', player('x', 'tank'), 0);
  places.seat('s-a3', 'a', false);
  expect(places.placeOf('a'), 'it is another’s').toBeUndefined();
  places.sit('s-x');
  expect(places.admit('s-a4', player('a', 'tank'), 1)).toBe(false);
});

test('[TK-50] whatever comes and goes, nobody has two places and no place has two players', () => {
  const session = fc.constantFrom('s-a', 's-b', 's-c', 's-d', 's-u', 's-v', 's-w');
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'u', 'v', 'w');
  const step = fc.oneof(
    fc.record({ do: fc.constant('seat' as const), session, id }),
    fc.record({
      do: fc.constant('admit' as const),
      ...{ session, id, team: fc.nat(1), role: fc.constantFrom('tank', 'healer') },
    }),
    fc.record({ do: fc.constantFrom('sit' as const, 'free' as const), session }),
    fc.record({ do: fc.constant('expire' as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const places = running();
      for (const it of steps) {
        if (it.do === 'seat') places.seat(it.session, it.id, false);
        else if (it.do === 'admit') places.admit(it.session, player(it.id, it.role), it.team);
        else if (it.do === 'expire') places.freeExpired(() => false);
        else places[it.do](it.session);
        const names = namesOf(places).flat();
        expect(new Set(names).size).toBe(4);
        const replaced = (places.info.replaced ?? []).map(({ player: who }) => who.playerId);
        expect(new Set([...namesOf(places.info).flat(), ...replaced]).size).toBe(
          4 + replaced.length,
        );
        expect(places.info.teams.map(({ players }) => players.map(({ role }) => role))).toEqual([
          ['tank', 'healer'],
          ['tank', 'healer'],
        ]);
      }
    }),
  );
});
