// Two builds of a game beside each other in a region: real nodes, a real Redis, and the operator's command.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RedisAuditStore } from '../../src/admin/audit-store-redis.ts';
import { runReleaseCommand } from '../../src/app/release-command.ts';
import type { ReleaseReport } from '../../src/app/release-report.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { eventually } from '../support/eventually.ts';
import { longTest } from '../support/long-test.ts';
import { MeridianRegion } from '../support/meridian-region.ts';
import { matchmake } from '../support/raw-client.ts';
import type { MeridianProcess } from '../support/start-meridian.ts';
import { PATIENCE, Player } from '../support/survival-player.ts';

const GAME = 'test/support/survival-game.ts';
const ROOMS = 10;
/** Several processes, beside those of other tests. */
const STARTS_WITHIN_MS = 90_000;

let region: MeridianRegion;
let stable: MeridianProcess;
let canary: MeridianProcess;
let titles = 0;

/** The command as an operator gives it. */
async function release(...args: readonly string[]) {
  let output = '';
  let progress = '';
  const exitCode = await runReleaseCommand(
    args,
    { REDIS_URI: region.redis.uri },
    {
      output: (text) => {
        output += text;
      },
      progress: (text) => {
        progress += text;
      },
    },
  );
  return { exitCode, output, progress };
}

async function releaseReport(...args: readonly string[]) {
  const { exitCode, output } = await release(...args, '--json');
  return { exitCode, report: JSON.parse(output) as ReleaseReport };
}

/** Which nodes new rooms are made on, asked of both nodes in turn. */
async function placesOfNewRooms(): Promise<ReadonlyMap<string, number>> {
  const places = new Map<string, number>();
  for (let room = 0; room < ROOMS; room += 1) {
    titles += 1;
    const asked = room % 2 === 0 ? stable : canary;
    const { body } = await matchmake(asked, {
      target: 'journal',
      body: { title: `release ${titles}` },
    });
    places.set(body.processId, (places.get(body.processId) ?? 0) + 1);
  }
  return places;
}

/** Nodes hear of a change with their next look at Redis. */
async function placedWhere(...nodes: readonly MeridianProcess[]): Promise<void> {
  const wanted = await Promise.all(nodes.map((node) => region.idOf(node)));
  await eventually(
    async () => {
      const places = [...(await placesOfNewRooms()).keys()];
      return places.length === wanted.length && places.every((it) => wanted.includes(it));
    },
    { withinMs: 20_000 },
  );
}

