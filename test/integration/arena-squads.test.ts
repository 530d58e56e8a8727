// Squads of the arena on real nodes: parties that the queue puts against each other, and what a match does to their ratings.

import { MemoryStorage, MeridianClient, type MeridianRoom } from '@meridian/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ArenaState } from '../../demos/arena/shared/arena-state.ts';
import { SQUAD_QUEUE } from '../../demos/arena/shared/rules.ts';
import { eventually } from '../support/eventually.ts';
import { MATCH_WORLD, type MatchWorld, STARTS_WITHIN_MS } from '../support/match-worlds.ts';

const SOON = { withinMs: 10_000, everyMs: 100 };

interface Fighter {
  readonly client: MeridianClient;
  readonly room: MeridianRoom<ArenaState>;
}

describe.each(MATCH_WORLD)('$name', ({ open }) => {
  let world: MatchWorld;
  beforeAll(async () => {
    world = await open('test/support/squads-game.ts', {
      JWT_SECRET: 'a secret of one region, long enough',
      MERIDIAN_HTTP_REQUESTS_PER_MINUTE: '1000',
    });
  }, STARTS_WITHIN_MS);
  afterAll(() => world?.[Symbol.asyncDispose]());

  async function signedIn(): Promise<MeridianClient> {
    const client = new MeridianClient(world.node.url, { storage: new MemoryStorage() });
    await client.signInAsGuest();
    return client;
  }

  /** Two who come as a party; each joins whatever the leader enters. */
  async function squad(): Promise<readonly Fighter[]> {
    const clients = [await signedIn(), await signedIn()] as const;
    const joined = clients.map(
      (client) =>
        new Promise<Fighter>((resolve, reject) => {
          client.matchmaking.onTicket((ticket) => {
            ticket.join<ArenaState>().then((room) => resolve({ client, room }), reject);
          });
        }),
    );
    const { code } = await clients[0].parties.create();
    await clients[1].parties.join(code);
    await clients[0].matchmaking.enter(SQUAD_QUEUE);
    const fighters = await Promise.all(joined);
    for (const client of clients) client.regions.stop();
    return fighters;
  }

  test('[TK-22] [TK-23] [TK-31] two squads fight, nobody else gets in, and the first match is rated', async () => {
    const [ones, twos] = (await Promise.all([squad(), squad()])) as [Fighter[], Fighter[]];
    const all = [...ones, ...twos];
    expect(new Set(all.map((one) => one.room.roomId)).size).toBe(1);
    const { room } = all[0] as Fighter;
    await eventually(() => room.state.fighters?.size === 4, SOON);
    const teamsOf = (fighters: readonly Fighter[]) =>
      fighters.map((one) => room.state.fighters.get(one.room.sessionId)?.team);
    expect([new Set(teamsOf(ones)).size, new Set(teamsOf(twos)).size]).toEqual([1, 1]);
    expect(new Set(teamsOf(all))).toEqual(new Set([1, 2]));
    expect([...room.state.fighters.values()].some(({ isBot }) => isBot)).toBe(false);

    // One has left: his place is nobody else's.
    await (all[3] as Fighter).room.leave();
    await eventually(() => room.state.fighters.size === 3, SOON);
    const stranger = await signedIn();
    await expect(stranger.joinById(room.roomId)).rejects.toMatchObject({ code: 'FORBIDDEN' });

    for (const { client } of all) {
      await eventually(
        async () =>
          (await client.profile.get()).statistics['rating.squads.playedAtMs'] !== undefined,
        SOON,
      );
    }
    await Promise.all(all.slice(0, 3).map((one) => one.room.leave()));
  });
});
