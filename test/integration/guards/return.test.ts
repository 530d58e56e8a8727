// RM-25: a player who returns, and whose connection ends once more before he has acknowledged.

import { once } from 'node:events';
import { expect, test } from 'vitest';
import { parseHandshake } from '../../../loadtest/bots/handshake.ts';
import { eventually } from '../../support/eventually.ts';
import { guard } from '../../support/guard.ts';
import { GuardClient, requestSeat, type Seat } from '../../support/guard-client.ts';
import { GuardProcess } from '../../support/guard-process.ts';
import { RawClient } from '../../support/raw-client.ts';
import { TcpRelay } from '../../support/tcp-relay.ts';

const HEARD_WITHIN_MS = 10_000;

/** A player who has joined, changed the state, and dropped. */
async function droppedPlayer(server: GuardProcess): Promise<GuardClient> {
  const player = await GuardClient.join(server.port, 'keeper');
  player.send('chat');
  await eventually(() => player.state['chats'] === 1, { withinMs: HEARD_WITHIN_MS });
  player.ws.terminate();
  await hears(server, ['drop']);
  return player;
}

/** Knocks with a token; the caller decides whether what comes is acknowledged. */
function knock(
  server: GuardProcess,
  { seat }: Pick<GuardClient, 'seat'>,
  token: string,
  port = server.port,
): RawClient {
  const query = new URLSearchParams({ sessionId: seat.sessionId, reconnectionToken: token });
  return new RawClient(`ws://127.0.0.1:${port}/${seat.processId}/${seat.roomId}?${query}`);
}

/** Reads the JOIN frame, without a word to the room. @returns the new token */
async function readJoin(client: RawClient): Promise<string> {
  const frame = await eventually(() => client.messages[0], { withinMs: HEARD_WITHIN_MS });
  return parseHandshake(frame).reconnectionToken;
}

async function hears(server: GuardProcess, expected: readonly string[]): Promise<void> {
  await eventually(async () => (await server.ask<string[]>('heard')).length >= expected.length, {
    withinMs: HEARD_WITHIN_MS,
  });
  expect(await server.ask('heard')).toEqual(expected);
}

/** @returns the state he finds, or null when he is refused */
async function returns(
  server: GuardProcess,
  { seat }: Pick<GuardClient, 'seat'>,
  token: string,
): Promise<GuardClient | null> {
  return GuardClient.connect(server.port, seat, token).catch(() => null);
}

guard('[RM-25] a connection lost before its JOIN frame was acknowledged costs no seat', {
  scenario: 'keeper',
  async observe(server) {
    const player = await droppedPlayer(server);
    const lost = knock(server, player, player.reconnectionToken);
    await readJoin(lost);
    lost.ws.terminate();
    await eventually(async () => (await server.ask('clients')) === 0, {
      withinMs: HEARD_WITHIN_MS,
    });
    using back = await returns(server, player, player.reconnectionToken);
    return { heard: await server.ask<string[]>('heard'), chats: back?.state['chats'] };
  },
  meridian: { heard: ['drop', 'return', 'drop', 'return'], chats: 1 },
  stock: { heard: ['drop', 'return', 'drop', 'leave'], chats: undefined },
});

test('[RM-25] old or new, the token he holds lets him in, and no other afterwards', async () => {
  await using server = await GuardProcess.start('meridian', 'keeper');
  const player = await droppedPlayer(server);
  const first = player.reconnectionToken;

  // Gone before the frame could reach him: he still holds the first.
  const unread = knock(server, player, first);
  await once(unread.ws, 'open');
  unread.ws.terminate();
  await hears(server, ['drop', 'return', 'drop']);

  const read = knock(server, player, first);
  const third = await readJoin(read);
  read.ws.terminate();
  await hears(server, ['drop', 'return', 'drop', 'return', 'drop']);
  expect(await server.ask('holds')).toBe(1);

  using back = await returns(server, player, third);
  expect(back?.state['chats']).toBe(1);
  back?.send('chat');
  await eventually(() => back?.state['chats'] === 2, { withinMs: HEARD_WITHIN_MS });
  for (const stale of [first, third]) expect(await returns(server, player, stale)).toBeNull();
  expect(await server.ask('holds')).toBe(0);
  expect(back?.closed).toBeNull();

  back?.ws.terminate();
  await eventually(async () => (await server.ask('holds')) === 1, { withinMs: HEARD_WITHIN_MS });
  for (const stale of [first, third]) expect(await returns(server, player, stale)).toBeNull();
  using again = await returns(server, player, back?.reconnectionToken ?? '');
  expect(again?.state['chats']).toBe(2);
  expect(await server.ask('heard')).not.toContain('leave');
});