describe('a release, step by step', () => {
  let player: Player;
  beforeAll(async () => {
    region = await MeridianRegion.open(GAME);
    [stable, canary] = (await Promise.all(
      ['b1', 'b2'].map((build) => region.start({ env: { MERIDIAN_CLUSTER_BUILD: build } })),
    )) as [MeridianProcess, MeridianProcess];
    await region.acquainted();
  }, STARTS_WITHIN_MS);
  afterAll(() => region[Symbol.asyncDispose]());

  test('[RO-2] before the first one, load alone decides', async () => {
    const { exitCode, report } = await releaseReport('status');
    expect(exitCode).toBe(0);
    expect(report.builds).toMatchObject([
      { build: 'b1', share: null, openNodes: 1 },
      { build: 'b2', share: null, openNodes: 1 },
    ]);
    expect((await release('status')).output).toContain('b1     by load  1');
  });

  test('[RO-1] a canary of nothing gets no room, asked of whichever node', async () => {
    expect((await release('canary', 'b2', '--share', '0', '--by', 'ada')).exitCode).toBe(0);
    await placedWhere(stable);
    expect([...(await placesOfNewRooms()).values()]).toEqual([ROOMS]);
    player = await Player.make(region, stable, 'journal');
  });

  test('[RO-4] what would be done is said, and not done', async () => {
    const { output } = await release('canary', 'b2', '--share', '5', '--dry-run');
    expect(output).toContain('would: canary b2 5 %\nshares: b1 100 %, b2 0 % -> b1 95 %, b2 5 %\n');
    const { report } = await releaseReport('status');
    expect(report.shares).toEqual({ b1: 1, b2: 0 });
  });

  test('[RO-1] with a share both builds get rooms, and nodes count calls by build', async () => {
    expect((await release('canary', 'b2', '--share', '50')).exitCode).toBe(0);
    await placedWhere(stable, canary);
    const made = 'meridian_seat_calls_total{call="create",build="b2",outcome="ok"}';
    // Who makes a room of another build than its own is drawn anew for each.
    await eventually(
      async () => {
        await placesOfNewRooms();
        return (await stable.metric(made)) > 0;
      },
      { withinMs: 20_000 },
    );
    expect(await canary.metric('meridian_build_info{build="b2"}')).toBe(1);
  });

  test('[RO-6] a Redis that has lost the shares gets them back from the nodes', async () => {
    await using redis = region.redis.client();
    await redis.del(redisKeys.release);
    await eventually(async () => (await redis.exists(redisKeys.release)) === 1, PATIENCE);
    const { report } = await releaseReport('status');
    expect(report.shares).toEqual({ b1: 0.5, b2: 0.5 });
  });

  test('[RO-7] a promotion moves no room: who plays in the old build plays on there', async () => {
    expect((await release('promote', 'b2')).exitCode).toBe(0);
    await placedWhere(canary);
    await player.say('still here');
    expect(player.drops).toEqual([]);
    expect(await region.ownerOf(player.roomId)).toBe(stable);
  });

  test('[RO-8] a rollback gives rooms to the build before, and moves those of the bad one there', async () => {
    const inBadBuild = await Player.make(region, canary, 'journal');
    const dry = await releaseReport('rollback', 'b2', '--dry-run');
    expect(dry.report).toMatchObject({ nodesToDrain: [await region.idOf(canary)], drained: [] });

    const { exitCode, report } = await releaseReport('rollback', 'b2');
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({ shares: { b1: 1 }, drained: [{ ok: true, keptRooms: 0 }] });
    await inBadBuild.until((state) => state.pid === stable.child.pid);
    await inBadBuild.say('moved');
    await placedWhere(stable);
  });

  test('[RO-9] who has changed what is remembered', async () => {
    const { output } = await release('status');
    expect(output).toMatch(
      /rollback b2\n[^\n]*promote b2\n[^\n]*canary b2 50 %\n[^\n]*ada {2}canary b2 0 %\n/,
    );
  });

  test('[RO-14] the audit log has who changed what, the shares before and after, refusals and drains', async () => {
    await release('promote', 'b9', '--by', 'bea');
    await using redis = region.redis.client();
    const entries = await new RedisAuditStore({ redis }).latest(100);
    const told = entries.toReversed().filter(({ action }) => action !== 'drain-node');
    expect(told.map(({ action, target, outcome }) => [action, target, outcome])).toEqual([
      ['release-canary', 'b2', 'done'],
      ['release-canary', 'b2', 'done'],
      ['release-promote', 'b2', 'done'],
      ['release-rollback', 'b2', 'done'],
      ['release-promote', 'b9', 'refused'],
    ]);
    expect(told[0]).toMatchObject({ actor: 'operator:ada', role: 'admin' });
    expect(told[1]?.parameters).toEqual({
      change: 'canary b2 50 %',
      sharesBefore: 'b1 100 %, b2 0 %',
      sharesAfter: 'b1 50 %, b2 50 %',
    });
    expect(told.at(-1)).toMatchObject({
      actor: 'operator:bea',
      reason: 'No node of b9 takes rooms.',
      parameters: { sharesBefore: 'b1 100 %' },
    });
    expect(entries.filter(({ action }) => action === 'drain-node')).toMatchObject([
      {
        ...{ target: await region.idOf(canary), outcome: 'done' },
        parameters: { change: 'rollback b2' },
        reason: expect.stringMatching(/^\d+ rooms moved/),
      },
    ]);
  });

  test('[RO-14] a change that the audit log did not take is done, and told', async () => {
    await using redis = region.redis.client();
    await redis.rename(redisKeys.audit, 'audit-of-before');
    await redis.set(redisKeys.audit, 'no stream');
    const { exitCode, output } = await release('promote', 'b1');
    expect(exitCode).toBe(1);
    expect(output).toContain('not in the audit log');
    await redis.rename('audit-of-before', redisKeys.audit);
    expect((await releaseReport('status')).report.shares).toEqual({ b1: 1 });
  });

  test('[RO-4] what cannot be done is refused with a reason and a code', async () => {
    expect(await release('promote', 'b9')).toMatchObject({
      exitCode: 1,
      progress: 'No node of b9 takes rooms.\n',
    });
    expect((await release('canary', 'b2')).exitCode).toBe(2);
    expect((await release('canary', 'b2', '--share', '101')).progress).toContain('--share');
    const { exitCode, output } = await release('promote', 'b9', '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(output)).toMatchObject({ ok: false, error: { code: 'REFUSED' } });
  });
});

longTest(
  '[RO-13] a node of the old build dies: its rooms live on in their build, whoever claims them first',
  async () => {
    await using mixed = await MeridianRegion.open(GAME);
    const startBuild = (build: string, game = GAME) =>
      mixed.start({ game, env: { MERIDIAN_CLUSTER_BUILD: build } });
    // The state of b2 has a field more: it can read none of the rooms.
    const [first, second, next] = (await Promise.all([
      startBuild('b1'),
      startBuild('b1'),
      startBuild('b2', 'test/support/survival-next-game.ts'),
    ])) as [MeridianProcess, MeridianProcess, MeridianProcess];
    const players = await Promise.all(
      Array.from({ length: 3 }, () => Player.make(mixed, first, 'journal')),
    );
    await mixed.acquainted();
    for (const player of players) {
      await player.say('before');
      await mixed.written(player.roomId, 'before');
    }
    await mixed.kill(first);
    for (const player of players) {
      await player.until((state) => state.pid === second.child.pid);
      expect(player.ending).toBeNull();
    }
    expect(await next.metric('meridian_rooms')).toBe(0);
  },
  2 * STARTS_WITHIN_MS,
);
