// Players for rooms that run: real nodes, real rooms, players who leave; wherever the queues are matched.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { MatchPlayer, type MatchRegion } from '../support/match-player.ts';
import { MATCH_WORLD, type MatchWorld, STARTS_WITHIN_MS } from '../support/match-worlds.ts';
import {
  type Seated,
  searchesOn,
  sit,
  startMatch,
  teamsOf,
  wait,
} from '../support/running-match.ts';

const SECRET = 'a secret of one region, long enough';
const SOON = { withinMs: 10_000 };
const ANY = [{}, {}];

describe.each(MATCH_WORLD)('$name', ({ open }) => {
  let world: MatchWorld;
  let region: MatchRegion;
  beforeAll(async () => {
    world = await open('test/support/backfill-game.ts', {
      JWT_SECRET: SECRET,
      MERIDIAN_HTTP_REQUESTS_PER_MINUTE: '100000',
      MERIDIAN_HTTP_SOCKETS_PER_ADDRESS: '1000',
    });
    region = { url: world.node.url, regionId: 'local', regionIds: ['local'], secret: SECRET };
  }, STARTS_WITHIN_MS);
  afterAll(() => world?.[Symbol.asyncDispose]());

  const nameOf = ({ player }: { readonly player: MatchPlayer }) => player.tokens.displayName;

  async function end(seated: readonly Seated[]): Promise<void> {
    await Promise.all(seated.map(({ room }) => room.leave().catch(() => undefined)));
  }

  test('[TK-50, TK-51] who leaves for good is replaced, in his team and role', async () => {
    const seated = await startMatch(region, 'roles', [
      { roles: ['tank'] },
      { roles: ['tank'] },
      { roles: ['healer'] },
      { roles: ['healer'] },
    ]);
    const leaver = seated[2] as Seated;
    const stayers = seated.filter((it) => it !== leaver);
    await leaver.room.leave();
    const tank = await wait(region, 'roles', { roles: ['tank'] });
    const healer = await sit(await wait(region, 'roles', { roles: ['healer'] }));
    expect(healer.seat.reservation.roomId).toBe(leaver.seat.reservation.roomId);
    expect(healer.seat).toMatchObject({ team: leaver.seat.team, role: 'healer' });
    const came = `${nameOf(healer)}: ${leaver.seat.team} healer`;
    await eventually(() => [...healer.room.state.came].includes(came), SOON);
    await eventually(() => healer.room.state.lineUp.includes(nameOf(healer)), SOON);
    const all = [...stayers, healer];
    expect(teamsOf(healer)).toEqual(
      [0, 1].map((team) =>
        all
          .filter(({ seat }) => seat.team === team)
          .map(nameOf)
          .toSorted(),
      ),
    );
    expect(await searchesOn(tank), 'nobody plays two tanks').toBe(true);
    await tank.player.cancel(tank.ticket.ticketId);
    await end(all);
  });

  test('[TK-50] a room whose player does not take his seat, or loses it, asks again', async () => {
    const seated = await startMatch(region, 'duel', ANY);
    const [stayer, leaver] = seated as [Seated, Seated];
    await leaver.room.leave();
    // Gets a seat, and does not come: his place is open again when the seat has expired.
    const absent = await wait(region, 'duel');
    await absent.player.matched(absent.ticket);
    const second = await sit(await wait(region, 'duel'));
    expect(second.seat.reservation.roomId).toBe(stayer.seat.reservation.roomId);
    await second.room.leave();
    const third = await sit(await wait(region, 'duel'));
    expect(third.seat.reservation.roomId).toBe(stayer.seat.reservation.roomId);
    expect(third.seat.team).toBe(leaver.seat.team);
    await end([stayer, third]);
  });

  test.each([
    ['locked', 'lock', 'unlock'],
    ['told to stop', 'stop', 'backfill'],
  ])(
    '[TK-52] nobody comes into a room that is %s, until it is not any more',
    async (_, off, on) => {
      const [stayer, leaver] = (await startMatch(region, 'duel', ANY)) as [Seated, Seated];
      stayer.room.send(off);
      await leaver.room.leave();
      const waiting = await wait(region, 'duel');
      expect(await searchesOn(waiting)).toBe(true);
      stayer.room.send(on);
      const newcomer = await sit(waiting);
      expect(newcomer.seat.reservation.roomId).toBe(stayer.seat.reservation.roomId);
      await end([stayer, newcomer]);
    },
  );

  test('[TK-52] nobody comes into a room that is full again', async () => {
    const [stayer, leaver] = (await startMatch(region, 'duel', ANY)) as [Seated, Seated];
    await leaver.room.leave();
    const newcomer = await sit(await wait(region, 'duel'));
    expect(newcomer.seat.reservation.roomId).toBe(stayer.seat.reservation.roomId);
    const waiting = await wait(region, 'duel');
    expect(await searchesOn(waiting)).toBe(true);
    await waiting.player.cancel(waiting.ticket.ticketId);
    await end([stayer, newcomer]);
  });

  test('[TK-52] who waits while a room ends plays elsewhere', async () => {
    const [stayer, leaver] = (await startMatch(region, 'duel', ANY)) as [Seated, Seated];
    stayer.room.send('lock');
    await leaver.room.leave();
    const waiting = await wait(region, 'duel');
    expect(await searchesOn(waiting)).toBe(true);
    const isOver = new Promise((resolve) => stayer.room.onLeave(resolve));
    stayer.room.send('unlock');
    stayer.room.send('over');
    await isOver;
    const seats = await Promise.all(
      [waiting, await wait(region, 'duel')].map(({ player, ticket }) => player.matched(ticket)),
    );
    expect(seats[0]?.reservation.roomId).toBe(seats[1]?.reservation.roomId);
    expect(seats[0]?.reservation.roomId).not.toBe(stayer.seat.reservation.roomId);
  });

  test('[TK-53] who left a match does not come back into it, nor does who is avoided there', async () => {
    const avoided = await MatchPlayer.signIn(region);
    const wishes = [{ avoids: [avoided.playerId] }, {}];
    const [stayer, leaver] = (await startMatch(region, 'duel', wishes)) as [Seated, Seated];
    await leaver.room.leave();
    for (const player of [avoided, leaver.player]) {
      const { body } = await player.enter('duel');
      expect(await searchesOn({ player, ticket: body })).toBe(true);
      await player.cancel(body.ticketId);
    }
    const newcomer = await sit(await wait(region, 'duel'));
    expect(newcomer.seat.reservation.roomId).toBe(stayer.seat.reservation.roomId);
    await end([stayer, newcomer]);
  });

  test('[TK-54] who left and who came for him are rated alike, by the result of their team', async () => {
    const [stayer, leaver] = (await startMatch(region, 'duel', ANY)) as [Seated, Seated];
    await leaver.room.leave();
    const newcomer = await sit(await wait(region, 'duel'));
    await eventually(() => stayer.room.state.lineUp.includes(nameOf(newcomer)), SOON);
    const ended = new Promise((resolve) => stayer.room.onMessage('ended', resolve));
    stayer.room.send('end', stayer.seat.team === 0 ? [1, 2] : [2, 1]);
    await ended;
    const [won, lost, alsoLost] = await Promise.all(
      [stayer, leaver, newcomer].map(async ({ player }) => {
        type Me = { statistics: Record<string, number> };
        const { body } = await player.ask<Me>('GET', '/v1/profiles/me');
        return body.statistics['rating.duel.mu'];
      }),
    );
    expect(won).toBeGreaterThan(0);
    expect(lost).toBeCloseTo(-(won ?? 0), 6);
    expect(alsoLost).toBe(lost);
    await end([stayer, newcomer]);
  });

  test('[TK-22, TK-52] no client promises itself a place', async () => {
    const [stayer, leaver] = (await startMatch(region, 'duel', ANY)) as [Seated, Seated];
    await leaver.room.leave();
    const player = await MatchPlayer.signIn(region);
    const { playerId } = player;
    const me = { playerId, displayName: 'x', role: null, rating: { mu: 1, sigma: 1 } };
    const teams = [{ players: [{ ...me, homeRegionId: 'local' }] }, { players: [] }];
    const option = { 'meridian:match': { matchId: 'x', queue: 'duel', teams } };
    const { roomId } = stayer.seat.reservation;
    const forged = await player.ask('POST', `/matchmake/joinById/${roomId}`, option);
    expect(forged).toMatchObject({ status: 400, body: { error: { code: 'BAD_REQUEST' } } });
    await end([stayer]);
  });
});
