// `npm run cluster`: what operators say to a region or a node holds in a local world as in any other, so that a developer can see it happen.

import { MemoryStorage, MeridianClient } from '@meridian/client';
import { expect } from 'vitest';
import { z } from 'zod';
import {
  ACTION_HEADER,
  type AuditEntry,
  type OperatorAction,
  type WorldView,
} from '../../src/protocol/admin.ts';
import type { IncidentsView } from '../../src/protocol/incidents.ts';
import { Command } from '../support/command.ts';
import { eventually } from '../support/eventually.ts';
import { IncidentBotProcess } from '../support/incident-bot-process.ts';
import { longTest } from '../support/long-test.ts';
import { repositoryRoot } from '../support/repository.ts';
import type { PlayState } from '../support/survival-player.ts';

const READY_WITHIN = { withinMs: 120_000 };
const PATIENCE = { withinMs: 30_000, everyMs: 100 };

const World = z.object({
  console: z.url(),
  regions: z.array(
    z.object({
      id: z.string(),
      redisPort: z.number(),
      nodes: z.array(z.object({ pid: z.number() })),
    }),
  ),
  doors: z.array(z.object({ home: z.string(), regionId: z.string(), address: z.string() })),
});

longTest(
  '[CN-15] a local world obeys what is said to its nodes and regions, and takes it back',
  { timeout: 240_000 },
  async () => {
    const args = ['--conditions=meridian-source', 'loadtest/world.ts', '--nodes', '1', '--json'];
    const game = ['--game', 'test/support/orders-game.ts'];
    await using command = new Command(process.execPath, [...args, ...game], {
      cwd: repositoryRoot,
      // On a machine that has more to do than this: nobody shall end himself.
      env: { ...process.env, MERIDIAN_CLUSTER_HANG_MS: '20000' },
    });
    await eventually(() => {
      if (command.child.exitCode !== null) throw new Error(command.stderr);
      return command.stdout.includes('\n');
    }, READY_WITHIN);
    const world = World.parse(JSON.parse(command.stdout));
    const door = (id: string) =>
      `http://${world.doors.find(({ home, regionId }) => home === id && regionId === id)?.address}`;
    const pidsOf = (id: string) =>
      world.regions.find((region) => region.id === id)?.nodes.map(({ pid }) => pid) ?? [];
    const redisPortOf = (id: string) =>
      world.regions.find((region) => region.id === id)?.redisPort ?? 0;
    const lookAtIncidents = async () =>
      (await (await fetch(new URL('/admin/v1/incidents', world.console))).json()) as IncidentsView;
    const ask = async (path: string, body: object) => {
      const response = await fetch(new URL(`/admin/v1/${path}`, world.console), {
        method: 'POST',
        headers: { 'content-type': 'application/json', [ACTION_HEADER]: '1' },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
    };
    const act = async (action: OperatorAction) => {
      expect(await ask('actions', action)).toMatchObject({ status: 200 });
    };
    const look = async () =>
      (await (await fetch(new URL('/admin/v1/world', world.console))).json()) as WorldView;
    const post = async (url: string, body: object) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const { error } = (await response.json()) as { readonly error?: { readonly code: string } };
      return error?.code ?? 'OK';
    };
    const newRoom = (id: string) =>
      post(`${door(id)}/matchmake/joinOrCreate/journal`, { title: crypto.randomUUID() });
    const newTicket = (id: string) => post(`${door(id)}/v1/queues/duel/tickets`, {});
    const becomes = async (answer: () => Promise<string>, code: string) => {
      await eventually(async () => (await answer()) === code, PATIENCE);
    };
    expect((await look()).capabilities).toEqual(
      expect.arrayContaining([
        ...['quarantine-node', 'close-region', 'shed-tickets', 'evacuate-region'],
      ]),
    );

    await act({ action: 'close-region', regionId: 'asia' });
    await becomes(() => newRoom('asia'), 'REGION_CLOSED');
    expect(await newRoom('us-west')).toBe('OK');
    await act({ action: 'open-region', regionId: 'asia' });
    await becomes(() => newRoom('asia'), 'OK');

    // Who is at the door is told before anybody asks who he is.
    await act({ action: 'shed-tickets', regionId: 'asia' });
    await becomes(() => newTicket('asia'), 'QUEUE_FULL');
    expect(await newTicket('us-west')).toBe('TOKEN_MISSING');
    await act({ action: 'take-tickets', regionId: 'asia' });
    await becomes(() => newTicket('asia'), 'TOKEN_MISSING');

    const { nodeId } = await eventually(
      async () => (await look()).nodes.find(({ regionId }) => regionId === 'australia'),
      PATIENCE,
    );
    const stateOf = async () =>
      (await look()).nodes.find((node) => node.nodeId === nodeId)?.state ?? '';
    await act({ action: 'quarantine-node', nodeId });
    await becomes(stateOf, 'quarantined');
    expect(await newRoom('australia')).not.toBe('OK');
    await act({ action: 'release-node', nodeId });
    await becomes(stateOf, 'up');
    await becomes(() => newRoom('australia'), 'OK');

    const client = new MeridianClient(door('us-west'), { storage: new MemoryStorage() });
    const room = await client.joinOrCreate<PlayState>('journal', { title: 'evacuated' });
    room.send('say', 'before');
    await eventually(() => [...room.state.words].includes('before'), PATIENCE);
    expect(pidsOf('us-west')).toContain(room.state.pid);
    await act({ action: 'evacuate-region', regionId: 'us-west' });
    await eventually(() => pidsOf('us-east').includes(room.state.pid), PATIENCE);
    room.send('say', 'after');
    await eventually(() => [...room.state.words].join() === 'before,after', PATIENCE);
    const gone = (await look()).regions.find(({ regionId }) => regionId === 'us-west');
    expect(gone).toMatchObject({ orders: ['evacuate'], isOpen: false, isBlackHole: false });
    await act({ action: 'return-region', regionId: 'us-west' });
    await becomes(() => newRoom('us-west'), 'OK');
    await room.leave();

    // The bot of a region asks here, as it asks on a node's own console.
    const redisUri = `redis://127.0.0.1:${redisPortOf('asia')}`;
    await using bot = await IncidentBotProcess.start({ regionId: 'asia', redisUri });
    await bot.tell('firing', { alertname: 'Full', action: 'close-region', region: 'asia' });
    const { incidentId } = await eventually(async () => {
      const { isWatched, incidents } = await lookAtIncidents();
      return isWatched && incidents.find(({ phase }) => phase.kind === 'awaits-approval');
    }, PATIENCE);
    expect((await ask('incidents/none/approve', {})).status).toBe(404);
    expect((await ask(`incidents/${incidentId}/approve`, {})).status).toBe(204);
    await becomes(() => newRoom('asia'), 'REGION_CLOSED');

    // There is nothing that adds nodes by itself: `start-node` does it.
    expect(await ask('actions', { action: 'raise-replicas', regionId: 'asia' })).toMatchObject({
      status: 400,
    });
    const { entries } = (await ask('questions', { question: 'audit', regionId: 'asia' })).body as {
      readonly entries: readonly AuditEntry[];
    };
    expect(
      entries.toReversed().map(({ actor, action, outcome }) => [actor, action, outcome]),
    ).toEqual(
      [
        ...['close-region', 'open-region', 'shed-tickets', 'take-tickets'],
        ...['quarantine-node', 'release-node', 'evacuate-region', 'return-region'],
      ]
        .map((action) => ['operator:you', action, 'done'])
        .concat([
          ['operator:you', 'approve-incident', 'refused'],
          ['operator:you', 'approve-incident', 'done'],
        ]),
    );
    command.child.kill('SIGINT');
    expect(await command.ended).toMatchObject({ exitCode: 0, signal: null });
  },
);
