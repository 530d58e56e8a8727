// Players for running rooms when nodes die: real nodes, a real Redis, SIGKILL.

import { MemoryStorage, MeridianClient, type MeridianRoom } from '@meridian/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { matcherNode } from '../../src/matchmaking/queue/matcher-node.ts';
import { eventually } from '../support/eventually.ts';
import { longTest } from '../support/long-test.ts';
import type { MatchRegion } from '../support/match-player.ts';
import { MeridianRegion } from '../support/meridian-region.ts';
import { type RunningState, type Seated, sit, startMatch, wait } from '../support/running-match.ts';
import type { MeridianProcess } from '../support/start-meridian.ts';

const SECRET = 'a secret of one region, long enough';
const SOON = { withinMs: 20_000 };
const ANY = [{}, {}];

// Each starts nodes of its own, which takes most of the time where the machine is busy.
vi.setConfig({ testTimeout: 60_000 });

let region: MeridianRegion;
beforeEach(async () => {
  region = await MeridianRegion.open('test/support/backfill-game.ts', {
    JWT_SECRET: SECRET,
    MERIDIAN_HTTP_REQUESTS_PER_MINUTE: '100000',
    MERIDIAN_HTTP_SOCKETS_PER_ADDRESS: '1000',
    // Nodes are killed here, and none hangs: a machine that is busy starts slowly.
    MERIDIAN_CLUSTER_HANG_MS: '10000',
  });
});
afterEach(() => region?.[Symbol.asyncDispose]());

/** What players who ask that node know of the region. */
function at({ url }: MeridianProcess): MatchRegion {
  return { url, regionId: 'local', regionIds: ['local'], secret: SECRET };
}

async function startNodes(count: number): Promise<readonly MeridianProcess[]> {
  const nodes: MeridianProcess[] = [];
  for (let node = 0; node < count; node += 1) nodes.push(await region.start());
  await region.acquainted();
  return nodes;
}

/** The node that matches the queue, as all nodes know by themselves. */
async function matcherOf(queue: string): Promise<MeridianProcess> {
  const ids = await Promise.all(region.running.map((node) => region.idOf(node)));
  const matcher = matcherNode(
    ids.map((nodeId) => ({ nodeId, isDraining: false })),
    queue,
  );
  return region.running[ids.indexOf(matcher ?? '')] as MeridianProcess;
}

/** Matches at once, and how often: where a room goes is up to how busy its node was in that half second. */
const MATCHES = 8;
const MOST_ROUNDS = 8;

/** A match whose room runs on another node than matches its queue: of many not all are made where they are matched. */
async function matchApart(asked: MeridianProcess) {
  const matcher = await matcherOf('duel');
  const all: Seated[] = [];
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const waiting = await Promise.all(
      Array.from({ length: 2 * MATCHES }, () => wait(at(asked), 'duel')),
    );
    const seated = await Promise.all(waiting.map(sit));
    all.push(...seated);
    for (const [roomId, both] of Map.groupBy(seated, ({ seat }) => seat.reservation.roomId)) {
      const owner = await region.ownerOf(roomId);
      if (owner === matcher) continue;
      const others = all.filter((it) => !both.includes(it));
      await Promise.all(others.map(({ room }) => close(room)));
      return { seated: both as [Seated, Seated], owner, matcher };
    }
  }
  throw new Error('Every room was made where its queue is matched.');
}

/** Whoever is in a room leaves it, and nobody comes. */
async function close(room: Seated['room']): Promise<void> {
  room.send('stop');
  await room.leave();
}

longTest(
  '[TK-55] a room that lacks a player gets him though the node that was looking is killed',
  async () => {
    const nodes = await startNodes(3);
    const { seated, owner, matcher } = await matchApart(nodes[0] as MeridianProcess);
    const [stayer, leaver] = seated;
    await leaver.room.leave();
    const lives = nodes.find((it) => it !== matcher) as MeridianProcess;
    await region.kill(matcher);
    const newcomer = await sit(await wait(at(lives), 'duel'));
    expect(newcomer.seat.reservation.roomId).toBe(stayer.seat.reservation.roomId);
    expect(newcomer.seat.team).toBe(leaver.seat.team);
    expect(await region.ownerOf(stayer.seat.reservation.roomId)).toBe(owner);
  },
);

