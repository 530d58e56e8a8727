// Matchmaking through the client SDK: probes, tickets, push sockets, parties and rooms of a real node; wherever its queues are matched.

import { MemoryStorage, MeridianClient, type MeridianRoom } from '@meridian/client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RegionDoors } from '../../client-sdk/src/room-door.ts';
import { eventually } from '../support/eventually.ts';
import { MATCH_WORLD, type MatchWorld, STARTS_WITHIN_MS } from '../support/match-worlds.ts';
import { startRegions } from '../support/start-regions.ts';
import { TcpRelay } from '../support/tcp-relay.ts';

const SECRET = 'a secret of one region, long enough';
const SOON = { withinMs: 10_000 };

interface MatchState {
  readonly queue: string;
  readonly seats: Iterable<string> & { readonly length: number };
}

const clients: MeridianClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.regions.stop();
    await client.signOut();
  }
});

describe.each(MATCH_WORLD)('$name', ({ open }) => {
  let world: MatchWorld;
  beforeAll(async () => {
    world = await open('test/support/match-game.ts', { JWT_SECRET: SECRET });
  }, STARTS_WITHIN_MS);
  afterAll(() => world?.[Symbol.asyncDispose]());

  async function signedIn(storage = new MemoryStorage()): Promise<MeridianClient> {
    const client = new MeridianClient(world.node.url, { storage });
    clients.push(client);
    await client.signInAsGuest();
    return client;
  }

  async function meet(rooms: readonly MeridianRoom<MatchState>[]): Promise<void> {
    const [first] = rooms;
    expect(new Set(rooms.map(({ roomId }) => roomId)).size).toBe(1);
    await eventually(() => first?.state.seats?.length === rooms.length, SOON);
    await Promise.all(rooms.map((room) => room.leave()));
  }

  test('two clients enter a queue and meet in one room', async () => {
    const both = await Promise.all([signedIn(), signedIn()]);
    const rooms = await Promise.all(
      both.map(async ({ matchmaking }) => {
        const ticket = await matchmaking.enter('duel');
        return await ticket.join<MatchState>();
      }),
    );
    await eventually(() => rooms[0]?.state.queue === 'duel', SOON);
    await meet(rooms);
  });

  test('whoever joins a ticket twice gets the one room there is a seat in', async () => {
    const both = await Promise.all([signedIn(), signedIn()]);
    const tickets = await Promise.all(both.map(({ matchmaking }) => matchmaking.enter('duel')));
    const rooms = await Promise.all(tickets.map((ticket) => ticket.join<MatchState>()));
    const [room] = rooms as [MeridianRoom<MatchState>];
    expect(tickets.map(({ state }) => state)).toEqual(['matched', 'matched']);
    expect(await tickets[0]?.join(), 'there is one seat').toBe(room);
    await meet(rooms);
  });

  test('a ticket survives a page reload, explains itself, and is taken back', async () => {
    const storage = new MemoryStorage();
    const before = await signedIn(storage);
    const { ticketId } = await before.matchmaking.enter('duel');
    const after = await signedIn(storage);
    const ticket = await after.matchmaking.current();
    expect(ticket?.ticketId).toBe(ticketId);
    await eventually(async () => (await ticket?.explain())?.ticketId === ticketId, SOON);
    expect(await after.matchmaking.enter('duel'), 'who waits already').toBe(ticket);
    await ticket?.cancel();
    expect(ticket?.state).toBe('cancelled');
    expect(await after.matchmaking.current()).toBeNull();
  });

  test('friends who queue together hear of it, and sit in one team', async () => {
    const four = await Promise.all([signedIn(), signedIn(), signedIn(), signedIn()]);
    const [anna, ben, carl, dora] = four as [
      MeridianClient,
      MeridianClient,
      MeridianClient,
      MeridianClient,
    ];
    const joinAll = [ben, dora].map(
      ({ matchmaking }) =>
        new Promise<MeridianRoom<MatchState>>((resolve, reject) => {
          matchmaking.onTicket((ticket) => void ticket.join<MatchState>().then(resolve, reject));
        }),
    );
    for (const [leader, friend] of [
      [anna, ben],
      [carl, dora],
    ] as const) {
      const { code } = await leader.parties.create();
      await friend.parties.join(code.toLowerCase());
      await eventually(() => leader.parties.current?.members.length === 2, SOON);
    }
    const tickets = await Promise.all([anna, carl].map((it) => it.matchmaking.enter('party')));
    const rooms = await Promise.all([
      ...tickets.map((ticket) => ticket.join<MatchState>()),
      ...joinAll,
    ]);
    await meet(rooms);
    await anna.parties.leave();
    await eventually(() => ben.parties.current?.leaderId === ben.playerId, SOON);
    expect(anna.parties.current).toBeNull();
  });

  test('a seat in another region is taken there, and its room looks there when it is lost', async () => {
    await using relay = await TcpRelay.open(world.node.port);
    const asked: string[] = [];
    const doors = new RegionDoors('http://127.0.0.1:9', {
      fetch: (url, init) => {
        asked.push(url);
        return fetch(url, init);
      },
      room: {},
      joinTimeoutMs: 5_000,
    });
    const { accessToken } = await world.node.signIn();
    const answer = await fetch(`${world.node.url}/matchmake/joinOrCreate/match`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
      body: '{}',
    });
    const {
      publicAddress: _own,
      nodes: _nodes,
      ...seat
    } = (await answer.json()) as Parameters<typeof doors.own.enter>[0];
    const regionUrl = `http://127.0.0.1:${relay.port}/`;
    const room = await doors.of(regionUrl).enterOnlySeat<MatchState>(seat, {}, null);
    const states: string[] = [];
    room.onConnection(({ kind }) => states.push(kind));
    await eventually(() => room.state.seats?.length === 1, SOON);
    relay.cut();
    await eventually(() => states.includes('reconnecting'), SOON);
    await eventually(() => asked.some((url) => url.startsWith(`${regionUrl}v1/rooms/`)), SOON);
    expect(asked.filter((url) => !url.startsWith(regionUrl))).toEqual([]);
    expect(doors.of(regionUrl)).toBe(doors.of(regionUrl.slice(0, -1)));
    expect(doors.of(null)).toBe(doors.own);
    await room.leave();
  });
});

test('a room in another region is joined there by its id, in the name of the same player', async () => {
  await using regions = await startRegions({
    delaysMs: { near: 0, far: 0 },
    secret: 'a secret that both of the regions have',
  });
  const client = new MeridianClient(regions.region('near').url, { storage: new MemoryStorage() });
  clients.push(client);
  const { playerId } = await client.signInAsGuest();
  const host = new MeridianClient(regions.region('far').url, { storage: new MemoryStorage() });
  clients.push(host);
  await host.signInAsGuest();
  const hosted = await host.joinOrCreate('counter');
  await expect(client.joinById(hosted.roomId)).rejects.toMatchObject({ code: 'ROOM_UNKNOWN' });
  const nowhere = client.joinById(hosted.roomId, {}, { regionId: 'nowhere' });
  await expect(nowhere).rejects.toMatchObject({ code: 'ROOM_UNKNOWN' });
  const room = await client.joinById(hosted.roomId, {}, { regionId: 'far' });
  expect(room.roomId).toBe(hosted.roomId);
  expect(client.playerId).toBe(playerId);
  await Promise.all([room.leave(), hosted.leave()]);
});
