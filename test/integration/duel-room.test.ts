// The duel's room on a real node: what its players, spectators and strangers can and cannot do.

import { join } from 'node:path';
import { Client as StockClient } from '@colyseus/sdk';
import { MemoryStorage, MeridianClient, type MeridianRoom } from '@meridian/client';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { DuelState } from '../../demos/duel/shared/duel-state.ts';
import type { DuelOptions, Refusal } from '../../demos/duel/shared/messages.ts';
import { formatMove, replay } from '../../demos/duel/shared/notation.ts';
import { legalMoves, opponentOf, type Seat } from '../../demos/duel/shared/rules.ts';
import { game } from '../../demos/game.ts';
import { type MeridianNode, startNode } from '../../src/app/node.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { eventually } from '../support/eventually.ts';
import { TcpRelay } from '../support/tcp-relay.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type DuelClientRoom = MeridianRoom<DuelState>;

interface Guest {
  readonly client: MeridianClient;
  readonly room: DuelClientRoom;
  readonly refusals: Refusal[];
}

let node: MeridianNode;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let guests: Guest[] = [];

beforeAll(async () => {
  folder = await temporaryFolder('duel');
  const config = loadConfig({
    PORT: '0',
    MERIDIAN_HTTP_BIND_ADDRESS: '127.0.0.1',
    MERIDIAN_HTTP_MATCHMAKE_PER_MINUTE: '1000',
    MERIDIAN_PROFILES_SQLITE_PATH: join(folder.path, 'duel.sqlite'),
    MERIDIAN_ADMIN_METRICS_PORT: '0',
    MERIDIAN_ADMIN_ADMIN_PORT: '0',
    MERIDIAN_PROCESS_LOG_LEVEL: 'silent',
    MERIDIAN_PROCESS_SHUTDOWN_DEADLINE_MS: '2000',
  });
  node = await startNode(config, {
    rooms: game.rooms,
    ...(game.queues === undefined ? {} : { queues: game.queues }),
  });
});

afterEach(async () => {
  await Promise.all(guests.map(({ room }) => room.leave()));
  guests = [];
});

afterAll(async () => {
  await node?.stop();
  await folder?.[Symbol.asyncDispose]();
});

test('two players play a game to its end; only legal moves count, and the winner keeps his win', async () => {
  const { first, second } = await startedTable();
  const refusedBefore = first.refusals.length + second.refusals.length;
  let plies = 0;
  while (stateOf(first).phase === 'playing') {
    const { mover } = await turnOf([first, second], plies);
    mover.room.send('move', { game: 1, ply: plies, move: someLegalMove(mover) });
    plies++;
    await eventually(() => stateOf(first).moves.length === plies, { withinMs: 3_000 });
  }
  expect(stateOf(first)).toMatchObject({ phase: 'over', ending: 'stuck' });
  expect(first.refusals.length + second.refusals.length).toBe(refusedBefore);
  const winner = [first, second].find((player) => seatOf(player) === stateOf(first).winner);
  await eventually(
    async () => (await winner?.client.profile.get())?.statistics['duel.wins'] === 1,
    {
      withinMs: 3_000,
    },
  );
});

test('whatever is not a legal move of the right player is refused with its reason, and changes nothing', async () => {
  const { first, second } = await startedTable();
  const { mover, waiter } = await turnOf([first, second], 0);
  const before = JSON.stringify(mover.room.state);
  const move = someLegalMove(mover);
  waiter.room.send('move', { game: 1, ply: 0, move });
  mover.room.send('move', { game: 1, ply: 0, move: 'e5-e5' });
  mover.room.send('move', { game: 1, ply: 5, move });
  mover.room.send('move', { game: 2, ply: 0, move });
  mover.room.send('rematch', { game: 1, isWanted: true });
  await eventually(() => mover.refusals.length === 4 && waiter.refusals.length === 1, {
    withinMs: 3_000,
  });
  expect(waiter.refusals.map(({ reason }) => reason)).toEqual(['not-your-turn']);
  expect(mover.refusals.map(({ reason }) => reason)).toEqual([
    'illegal-move',
    'other-ply',
    'other-game',
    'not-over',
  ]);
  expect(JSON.stringify(mover.room.state)).toBe(before);
});

