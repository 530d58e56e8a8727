// Squads of the arena on a real node: parties that the queue puts against each other, and what a match does to their ratings.

import { join } from 'node:path';
import { MemoryStorage, MeridianClient, type MeridianRoom } from '@meridian/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ArenaRoom } from '../../demos/arena/server/arena-room.ts';
import type { ArenaState } from '../../demos/arena/shared/arena-state.ts';
import { SQUAD_QUEUE } from '../../demos/arena/shared/rules.ts';
import { game } from '../../demos/game.ts';
import { type MeridianNode, startNode } from '../../src/app/node.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SOON = { withinMs: 10_000, everyMs: 100 };

interface Fighter {
  readonly client: MeridianClient;
  readonly room: MeridianRoom<ArenaState>;
}

let node: MeridianNode;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder('squads');
  const config = loadConfig({
    PORT: '0',
    MERIDIAN_HTTP_BIND_ADDRESS: '127.0.0.1',
    MERIDIAN_HTTP_REQUESTS_PER_MINUTE: '1000',
    MERIDIAN_PROFILES_SQLITE_PATH: join(folder.path, 'squads.sqlite'),
    MERIDIAN_ADMIN_METRICS_PORT: '0',
    MERIDIAN_ADMIN_ADMIN_PORT: '0',
    MERIDIAN_PROCESS_LOG_LEVEL: 'silent',
    MERIDIAN_PROCESS_SHUTDOWN_DEADLINE_MS: '2000',
  });
  node = await startNode(config, {
    // A match that ends while the test looks on.
    rooms: { arena: { room: ArenaRoom, options: { matchMs: 1_500 } } },
    queues: { [SQUAD_QUEUE]: game.queues?.[SQUAD_QUEUE] as never },
  });
});

afterAll(async () => {
  await node?.stop();
  await folder?.[Symbol.asyncDispose]();
});

async function signedIn(): Promise<MeridianClient> {
  const url = `http://127.0.0.1:${node.ports.port}`;
  const client = new MeridianClient(url, { storage: new MemoryStorage() });
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
      async () => (await client.profile.get()).statistics['rating.squads.playedAtMs'] !== undefined,
      SOON,
    );
  }
  await Promise.all(all.slice(0, 3).map((one) => one.room.leave()));
});