test('[RM-25] so does a connection that ends while onReconnect runs', async () => {
  await using server = await GuardProcess.start('meridian', 'keeper');
  const player = await droppedPlayer(server);
  await server.ask('holdReturns');
  const lost = knock(server, player, player.reconnectionToken);
  await hears(server, ['drop', 'return']);
  lost.ws.close();
  await lost.closed;
  await server.ask('releaseReturns');
  await hears(server, ['drop', 'return', 'drop']);
  using back = knock(server, player, player.reconnectionToken);
  await back.welcomed();
  // The JOIN frame and the state, and not what Colyseus has to say about the try before.
  await eventually(() => back.messages.length >= 2, { withinMs: HEARD_WITHIN_MS });
  expect(back.errorFrame).toBeUndefined();
  await hears(server, ['drop', 'return', 'drop', 'return']);
});

test('[RM-25] and one that still looks open to the room', async () => {
  await using server = await GuardProcess.start('meridian', 'keeper');
  const player = await droppedPlayer(server);
  await using relay = await TcpRelay.open(server.port);
  using _lost = knock(server, player, player.reconnectionToken, relay.port);
  await hears(server, ['drop', 'return']);
  relay.freeze();
  using back = await returns(server, player, player.reconnectionToken);
  expect(back?.state['chats']).toBe(1);
  await hears(server, ['drop', 'return', 'drop', 'return']);
});

test('[RM-26] a newcomer who came with a word is a member before he has answered: word or token, what he holds lets him in', async () => {
  await using server = await GuardProcess.start('meridian', 'keeper');
  const { body } = await requestSeat(server.port, 'keeper');
  const newcomer = { seat: body as Seat };
  const word = 'a word that his client made up';

  // Gone before the frame could reach him: he holds his word alone.
  const unread = knock(server, newcomer, word);
  await once(unread.ws, 'open');
  unread.ws.terminate();
  await hears(server, ['drop']);

  const read = knock(server, newcomer, word);
  const token = await readJoin(read);
  read.ws.terminate();
  await hears(server, ['drop', 'return', 'drop']);

  using back = await returns(server, newcomer, token);
  back?.send('chat');
  await eventually(() => back?.state['chats'] === 1, { withinMs: HEARD_WITHIN_MS });
  for (const stale of [word, token]) expect(await returns(server, newcomer, stale)).toBeNull();
  expect(back?.closed).toBeNull();
  expect(await server.ask('clients')).toBe(1);
});

test('[RM-26] a word is bounded: a longer one is none', async () => {
  await using server = await GuardProcess.start('meridian', 'keeper');
  const { body } = await requestSeat(server.port, 'keeper');
  const newcomer = { seat: body as Seat };
  const lost = knock(server, newcomer, 'x'.repeat(65));
  await readJoin(lost);
  lost.ws.terminate();
  await hears(server, ['drop', 'leave']);
  expect(await returns(server, newcomer, 'x'.repeat(65))).toBeNull();
});

test('[RM-27] a connection that ends while onAuth is asked lets nobody in, and costs no seat', async () => {
  await using server = await GuardProcess.start('meridian', 'keeper');
  // The room is made with its first seat.
  using _other = await GuardClient.join(server.port, 'keeper');
  await server.ask('holdDoor');
  const { body } = await requestSeat(server.port, 'keeper');
  const lost = RawClient.sit(body as Seat, server.port);
  await hears(server, ['asked']);
  lost.ws.close();
  await lost.closed;
  await server.ask('releaseDoor');
  using back = await GuardClient.connect(server.port, body as Seat).catch(() => null);
  expect(back?.states).toBe(1);
  expect(await server.ask('clients')).toBe(2);
});

test('[RM-25] who leaves on purpose, is refused, or never was a member is gone', async () => {
  await using server = await GuardProcess.start('meridian', 'keeper');
  const leaving = await droppedPlayer(server);
  const gone = knock(server, leaving, leaving.reconnectionToken);
  const token = await readJoin(gone);
  gone.ws.close(4000);
  await hears(server, ['drop', 'return', 'leave']);
  for (const ended of [leaving.reconnectionToken, token]) {
    expect(await returns(server, leaving, ended)).toBeNull();
  }

  using refused = await GuardClient.join(server.port, 'keeper');
  refused.ws.terminate();
  await hears(server, ['drop', 'return', 'leave', 'drop']);
  await server.ask('refuseReturns');
  expect(await returns(server, refused, refused.reconnectionToken)).toBeNull();
  await hears(server, ['drop', 'return', 'leave', 'drop', 'return', 'leave']);

  const seat = await requestSeat(server.port, 'keeper');
  const never = RawClient.sit(seat.body as Seat, server.port);
  const newcomer = await readJoin(never);
  never.ws.terminate();
  // Colyseus': a drop whose seat cannot be kept.
  const heard = ['drop', 'return', 'leave', 'drop', 'return', 'leave', 'drop', 'leave'];
  await hears(server, heard);
  expect(newcomer).not.toBe('');
  expect(await server.ask('holds')).toBe(0);
});