async function signedIn({ url }: MeridianProcess, displayName: string): Promise<MeridianClient> {
  const client = new MeridianClient(url, { storage: new MemoryStorage() });
  await client.signInAsGuest({ displayName });
  return client;
}

async function join(client: MeridianClient, queue: string): Promise<MeridianRoom<RunningState>> {
  const ticket = await client.matchmaking.enter(queue);
  return await ticket.join<RunningState>();
}

test.each([
  ['is killed', (node: MeridianProcess) => region.kill(node)],
  ['is drained', (node: MeridianProcess) => region.drain(node)],
])(
  '[TK-55] a room whose node %s knows its match, whom it lacks and who came, and asks again',
  async (_, end) => {
    const [first] = (await startNodes(2)) as [MeridianProcess];
    const clients = await Promise.all([signedIn(first, 'Stayer'), signedIn(first, 'Newcomer')]);
    const [stayer, ...others] = (await Promise.all([
      join(clients[0] as MeridianClient, 'pairs'),
      ...[1, 2, 3].map(async () => sit(await wait(at(first), 'pairs'))),
    ])) as [MeridianRoom<RunningState>, Seated, Seated, Seated];
    const { roomId } = stayer;
    await eventually(() => stayer.state.came?.length === 4, SOON);
    // One is replaced before the room is elsewhere, one after it.
    const [early, late] = others;
    await early.room.leave();
    const newcomer = await join(clients[1] as MeridianClient, 'pairs');
    expect(newcomer.roomId).toBe(roomId);
    await eventually(() => stayer.state.lineUp.includes('Newcomer'), SOON);
    await region.written(roomId, 'Newcomer');
    await late.room.leave();
    await region.written(roomId, `${late.player.tokens.displayName} left`);
    const before = await region.ownerOf(roomId);
    await end(before);
    const other = region.running.find((node) => node !== before) as MeridianProcess;
    await eventually(() => stayer.state.isRestored && newcomer.state.isRestored, SOON);
    const replacement = await sit(await wait(at(other), 'pairs'));
    expect(replacement.seat.reservation.roomId).toBe(roomId);
    expect(replacement.seat.team).toBe(late.seat.team);
    const { displayName } = replacement.player.tokens;
    await eventually(() => stayer.state.lineUp.includes(displayName), SOON);
    const names = stayer.state.lineUp.split(/[;,]/);
    for (const name of ['Stayer', 'Newcomer']) expect(names).toContain(name);
    for (const { player } of [early, late]) {
      expect(names).not.toContain(player.tokens.displayName);
    }
    for (const client of clients) client.regions.stop();
    await Promise.all([stayer.leave(), newcomer.leave()]);
  },
);

longTest(
  '[TK-21, TK-50] of a crowd that wants into rooms that lack players nobody gets two seats, and no place two players',
  async () => {
    const nodes = await startNodes(2);
    const [one] = nodes as [MeridianProcess];
    const matches = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const seated = await startMatch(at(one), 'duel', ANY);
        return seated as readonly [Seated, Seated];
      }),
    );
    for (const { room } of matches.flat()) room.send('lock');
    await Promise.all(matches.map(([, leaver]) => leaver.room.leave()));
    for (const [stayer] of matches) stayer.room.send('unlock');
    const crowd = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        wait(at(nodes[index % 2] as MeridianProcess), 'duel'),
      ),
    );
    const seats = await Promise.all(crowd.map(({ player, ticket }) => player.matched(ticket)));
    expect(new Set(seats.map(({ reservation }) => reservation.sessionId)).size).toBe(20);
    const running = new Map(matches.map(([stayer]) => [stayer.seat.reservation.roomId, stayer]));
    const byRoom = Map.groupBy(seats, ({ reservation }) => reservation.roomId);
    for (const [roomId, ofRoom] of byRoom) {
      const stayer = running.get(roomId);
      const teams = [...ofRoom, ...(stayer === undefined ? [] : [stayer.seat])].map(
        ({ team }) => team,
      );
      expect(teams.toSorted()).toEqual([0, 1]);
    }
    // A crowd of even number: as many rooms were filled as leave an even number behind.
    const filled = [...byRoom.keys()].filter((roomId) => running.has(roomId));
    expect(filled.length % 2).toBe(0);
  },
);
