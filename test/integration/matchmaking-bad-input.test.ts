// What players, and games, may get wrong on the way into a match, on purpose or not: each is refused with a code and a reason.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { LARGEST_PARTY } from '../../src/matchmaking/pool/ticket.ts';
import type { ErrorBody } from '../../src/protocol/rest.ts';
import { MatchPlayer, type MatchRegion } from '../support/match-player.ts';
import { type MeridianProcess, startMeridian } from '../support/start-meridian.ts';

const SECRET = 'a secret of one region, long enough';
const MINUTE_MS = 60_000;

let node: MeridianProcess;
let region: MatchRegion;
beforeAll(async () => {
  node = await startMeridian('test/support/match-game.ts', {
    JWT_SECRET: SECRET,
    MERIDIAN_HTTP_REQUESTS_PER_MINUTE: '100000',
  });
  region = { url: node.url, regionId: 'local', regionIds: ['local', 'mars'], secret: SECRET };
});
afterAll(() => node?.[Symbol.asyncDispose]());

test('[TK-2] a certificate that is forged, stale, of the future, of an unknown region, or no figure at all', async () => {
  const anna = await MatchPlayer.signIn(region);
  const outsider = await MatchPlayer.signIn({ ...region, secret: 'another secret, just as long' });
  const refusals: unknown[] = [];
  for (const latencyTokens of [
    await outsider.latencyTokens({ local: 1 }),
    ['no token'],
    await anna.latencyTokens({ local: 20 }, -16 * MINUTE_MS),
    await anna.latencyTokens({ local: 20 }, MINUTE_MS),
    await anna.latencyTokens({ mars: 20 }),
    await anna.latencyTokens({ local: Number.NaN }),
    await anna.latencyTokens({ local: -1 }),
    await outsider.latencyTokens({ local: 20 }),
  ]) {
    const { status, body } = await anna.enter('duel', { latencyTokens });
    refusals.push([status, body.error?.code, body.error?.details?.['reason']]);
  }
  expect(refusals).toEqual(
    ['forged', 'forged', 'stale', 'clock', 'region', 'figures', 'figures', 'forged'].map(
      (reason) => [422, 'LATENCY_INVALID', reason],
    ),
  );
  const tolerated = await anna.latencyTokens({ local: 20 }, 20_000);
  const { status, body } = await anna.enter('duel', { latencyTokens: tolerated });
  expect(status, 'clocks may differ by 30 s').toBe(201);
  await anna.cancel(body.ticketId);
});

test('[TK-3, TK-30] a party that is larger than a team, or than any party', async () => {
  const [leader, ...others] = (await Promise.all(
    Array.from({ length: LARGEST_PARTY + 1 }, () => MatchPlayer.signIn(region)),
  )) as [MatchPlayer, ...MatchPlayer[]];
  const { body } = await leader.createParty();
  const last = others.pop() as MatchPlayer;
  for (const other of others) expect((await other.joinParty(body.code)).status).toBe(200);
  const full = await last.joinParty(body.code);
  expect(full).toMatchObject({ status: 409, body: { error: { code: 'PARTY_FULL' } } });
  expect(await leader.enter('party')).toMatchObject({
    status: 422,
    body: {
      error: { code: 'TICKET_REFUSED', details: { reason: 'party-too-large', maxPlayers: 2 } },
    },
  });
});

test('[TK-3, TK-23] a result or a rating that is no number', async () => {
  const [anna, ben] = await Promise.all([MatchPlayer.signIn(region), MatchPlayer.signIn(region)]);
  const entered = await Promise.all([anna.enter('duel'), ben.enter('duel')]);
  const seat = await anna.matched(entered[0].body);
  const room = await anna.sit(seat);
  const heard = (name: string) =>
    new Promise<ErrorBody>((resolve) => room.onMessage(name, resolve));
  const badRequest = { error: { code: 'BAD_REQUEST' } };
  for (const ranks of [[Number.NaN, 1], [1], [1, Number.POSITIVE_INFINITY]]) {
    const refused = heard('refused');
    room.send('end', ranks);
    expect(await refused).toMatchObject(badRequest);
  }
  const refused = heard('refused');
  room.send('rate', { 'rating.duel.mu': Number.NaN });
  expect(await refused).toMatchObject(badRequest);
  // A number, and no rating.
  const rated = heard('rated');
  room.send('rate', { 'rating.duel.mu': 1e9 });
  await rated;
  expect(await anna.enter('duel')).toMatchObject({
    status: 422,
    body: { error: { code: 'TICKET_REFUSED', details: { reason: 'malformed' } } },
  });
  await room.leave();
});
