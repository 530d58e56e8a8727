// Matchmaking as players of one region see it: real nodes, REST, push sockets, rooms; wherever its queues are matched.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import type { TicketBody } from '../../src/protocol/matchmaking.ts';
import { eventually } from '../support/eventually.ts';
import { MatchPlayer, type MatchRegion } from '../support/match-player.ts';
import { MATCH_WORLD, type MatchWorld, STARTS_WITHIN_MS } from '../support/match-worlds.ts';

const SECRET = 'a secret of one region, long enough';
const SOON = { withinMs: 10_000 };

describe.each(MATCH_WORLD)('$name', ({ open }) => {
  let world: MatchWorld;
  let region: MatchRegion;
  beforeAll(async () => {
    world = await open('test/support/match-game.ts', { JWT_SECRET: SECRET });
    region = { url: world.node.url, regionId: 'local', regionIds: ['local'], secret: SECRET };
  }, STARTS_WITHIN_MS);
  afterAll(() => world?.[Symbol.asyncDispose]());

  function players(count: number): Promise<MatchPlayer[]> {
    return Promise.all(Array.from({ length: count }, () => MatchPlayer.signIn(region)));
  }

  test('[TK-1, TK-20, TK-22] two players enter a queue and sit in the room of their match', async () => {
    const [anna, ben] = (await players(2)) as [MatchPlayer, MatchPlayer];
    const first = await anna.enter('duel');
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      state: 'queued',
      queue: 'duel',
      playerIds: [anna.playerId],
    });
    const second = await ben.enter('duel');
    const seats = await Promise.all([anna.matched(first.body), ben.matched(second.body)]);
    expect(seats[0].reservation.roomId).toBe(seats[1].reservation.roomId);
    expect(new Set(seats.map(({ team }) => team))).toEqual(new Set([0, 1]));
    const rooms = await Promise.all([anna.sit(seats[0]), ben.sit(seats[1])]);
    await eventually(
      () => rooms.every((room) => (room.state as never)?.['seats']?.['length'] === 2),
      SOON,
    );
    const state = rooms[0]?.state as unknown as { queue: string; seats: Iterable<string> };
    expect(state.queue).toBe('duel');
    expect([...state.seats].toSorted()).toEqual(
      [
        `${anna.tokens.displayName} in ${seats[0].team}`,
        `${ben.tokens.displayName} in ${seats[1].team}`,
      ].toSorted(),
    );
    await Promise.all(rooms.map((room) => room.leave()));
  });

  test('[TK-22] nobody gets into a room of a match by its name, or makes one by its option', async () => {
    const [anna, ben, carl] = (await players(3)) as [MatchPlayer, MatchPlayer, MatchPlayer];
    const entered = await Promise.all([anna.enter('duel'), ben.enter('duel')]);
    const seat = await anna.matched(entered[0].body);
    const joined = await carl.ask<{ roomId?: string }>('POST', '/matchmake/joinOrCreate/match', {});
    expect(joined.body.roomId).not.toBe(seat.reservation.roomId);
    const option = { 'meridian:match': { matchId: 'x', queue: 'duel', teams: [] } };
    const forged = await carl.ask('POST', '/matchmake/joinOrCreate/match', option);
    expect(forged).toMatchObject({ status: 400, body: { error: { code: 'BAD_REQUEST' } } });
  });

  test('[TK-23] the result of a match changes the ratings of its players, once', async () => {
    const [anna, ben] = (await players(2)) as [MatchPlayer, MatchPlayer];
    const entered = await Promise.all([anna.enter('duel'), ben.enter('duel')]);
    const seats = await Promise.all([anna.matched(entered[0].body), ben.matched(entered[1].body)]);
    const rooms = await Promise.all([anna.sit(seats[0]), ben.sit(seats[1])]);
    for (let report = 0; report < 2; report += 1) {
      const ended = new Promise((resolve) => rooms[0]?.onMessage('ended', resolve));
      // Anna's team is first.
      rooms[0]?.send('end', seats[0].team === 0 ? [1, 2] : [2, 1]);
      await ended;
    }
    const statistics = async (player: MatchPlayer) =>
      (await player.ask<{ statistics: Record<string, number> }>('GET', '/v1/profiles/me')).body
        .statistics;
    const [won, lost] = [await statistics(anna), await statistics(ben)];
    expect(won['rating.duel.mu']).toBeGreaterThan(0);
    // Once: equals, so what one wins the other loses; a second report would have doubled both.
    expect(lost['rating.duel.mu']).toBeCloseTo(-(won['rating.duel.mu'] ?? 0), 6);
    expect(won['rating.duel.mu']).toBeLessThan(350);
    await Promise.all(rooms.map((room) => room.leave()));
  });

  test('[TK-4] a player waits on one ticket, and is told which', async () => {
    const [anna] = (await players(1)) as [MatchPlayer];
    const first = await anna.enter('party');
    const second = await anna.enter('duel');
    expect(second.status).toBe(409);
    expect(second.body.error).toMatchObject({
      code: 'TICKET_EXISTS',
      details: { ticketId: first.body.ticketId },
    });
    expect((await anna.cancel(first.body.ticketId)).status).toBe(204);
    expect((await anna.ticket(first.body.ticketId)).body).toMatchObject({
      state: 'cancelled',
      by: 'player',
    });
    const third = await anna.enter('duel');
    expect(third.status).toBe(201);
    await anna.cancel(third.body.ticketId);
  });

  test('[TK-10, TK-14] a ticket is nobody else’s business', async () => {
    const [anna, ben] = (await players(2)) as [MatchPlayer, MatchPlayer];
    const { body } = await anna.enter('party');
    for (const answer of [
      await ben.ticket(body.ticketId),
      await ben.cancel(body.ticketId),
      await ben.explain(body.ticketId),
      await ben.ticket('no-such-ticket'),
    ]) {
      expect(answer).toMatchObject({ status: 404, body: { error: { code: 'TICKET_UNKNOWN' } } });
    }
    await anna.cancel(body.ticketId);
  });

  test('[TK-11] who waits is pushed what becomes of it, and who comes back goes on where he was', async () => {
    const [anna, ben] = (await players(2)) as [MatchPlayer, MatchPlayer];
    using _anna = anna;
    anna.listen();
    await eventually(() => anna.frames.length > 0, SOON);
    expect(anna.frames[0]).toEqual({ ticket: null, party: null });
    const { body } = await anna.enter('duel');
    await eventually(() => anna.pushed.some(({ state }) => state === 'searching'), SOON);
    expect(anna.pushed.at(-1)).toMatchObject({
      ticketId: body.ticketId,
      widening: { step: 0, capMs: 80, regionsTried: 1 },
    });
    await eventually(
      () => anna.pushed.some((it) => it.state === 'searching' && it.widening.step > 0),
      SOON,
    );
    anna.hangUp();
    anna.frames.length = 0;
    anna.listen();
    await eventually(() => anna.pushed.length > 0, SOON);
    expect(anna.pushed[0]?.ticketId).toBe(body.ticketId);
    await ben.enter('duel');
    await eventually(() => anna.pushed.some(({ state }) => state === 'matched'), SOON);
  });

  test('[TK-12] the push socket wants a hello and nothing else', async () => {
    const closedWith = (frame: string | null) =>
      new Promise<number>((resolve) => {
        const socket = new WebSocket(`${region.url.replace('http', 'ws')}/v1/matchmaking`);
        socket.on('open', () => frame !== null && socket.send(frame));
        socket.on('close', resolve);
      });
    expect(await closedWith('nonsense')).toBe(4400);
    expect(await closedWith('{"accessToken":"x","more":1}')).toBe(4400);
    expect(await closedWith('{"accessToken":"none of yours"}')).toBe(4403);
    expect(await closedWith(null)).toBe(4400);
  });

  test('[TK-13, TK-15] a ticket says why it waits, and expires with the reason', async () => {
    const [anna] = (await players(1)) as [MatchPlayer];
    const { body } = await anna.enter('hasty');
    const why = await eventually(async () => {
      const answer = await anna.explain(body.ticketId);
      return answer.status === 200 ? answer.body : null;
    }, SOON);
    expect(why.reasons[0]).toMatchObject({ kind: 'nobody-within-latency' });
    expect(why.regions).toEqual([{ regionId: 'local', latencyMs: 20, openAtWaitMs: 0 }]);
    const over = await eventually(async () => {
      const { body: now } = await anna.ticket(body.ticketId);
      return now.state === 'expired' ? now : null;
    }, SOON);
    expect(over).toMatchObject({ bestOffer: null, reasons: [{ kind: 'nobody-within-latency' }] });
  });

  test('[TK-30, TK-31] a party waits on one ticket and plays in one team', async () => {
    const [anna, ben, carl, dora] = (await players(4)) as [
      MatchPlayer,
      MatchPlayer,
      MatchPlayer,
      MatchPlayer,
    ];
    const made = await anna.createParty();
    expect(made).toMatchObject({ status: 201, body: { leaderId: anna.playerId } });
    using _ben = ben;
    ben.listen();
    const joined = await ben.joinParty(made.body.code.toLowerCase(), 40);
    expect(joined.body.members.map(({ playerId }) => playerId)).toEqual([
      anna.playerId,
      ben.playerId,
    ]);
    const late = await ben.enter('party');
    expect(late).toMatchObject({ status: 403, body: { error: { code: 'PARTY_NOT_LEADER' } } });
    const tickets = [
      await anna.enter('party'),
      await carl.enter('party'),
      await dora.enter('party'),
    ];
    expect(tickets[0]?.body.playerIds).toEqual([anna.playerId, ben.playerId]);
    const seats = await Promise.all([
      anna.matched(tickets[0]?.body as TicketBody),
      ben.matched(tickets[0]?.body as TicketBody),
      carl.matched(tickets[1]?.body as TicketBody),
    ]);
    expect(seats[0].team).toBe(seats[1].team);
    expect(seats[0].reservation.sessionId).not.toBe(seats[1].reservation.sessionId);
    expect(seats[2].team).not.toBe(seats[0].team);
    await eventually(() => ben.pushed.some(({ state }) => state === 'matched'), SOON);
    await Promise.all([anna.leaveParty(), ben.leaveParty()]);
  });

  test('[TK-30, TK-32] parties have one leader, one code, and no secrets', async () => {
    const [anna, ben, carl] = (await players(3)) as [MatchPlayer, MatchPlayer, MatchPlayer];
    const { body } = await anna.createParty();
    expect((await anna.createParty()).body.error?.code).toBe('PARTY_EXISTS');
    expect((await ben.joinParty('ZZZZZZ')).body.error?.code).toBe('PARTY_UNKNOWN');
    expect((await ben.leaveParty()).body.error?.code).toBe('PARTY_UNKNOWN');
    await ben.joinParty(body.code);
    const ticket = await anna.enter('party');
    await carl.joinParty(body.code);
    const after = await anna.ticket(ticket.body.ticketId);
    expect(after.body).toMatchObject({ state: 'cancelled', by: 'party-changed' });
    const crowd = await anna.enter('party');
    expect(crowd).toMatchObject({
      status: 422,
      body: { error: { code: 'TICKET_REFUSED', details: { reason: 'party-too-large' } } },
    });
    await anna.leaveParty();
    const led = await ben.enter('party');
    expect(led.body.playerIds).toEqual([ben.playerId, carl.playerId]);
    await Promise.all([ben.leaveParty(), carl.leaveParty()]);
  });

  test('[TK-2] latencies count as a region has signed them, for this player', async () => {
    const [anna, ben] = (await players(2)) as [MatchPlayer, MatchPlayer];
    const refused = async (latencyTokens: readonly string[]) => {
      const { status, body } = await anna.enter('duel', { latencyTokens });
      return [status, body.error?.code, body.error?.details?.['reason']];
    };
    const [good = ''] = await anna.latencyTokens({ local: 20 });
    expect(await refused(await ben.latencyTokens({ local: 1 }))).toEqual([
      422,
      'LATENCY_INVALID',
      'player',
    ]);
    expect(await refused([`${good.slice(0, -3)}abc`])).toEqual([422, 'LATENCY_INVALID', 'forged']);
    expect(await refused([])).toEqual([400, 'BAD_REQUEST', undefined]);
    expect(await refused([good, good])).toEqual([400, 'BAD_REQUEST', undefined]);
  });

  test('[TK-1, TK-3] what no queue could match is refused at once, and says why', async () => {
    const [anna] = (await players(1)) as [MatchPlayer];
    const unknown = await anna.enter('nowhere');
    expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'QUEUE_UNKNOWN' } } });
    expect(unknown.body.error?.details?.['queues']).toContain('duel');
    const far = await anna.enter('duel', { latencyMsByRegion: { local: 400 } });
    expect(far.body.error?.details).toMatchObject({ reason: 'no-usable-region' });
    const role = await anna.enter('roles', { roles: ['bard'] });
    expect(role.body.error?.details).toMatchObject({ reason: 'unknown-role', role: 'bard' });
    const self = await anna.enter('duel', { avoids: [anna.playerId] });
    expect(self.body.error?.details).toMatchObject({ reason: 'malformed' });
  });

  test('players who avoid each other do not meet', async () => {
    const [anna, ben, carl] = (await players(3)) as [MatchPlayer, MatchPlayer, MatchPlayer];
    const first = await anna.enter('duel', { avoids: [ben.playerId] });
    const second = await ben.enter('duel');
    const third = await carl.enter('duel');
    const seat = await carl.matched(third.body);
    const others = await Promise.all([
      anna.ticket(first.body.ticketId),
      ben.ticket(second.body.ticketId),
    ]);
    expect(others.map(({ body }) => body.state).toSorted()).toEqual(['matched', 'searching']);
    expect(seat.reservation.name).toBe('match');
    for (const player of [anna, ben]) {
      const ticketId = (player === anna ? first : second).body.ticketId;
      await player.cancel(ticketId);
    }
  });

  test('[TK-5] a full queue refuses with a time to wait, and who waits is not disturbed', {
    timeout: STARTS_WITHIN_MS,
  }, async () => {
    await using small = await open('test/support/match-game.ts', {
      JWT_SECRET: SECRET,
      MERIDIAN_MATCHMAKING_MOST_WAITING_TICKETS: '2',
    });
    const own = { ...region, url: small.node.url };
    const crowd = await Promise.all([1, 2, 3].map(() => MatchPlayer.signIn(own)));
    const [anna, ben, carl] = crowd as [MatchPlayer, MatchPlayer, MatchPlayer];
    const first = await anna.enter('party');
    await ben.enter('party');
    const refused = await carl.enter('party');
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'QUEUE_FULL' } } });
    expect(refused.body.error?.retryAfterMs).toBeGreaterThan(0);
    expect((await anna.ticket(first.body.ticketId)).body.state).toBe('searching');
    // Another queue is another matter, and so is this one when somebody has left.
    expect((await carl.enter('duel')).status).toBe(201);
    await anna.cancel(first.body.ticketId);
    expect((await anna.enter('party')).status).toBe(201);
  });
});
