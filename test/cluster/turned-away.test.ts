// Players who are not welcome any more, and what they have in matchmaking: two nodes of one region and one of another, linked.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { CloseCode } from '../../src/protocol/close-codes.ts';
import { openRedis } from '../../src/storage/redis/redis-connection.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import type { RedisClient } from '../../src/storage/redis/redis-script.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { eventually } from '../support/eventually.ts';
import { MatchPlayer } from '../support/match-player.ts';
import { MatchRegions } from '../support/match-regions.ts';
import type { MeridianProcess } from '../support/start-meridian.ts';

const PASSWORD = 'operator of two regions';
/** "Within seconds." */
const SECONDS = { withinMs: 5_000 };

let regions: MatchRegions;
let redis: RedisClient;
beforeAll(async () => {
  const env = { MERIDIAN_ADMIN_PASSWORD: PASSWORD };
  regions = await MatchRegions.start({ env: { a: env, b: env } });
  redis = await openRedis(regions.redis('a').uri, {
    name: 'test',
    log: createLogger({ level: 'silent' }),
  });
}, 60_000);
afterAll(async () => {
  redis?.disconnect();
  await regions?.[Symbol.asyncDispose]();
});

function node(id: 'a' | 'b', index = 0): MeridianProcess {
  return regions.nodes(id)[index] as MeridianProcess;
}

async function operator({ adminPort }: MeridianProcess, path: string, body?: object) {
  const response = await fetch(`http://127.0.0.1:${adminPort}/admin/v1/players/${path}`, {
    method: 'POST',
    headers: {
      Authorization: `Basic ${btoa(`operator:${PASSWORD}`)}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.ok).toBe(true);
}

/** What the region says of a ticket. */
async function stateOf(ticketId: string): Promise<string | null> {
  return await redis.hget(redisKeys.ticket(ticketId), 'kind');
}

/** Signed in at the second node of region a, listening there. */
async function listening() {
  const player = await MatchPlayer.signIn(regions.region('a', 1));
  player.listen();
  await eventually(() => player.frames.length > 0, SECONDS);
  return player;
}

/** He waits on a ticket, and hears of it. */
async function waiting(queue: 'duel' | 'party') {
  const player = await listening();
  const { status, body } = await player.enter(queue, { latencyMsByRegion: { a: 20 } });
  expect(status).toBe(201);
  await eventually(() => player.pushed.length > 0, SECONDS);
  return { player, ticketId: body.ticketId };
}

test('[TK-16, ACC-52] a player who is banned in another region: his socket is closed, his ticket cancelled, his party goes on without him', async () => {
  const mate = await listening();
  const { code } = (await mate.createParty()).body;
  const cheat = await listening();
  expect((await cheat.joinParty(code)).status).toBe(200);
  const latencyMsByRegion = { a: 20 };
  const { body } = await mate.enter('party', { latencyMsByRegion });
  expect(body.playerIds).toContain(cheat.playerId);

  await operator(node('b'), `${cheat.playerId}/ban`, { reason: 'aimbot' });
  await eventually(() => cheat.pushClosed === CloseCode.BANNED, SECONDS);
  expect(cheat.frames.at(-1)).toMatchObject({ error: { code: 'PLAYER_BANNED' } });
  await eventually(() => mate.pushed.at(-1)?.state === 'cancelled', SECONDS);
  expect(mate.pushed.at(-1)).toMatchObject({ by: 'turned-away' });
  await eventually(() => {
    const parties = mate.frames.flatMap((frame) => ('party' in frame ? [frame.party] : []));
    return parties.at(-1)?.members.length === 1;
  }, SECONDS);
  expect(mate.pushClosed).toBeNull();

  // Nor is he let in again.
  cheat.listen();
  await eventually(() => cheat.pushClosed === CloseCode.NOT_ADMITTED, SECONDS);
  mate.hangUp();
});

test('[TK-16, ACC-51] who is signed out everywhere loses socket and ticket, at whichever node; who signs out one of his devices keeps the ticket', async () => {
  const { player, ticketId } = await waiting('duel');
  // In another queue: nor are they matched with each other.
  const other = await waiting('party');
  await operator(node('a'), `${player.playerId}/sign-out`);
  await eventually(() => player.pushClosed === CloseCode.SIGNED_OUT, SECONDS);
  // Nobody of his may ask any more: the region's Redis says it.
  await eventually(async () => (await stateOf(ticketId)) === 'ended', SECONDS);

  await other.player.ask('POST', '/v1/auth/sign-out', {
    refreshToken: other.player.tokens.refreshToken,
  });
  await eventually(() => other.player.pushClosed === CloseCode.SIGNED_OUT, SECONDS);
  expect(await stateOf(other.ticketId)).toBe('searching');
});