test('a message that is none ends the connection of its sender only', async () => {
  const { first, second } = await startedTable();
  const left = new Promise((resolve) => second.room.onLeave((code) => resolve(code)));
  second.room.send('move', { game: 1, ply: 0, move: { $ne: 1 }, seat: 1 });
  expect(await left).toBe(4002);
  await eventually(() => !stateOf(first).seats.every(({ isConnected }) => isConnected), {
    withinMs: 3_000,
  });
  expect(first.room.connection.kind).toBe('connected');
});

test('the third watches, and may do nothing else; a stranger gets a table of his own', async () => {
  const { first } = await startedTable();
  const third = await guest({ roomId: first.room.roomId });
  await eventually(() => stateOf(first).spectators.size === 1, { withinMs: 3_000 });
  third.room.send('move', { game: 1, ply: 0, move: someLegalMove(first) });
  third.room.send('resign', { game: 1 });
  third.room.send('rematch', { game: 1, isWanted: true });
  await eventually(() => third.refusals.length === 3, { withinMs: 3_000 });
  expect(new Set(third.refusals.map(({ reason }) => reason))).toEqual(new Set(['not-seated']));
  expect(stateOf(first).phase).toBe('playing');
  const stranger = await guest({});
  expect(stranger.room.roomId).not.toBe(first.room.roomId);
  await third.room.leave();
  await eventually(() => stateOf(first).spectators.size === 0, { withinMs: 3_000 });
});

test('tables for friends and the bot are never given to strangers', async () => {
  const friend = await guest({ opponent: 'friend' });
  const bot = await guest({ opponent: 'bot' });
  const anyone = await guest({ opponent: 'anyone' });
  const unsaid = await guest({});
  const rooms = [friend, bot, anyone].map(({ room }) => room.roomId);
  expect(new Set(rooms).size).toBe(3);
  expect(unsaid.room.roomId).toBe(anyone.room.roomId);
});

test('a lost connection keeps its seat, visibly, and gets it back', async () => {
  await using relay = await TcpRelay.open(node.ports.port);
  const first = await guest({ opponent: 'friend' });
  const second = await guest({ roomId: first.room.roomId, port: relay.port });
  await eventually(() => stateOf(first).phase === 'playing', { withinMs: 3_000 });
  const seat = seatOf(second) as Seat;
  relay.refuse(true);
  relay.cut();
  await eventually(() => stateOf(first).seats[seat]?.isConnected === false, { withinMs: 3_000 });
  expect(stateOf(first).seats[seat]?.forfeitAtMs).toBeGreaterThan(Date.now());
  expect(stateOf(first).phase).toBe('playing');
  relay.refuse(false);
  await eventually(() => stateOf(first).seats[seat]?.isConnected === true, { withinMs: 8_000 });
  expect(stateOf(first).seats[seat]).toMatchObject({ forfeitAtMs: 0 });
  expect(second.room.connection.kind).toBe('resumed');
  // Before the relay closes, or it would look for it for a minute.
  await second.room.leave();
});

test('a player who reloads the page has his seat again, and nobody else gets it', async () => {
  const { first, second } = await startedTable();
  const seat = seatOf(second) as Seat;
  second.room.colyseus.reconnection.enabled = false;
  second.room.colyseus.connection.close(4010);
  await eventually(() => stateOf(first).seats[seat]?.isConnected === false, { withinMs: 3_000 });
  const stranger = await guest({ roomId: first.room.roomId });
  expect(seatOf(stranger)).toBeNull();
  const again = await second.client.joinById<DuelState>(first.room.roomId);
  await eventually(() => stateOf(first).seats[seat]?.isConnected === true, { withinMs: 3_000 });
  expect(stateOf(first).seats[seat]?.sessionId).toBe(again.sessionId);
  await again.leave();
  await eventually(() => stateOf(first).phase === 'over', { withinMs: 3_000 });
  expect(stateOf(first)).toMatchObject({ ending: 'left', winner: opponentOf(seat) });
});

