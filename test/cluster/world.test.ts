// `npm run cluster`: five regions on one machine, as far apart as in truth. Real nodes, real Redis servers, the real command.

import { get } from 'node:http';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Command } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { longTest } from '../support/long-test.ts';
import { repositoryRoot } from '../support/repository.ts';

const READY_WITHIN = { withinMs: 60_000 };
const ENDED_WITHIN = { withinMs: 20_000 };

const World = z.object({
  console: z.url(),
  regions: z.array(
    z.object({
      id: z.string(),
      frontDoor: z.string(),
      redisPort: z.number(),
      nodes: z.array(z.object({ pid: z.number() })),
    }),
  ),
  doors: z.array(z.object({ home: z.string(), regionId: z.string(), address: z.string() })),
});

interface RegionsAnswer {
  readonly ownRegionId: string;
  readonly regions: readonly {
    readonly regionId: string;
    readonly url: string;
    readonly isOpen: boolean | null;
  }[];
}

/** Time of a request on a new connection: two round trips, ms. */
async function requestMs(address: string): Promise<number> {
  const startedMs = performance.now();
  const status = await new Promise((resolve, reject) => {
    get(`http://${address}/live`, { agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    }).once('error', reject);
  });
  expect(status).toBe(200);
  return performance.now() - startedMs;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

longTest(
  '[RG-5] five regions get ready, hear of each other, are as far away as they are, and leave nothing behind',
  async () => {
    const args = ['--conditions=meridian-source', 'loadtest/world.ts', '--nodes', '1', '--json'];
    const game = ['--game', 'test/support/counter-game.ts'];
    await using command = new Command(process.execPath, [...args, ...game], {
      cwd: repositoryRoot,
    });
    await eventually(() => command.stdout.includes('\n'), READY_WITHIN);
    const world = World.parse(JSON.parse(command.stdout));
    expect(world.regions.map(({ id }) => id)).toEqual([
      ...['us-east', 'us-west', 'europe', 'asia', 'australia'],
    ]);
    expect(new Set(world.regions.map(({ redisPort }) => redisPort)).size).toBe(5);
    expect(command.stderr).toMatch(/ready in \d+\.\d s/);

    const door = (home: string, regionId: string) =>
      world.doors.find((one) => one.home === home && one.regionId === regionId)?.address as string;
    // Loopback carries the connection; the request and its answer go the long way: 178 + 18 ms for Singapore and Frankfurt.
    expect(await requestMs(door('asia', 'europe'))).toBeGreaterThan(180);
    const far = await requestMs(door('us-east', 'australia'));
    const near = await requestMs(door('europe', 'europe'));
    expect(near).toBeGreaterThan(12);
    expect(far).toBeGreaterThan(near);

    // Each has heard of all others, through their Redis servers.
    await eventually(async () => {
      const response = await fetch(`http://${door('asia', 'asia')}/v1/regions`);
      const { ownRegionId, regions } = (await response.json()) as RegionsAnswer;
      return (
        ownRegionId === 'asia' && regions.length === 5 && regions.every(({ isOpen }) => isOpen)
      );
    }, READY_WITHIN);

    // A page that was opened at one door finds the others as far away as they are from there, and may call them.
    const page = `http://${door('asia', 'asia')}`;
    const { regions } = (await (await fetch(`${page}/v1/regions`)).json()) as RegionsAnswer;
    expect(regions.find(({ regionId }) => regionId === 'europe')?.url).toBe(
      `http://${door('asia', 'europe')}`,
    );
    const abroad = await fetch(`http://${door('asia', 'europe')}/v1/regions`, {
      headers: { origin: page },
    });
    expect(abroad.headers.get('access-control-allow-origin')).toBe(page);

    command.child.kill('SIGINT');
    expect(await command.ended).toMatchObject({ exitCode: 0, signal: null });
    const pids = world.regions.flatMap(({ nodes }) => nodes.map(({ pid }) => pid));
    await eventually(() => !pids.some(isRunning), ENDED_WITHIN);
    expect(command.stderr).toContain('stopped: 5 nodes and 5 Redis servers have ended');
  },
);

test('a flag it does not know is told, and nothing is started', async () => {
  const args = ['--conditions=meridian-source', 'loadtest/world.ts', '--node', '1'];
  await using command = new Command(process.execPath, args, { cwd: repositoryRoot });
  const { exitCode, stderr } = await command.ended;
  expect(exitCode).toBe(2);
  expect(stderr).toContain('--node');
});
