// One queue over two regions: real nodes, a real Redis for each region, links that can be cut.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { MatchPlayer } from '../support/match-player.ts';
import { MatchRegions } from '../support/match-regions.ts';
import { areAllRegionsOpen } from '../support/regions-open.ts';

const SOON = { withinMs: 30_000 };
const A_BEFORE_B = { a: 20, b: 60 };
const B_BEFORE_A = { a: 60, b: 20 };

let regions: MatchRegions;
beforeAll(async () => {
  regions = await MatchRegions.start();
  // Each knows that the other takes rooms.
  for (const id of ['a', 'b'] as const) {
    await eventually(() => areAllRegionsOpen(regions.region(id).url), SOON);
  }
});
afterAll(() => regions?.[Symbol.asyncDispose]());

async function enter(id: 'a' | 'b', queue = 'duel', node = 0) {
  const player = await MatchPlayer.signIn(regions.region(id, node));
  const latencyMsByRegion = id === 'a' ? A_BEFORE_B : B_BEFORE_A;
  const { status, body } = await player.enter(queue, { latencyMsByRegion });
  expect(status).toBe(201);
  return { player, ticket: body };
}

test('[TK-40] two who are alone in their regions meet in one of them as their waits grow', async () => {
  const anna = await enter('a');
  const ben = await enter('b');
  const seats = await Promise.all([
    anna.player.matched(anna.ticket),
    ben.player.matched(ben.ticket),
  ]);
  expect(seats[0].reservation.roomId).toBe(seats[1].reservation.roomId);
  expect(seats[0].regionId).toBe(seats[1].regionId);
  const rooms = await Promise.all([anna.player.sit(seats[0]), ben.player.sit(seats[1])]);
  const seatsOf = (state: unknown) => (state as { seats?: { length: number } })?.seats?.length;
  await eventually(() => rooms.every((room) => seatsOf(room.state) === 2), SOON);
  // The result goes to the region that each has entered.
  const ended = new Promise((resolve) => rooms[0]?.onMessage('ended', resolve));
  rooms[0]?.send('end', [1, 2]);
  await ended;
  for (const { player } of [anna, ben]) {
    await eventually(async () => {
      type Me = { statistics: Record<string, number> };
      const { body } = await player.ask<Me>('GET', '/v1/profiles/me');
      return body.statistics['rating.duel.mu'] !== undefined;
    }, SOON);
  }
  await Promise.all(rooms.map((room) => room.leave()));
});

test('[TK-20, TK-21] of a crowd that both regions want everybody is in one match, and no seat is given twice', async () => {
  const crowd = await Promise.all(
    Array.from({ length: 40 }, (_, index) => enter(index % 2 === 0 ? 'a' : 'b', 'party')),
  );
  const seats = await Promise.all(crowd.map(({ player, ticket }) => player.matched(ticket)));
  const byRoom = Map.groupBy(seats, ({ reservation }) => reservation.roomId);
  for (const ofRoom of byRoom.values()) {
    expect(ofRoom.length).toBe(4);
    expect(new Set(ofRoom.map(({ matchId }) => matchId)).size).toBe(1);
    expect(ofRoom.map(({ team }) => team).toSorted()).toEqual([0, 0, 1, 1]);
  }
  expect(byRoom.size).toBe(10);
  expect(new Set(seats.map(({ reservation }) => reservation.sessionId)).size).toBe(40);
});

test('[TK-41] regions that cannot hear each other match their own, and each other’s again later', async () => {
  regions.cutLink();
  const own = await Promise.all([enter('a'), enter('a'), enter('b'), enter('b')]);
  const seats = await Promise.all(own.map(({ player, ticket }) => player.matched(ticket)));
  expect(seats.map(({ regionId }) => regionId)).toEqual(['a', 'a', 'b', 'b']);
  const apart = await Promise.all([enter('a'), enter('b')]);
  regions.healLink();
  const together = await Promise.all(apart.map(({ player, ticket }) => player.matched(ticket)));
  expect(together[0]?.reservation.roomId).toBe(together[1]?.reservation.roomId);
});

test('[TK-43] a Redis that comes back empty has lost no ticket', async () => {
  const { player, ticket } = await enter('a', 'party');
  const redis = regions.redis('a');
  await redis.kill();
  await redis.up();
  const after = await eventually(async () => {
    const { status, body } = await player.ticket(ticket.ticketId);
    return status === 200 ? body : null;
  }, SOON);
  expect(after).toMatchObject({ state: 'searching', createdAtMs: ticket.createdAtMs });
  const others = await Promise.all([enter('a', 'party'), enter('a', 'party'), enter('a', 'party')]);
  const seats = await Promise.all([
    player.matched(ticket),
    ...others.map((other) => other.player.matched(other.ticket)),
  ]);
  expect(new Set(seats.map(({ reservation }) => reservation.roomId)).size).toBe(1);
});

// The last one: a node of region a is gone after it.
test('[TK-42] when the node that matches is killed, another one matches who waited', async () => {
  const matches = (node: number) =>
    regions
      .nodes('a')
      [node]?.log.findLast(({ event, queue }) => event === 'matching' && queue === 'party') !==
    undefined;
  await eventually(() => matches(0) || matches(1), SOON);
  const matcher = matches(0) ? 0 : 1;
  const survivor = 1 - matcher;
  const waiting = await Promise.all([0, 1, 2].map(() => enter('a', 'party', survivor)));
  regions.nodes('a')[matcher]?.child.kill('SIGKILL');
  await eventually(() => matches(survivor), SOON);
  const last = await enter('a', 'party', survivor);
  const all = [...waiting, last];
  const seats = await Promise.all(all.map(({ player, ticket }) => player.matched(ticket)));
  expect(new Set(seats.map(({ reservation }) => reservation.roomId)).size).toBe(1);
});