test('whoever lets the clock run out loses, without anybody asking', async () => {
  const { first, second } = await startedTable({ clockMs: 3_000 });
  const { mover } = await turnOf([first, second], 0);
  await eventually(() => stateOf(first).phase === 'over', { withinMs: 6_000 });
  expect(stateOf(first)).toMatchObject({
    ending: 'flag',
    winner: opponentOf(seatOf(mover) as Seat),
    turnEndsAtMs: 0,
  });
});

test('after resigning, both may agree on a rematch in which the other begins', async () => {
  const { first, second } = await startedTable();
  const begun = (await turnOf([first, second], 0)).mover;
  begun.room.send('resign', { game: 1 });
  await eventually(() => stateOf(first).phase === 'over', { withinMs: 3_000 });
  first.room.send('rematch', { game: 1, isWanted: true });
  await eventually(() => stateOf(second).seats[seatOf(first) as Seat]?.wantsRematch === true, {
    withinMs: 3_000,
  });
  second.room.send('rematch', { game: 1, isWanted: true });
  await eventually(() => stateOf(first).game === 2 && stateOf(second).game === 2, {
    withinMs: 3_000,
  });
  expect((await turnOf([first, second], 0)).waiter).toBe(begun);
});

test('[TK-22] [TK-23] the queue seats two at a table of their own; the first game is rated, a rematch is not', async () => {
  const [first, second] = await matchedPair();
  expect([seatOf(first), seatOf(second)].toSorted()).toEqual([0, 1]);
  expect(stateOf(first).seats.map(({ rating }) => rating)).toEqual([1_500, 1_500]);
  const stranger = await guest({});
  expect(stranger.room.roomId).not.toBe(first.room.roomId);

  first.room.send('resign', { game: 1 });
  const [lost, won] = await Promise.all([first, second].map(ratedOnce));
  expect(won).toBeGreaterThan(0);
  expect(lost).toBeLessThan(0);
  for (const { room } of [first, second]) room.send('rematch', { game: 1, isWanted: true });
  await eventually(() => stateOf(first).game === 2, { withinMs: 3_000 });
  second.room.send('resign', { game: 2 });
  await eventually(async () => (await first.client.profile.get()).statistics['duel.wins'] === 1, {
    withinMs: 3_000,
  });
  expect(await ratedOnce(first)).toBe(lost);
});

test('the bot answers each move and gives a rematch', async () => {
  const player = await guest({ opponent: 'bot' });
  for (let answered = 0; answered < 2; answered++) {
    await eventually(() => isTurnOf(player), { withinMs: 5_000 });
    const ply = stateOf(player).moves.length;
    player.room.send('move', { game: 1, ply, move: someLegalMove(player) });
    await eventually(() => stateOf(player).moves.length >= ply + 2, { withinMs: 5_000 });
  }
  player.room.send('resign', { game: 1 });
  await eventually(() => stateOf(player).phase === 'over', { withinMs: 3_000 });
  player.room.send('rematch', { game: 1, isWanted: true });
  await eventually(() => stateOf(player).game === 2, { withinMs: 3_000 });
});

test('an unmodified Colyseus client plays, with the state alone', async () => {
  const first = await guest({ opponent: 'friend' });
  const { accessToken } = (await (
    await fetch(`http://127.0.0.1:${node.ports.port}/v1/auth/guest`, { method: 'POST' })
  ).json()) as { accessToken: string };
  const stock = new StockClient(`http://127.0.0.1:${node.ports.port}`);
  stock.auth.token = accessToken;
  const room = await stock.joinById<DuelState>(first.room.roomId);
  await eventually(() => room.state.phase === 'playing', { withinMs: 3_000 });
  room.send('resign', { game: 1 });
  await eventually(() => room.state.ending === 'resigned', { withinMs: 3_000 });
  await room.leave();
});

/** One more player, at the table named or at whichever one suits. */
async function guest(
  wish: DuelOptions & { readonly roomId?: string; readonly port?: number },
): Promise<Guest> {
  const { port = node.ports.port, roomId, ...options } = wish;
  const client = new MeridianClient(`http://127.0.0.1:${port}`, { storage: new MemoryStorage() });
  await client.signInAsGuest();
  const room =
    roomId === undefined
      ? await client.joinOrCreate<DuelState>('duel', { ...options })
      : await client.joinById<DuelState>(roomId);
  const refusals: Refusal[] = [];
  room.onMessage<Refusal>('refused', (refusal) => refusals.push(refusal));
  await eventually(() => room.state?.seats?.length === 2, { withinMs: 3_000 });
  const joined = { client, room, refusals };
  guests.push(joined);
  return joined;
}

/** Two strangers who have met by the queue. */
async function matchedPair(): Promise<readonly [Guest, Guest]> {
  const enter = async (): Promise<Guest> => {
    const url = `http://127.0.0.1:${node.ports.port}`;
    const client = new MeridianClient(url, { storage: new MemoryStorage() });
    await client.signInAsGuest();
    const ticket = await client.matchmaking.enter('duel');
    client.regions.stop();
    const met = { client, room: await ticket.join<DuelState>(), refusals: [] };
    guests.push(met);
    return met;
  };
  const pair = await Promise.all([enter(), enter()]);
  await eventually(() => pair.every((who) => stateOf(who).phase === 'playing'), {
    withinMs: 3_000,
  });
  return pair;
}

/** @returns what games have added to the rating of a new player */
async function ratedOnce({ client }: Guest): Promise<number> {
  return await eventually(
    async () => (await client.profile.get()).statistics['rating.duel.mu'] ?? null,
    { withinMs: 5_000, everyMs: 100 },
  );
}

async function startedTable(
  options: DuelOptions = {},
): Promise<{ readonly first: Guest; readonly second: Guest }> {
  const first = await guest({ opponent: 'friend', ...options });
  const second = await guest({ roomId: first.room.roomId });
  await eventually(
    () => stateOf(first).phase === 'playing' && stateOf(second).phase === 'playing',
    { withinMs: 3_000 },
  );
  return { first, second };
}

function stateOf({ room }: Guest): DuelState {
  return room.state;
}

function seatOf(who: Guest): Seat | null {
  const seat = stateOf(who).seats.findIndex(({ sessionId }) => sessionId === who.room.sessionId);
  return seat === 0 || seat === 1 ? seat : null;
}

function isTurnOf(who: Guest): boolean {
  const { layout, moves, phase } = stateOf(who);
  return phase === 'playing' && replay(layout, moves)?.turn === seatOf(who);
}

/** Once both have seen so many moves: who moves, and who waits. */
async function turnOf(
  [one, other]: readonly [Guest, Guest],
  plies: number,
): Promise<{ readonly mover: Guest; readonly waiter: Guest }> {
  await eventually(() => [one, other].every((who) => stateOf(who).moves.length === plies), {
    withinMs: 3_000,
  });
  return isTurnOf(one) ? { mover: one, waiter: other } : { mover: other, waiter: one };
}

function someLegalMove(who: Guest): string {
  const position = replay(stateOf(who).layout, stateOf(who).moves);
  const [move] = position === null ? [] : legalMoves(position, position.turn);
  if (move === undefined) throw new Error('there is no legal move');
  return formatMove(move);
}
