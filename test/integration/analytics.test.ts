// Analytics as an operator sees them: real nodes, a game with events of its own, and what arrives in files and at a webhook.

import { createServer } from 'node:http';
import { join } from 'node:path';
import { Client } from '@colyseus/sdk';
import { describe, expect, test } from 'vitest';
import { EventRecord } from '../../src/analytics/event-record.ts';
import { parseJson } from '../../src/shared/parse-json.ts';
import { readEventFiles } from '../support/event-files.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { MatchPlayer } from '../support/match-player.ts';
import { type MeridianProcess, startMeridian } from '../support/start-meridian.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const GAME = 'test/support/analytics-game.ts';
const SOON = { withinMs: 10_000 };

async function sit(node: MeridianProcess, displayName: string) {
  const { accessToken, playerId } = await node.signIn(displayName);
  const client = new Client(`ws://127.0.0.1:${node.port}`);
  client.auth.token = accessToken;
  const room = await client.joinOrCreate<{ count: number }>('count');
  return { room, playerId };
}

/** Lets a room do it. @returns what came of it */
function operate({ room }: Awaited<ReturnType<typeof sit>>, operation: object): Promise<string> {
  return new Promise((resolve) => {
    room.onMessage('operated', resolve);
    room.send('operate', operation);
  });
}

test.each([
  ['in this process', false],
  ['of a service elsewhere', true],
])(
  '[AN-5] each change of a wallet is an event, with profiles %s',
  { timeout: 60_000 },
  async (_where, isApart) => {
    await using folder = await temporaryFolder('analytics');
    await using owned = new AsyncDisposableStack();
    const env: Record<string, string> = {
      MERIDIAN_ANALYTICS_FOLDER: folder.path,
      MERIDIAN_RPC_SECRET: 'a secret between the two services',
    };
    if (isApart) {
      const services = { ...env, MERIDIAN_PROCESS_SERVICES: 'profile', MERIDIAN_RPC_PORT: '0' };
      const service = owned.use(await startMeridian(GAME, services));
      env['MERIDIAN_RPC_PROFILE_TARGET'] = `127.0.0.1:${service.rpcPort}`;
    }
    const node = owned.use(await startMeridian(GAME, env));
    const [ann, ben] = [await sit(node, 'Ann'), await sit(node, 'Ben')];
    const reward = { operationId: 'match-1', reason: 'match_reward', currencies: { gold: 30 } };
    expect(await operate(ann, reward)).toBe('applied');
    expect(await operate(ann, reward)).toBe('repeated');
    // Another player's operation may have the same name.
    expect(await operate(ben, { ...reward, currencies: { gold: 5, wood: 2 } })).toBe('applied');
    const price = { operationId: 'shop-1', reason: 'shop' };
    expect(await operate(ann, { ...price, currencies: { gold: -31 } })).toBe('refused');
    const bought = { currencies: { gold: -12 }, items: { sword: 1 } };
    expect(await operate(ann, { ...price, ...bought })).toBe('applied');
    expect(await operate(ann, { operationId: 'gift', reason: 'gift', items: { hat: 1 } })).toBe(
      'applied',
    );
    expect((await node.stop()).exitCode).toBe(0);

    const { events } = await readEventFiles(folder.path);
    const changes = events.filter(({ name }) => name === 'wallet_changed');
    expect(changes.map(({ fields }) => fields)).toEqual([
      { operationId: 'match-1', reason: 'match_reward', currency: 'gold', amount: 30, balance: 30 },
      { operationId: 'match-1', reason: 'match_reward', currency: 'gold', amount: 5, balance: 5 },
      { operationId: 'match-1', reason: 'match_reward', currency: 'wood', amount: 2, balance: 2 },
      { operationId: 'shop-1', reason: 'shop', currency: 'gold', amount: -12, balance: 18 },
    ]);
    expect(new Set(changes.map(({ id }) => id)).size).toBe(4);
    expect(new Set(changes.map(({ player }) => player)).size).toBe(2);
  },
);

describe('files', () => {
  test('[AN-3, AN-4, AN-12, AN-40] a session with an event of the game is in the files when the node has stopped', async () => {
    await using folder = await temporaryFolder('analytics');
    await using node = await startMeridian(GAME, { MERIDIAN_ANALYTICS_FOLDER: folder.path });
    const { room, playerId } = await sit(node, 'Annabella');
    room.send('count', { by: 3, word: 'three' });
    await eventually(() => room.state.count === 1, SOON);
    await room.leave();
    expect((await node.stop()).exitCode).toBe(0);

    const { events, broken, files } = await readEventFiles(folder.path);
    expect(broken).toEqual([]);
    expect(files).toHaveLength(1);
    const played = events.filter(({ name }) => name !== 'latency_sampled');
    expect(played.map(({ name }) => name)).toEqual(['session_started', 'counted', 'session_ended']);
    const [started, counted, ended] = played as [EventRecord, EventRecord, EventRecord];
    expect(started).toMatchObject({
      room: 'count',
      roomId: room.roomId,
      region: 'local',
      version: 1,
    });
    expect(counted).toMatchObject({ version: 2, fields: { by: 3, word: 'three' } });
    expect(Number(ended.fields['durationMs'])).toBeGreaterThanOrEqual(
      counted.atMs - started.atMs - 5,
    );
    expect(started.player).toMatch(/^a_[0-9a-f]{24}$/);
    expect(new Set(played.map(({ player }) => player))).toEqual(new Set([started.player]));
    const text = JSON.stringify(events);
    for (const secret of [playerId, 'Annabella', '127.0.0.1']) expect(text).not.toContain(secret);
  });

  test('[AN-2, AN-40] an event that does not fit, or says who it is, is left out and counted', async () => {
    await using folder = await temporaryFolder('analytics');
    await using node = await startMeridian(GAME, { MERIDIAN_ANALYTICS_FOLDER: folder.path });
    const { room, playerId } = await sit(node, 'Ben');
    for (const word of [playerId, '192.168.1.7', 'x'.repeat(2_000), 'good']) {
      room.send('count', { by: 1, word });
    }
    room.send('count', { by: 0, word: 'none' });
    await eventually(
      async () => (await node.metric('meridian_analytics_refused_total')) === 4,
      SOON,
    );
    await room.leave();
    await node.stop();
    const { events } = await readEventFiles(folder.path);
    const words = events
      .filter(({ name }) => name === 'counted')
      .map(({ fields }) => fields['word']);
    expect(words).toEqual(['good']);
    expect(node.output).toContain('an analytics event was refused');
    expect(node.output).not.toContain('192.168.1.7');
  });

  test('[AN-4] latencies of seated clients are sampled', async () => {
    await using folder = await temporaryFolder('analytics');
    await using node = await startMeridian(GAME, {
      MERIDIAN_ANALYTICS_FOLDER: folder.path,
      MERIDIAN_ROOMS_PING_INTERVAL_MS: '100',
    });
    const { room } = await sit(node, 'Ann');
    const samples = async () =>
      (await readEventFiles(folder.path)).events.filter(({ name }) => name === 'latency_sampled');
    await eventually(async () => (await samples()).length > 0, SOON);
    await eventually(async () => (await node.metric('meridian_rtt_seconds_count')) > 5, SOON);
    await room.leave();
    await node.stop();
    const [sample, ...more] = await samples();
    expect(more).toEqual([]);
    expect(sample).toMatchObject({ room: 'count', player: expect.stringMatching(/^a_/) });
    expect(Number(sample?.fields['rttMs'])).toBeGreaterThan(0);
  });

  test('[AN-4] tickets and matches: queued, matched, reported, cancelled', async () => {
    await using folder = await temporaryFolder('analytics');
    const secret = 'a secret of one region, long enough';
    await using node = await startMeridian(GAME, {
      JWT_SECRET: secret,
      MERIDIAN_ANALYTICS_FOLDER: folder.path,
    });
    const region = { url: node.url, regionId: 'local', regionIds: ['local'], secret };
    const [anna, ben, carl] = await Promise.all([1, 2, 3].map(() => MatchPlayer.signIn(region)));
    if (!(anna && ben && carl)) throw new Error('nobody is here');
    const alone = await carl.enter('duel');
    expect((await carl.cancel(alone.body.ticketId)).status).toBeLessThan(300);
    const entered = [await anna.enter('duel'), await ben.enter('duel')] as const;
    const seats = [
      await anna.matched(entered[0].body),
      await ben.matched(entered[1].body),
    ] as const;
    const rooms = [await anna.sit(seats[0]), await ben.sit(seats[1])];
    const told = new Promise((resolve) => rooms[0]?.onMessage('ended', resolve));
    rooms[0]?.send('end', [2, 1]);
    await told;
    rooms[1]?.send('end', [1, 2]);
    await Promise.all(rooms.map((room) => room.leave()));
    await node.stop();

    const { events } = await readEventFiles(folder.path);
    const of = (name: string) => events.filter((event) => event.name === name);
    expect(of('ticket_queued')).toHaveLength(3);
    expect(of('ticket_queued')[0]?.fields).toMatchObject({
      ...{ queue: 'duel', players: 1, bestRegionId: 'local', bestLatencyMs: 20 },
    });
    const ends = of('ticket_ended');
    expect(ends.map(({ fields }) => fields['outcome']).toSorted()).toEqual([
      ...['cancelled', 'matched', 'matched'],
    ]);
    const [made] = of('match_made');
    expect(made?.fields).toMatchObject({ queue: 'duel', kind: 'new', teams: 2, players: 2 });
    const matched = ends.filter(({ fields }) => fields['outcome'] === 'matched');
    for (const end of matched) {
      expect(end.matchId).toBe(made?.matchId);
      expect(end.fields).toMatchObject({ regionId: 'local', latencyMs: 20 });
    }
    expect(of('match_reported').map(({ fields, matchId }) => [fields['ranks'], matchId])).toEqual([
      ['2,1', made?.matchId],
    ]);
    const seated = of('session_started');
    expect(seated.map(({ matchId }) => matchId)).toEqual([made?.matchId, made?.matchId]);
    // One pseudonym for a player, whatever he does.
    expect(new Set(seated.map(({ player }) => player))).toEqual(
      new Set(matched.map(({ player }) => player)),
    );
  });

  test('[AN-1] with sink none nothing is recorded, and rooms play', async () => {
    await using folder = await temporaryFolder('analytics');
    await using node = await startMeridian(GAME, {
      MERIDIAN_ANALYTICS_FOLDER: folder.path,
      MERIDIAN_ANALYTICS_SINK: 'none',
    });
    const { room } = await sit(node, 'Ann');
    room.send('count', { by: 3, word: 'three' });
    await eventually(() => room.state.count === 1, SOON);
    await room.leave();
    await node.stop();
    expect((await readEventFiles(folder.path)).files).toEqual([]);
  });

  test('[AN-1, AN-20, AN-21] a folder that cannot be written stops no room; when it can, what waited is there', async () => {
    await using folder = await temporaryFolder('analytics');
    // A file where the folder should be.
    const path = join(folder.path, 'events');
    const { writeFile, rm } = await import('node:fs/promises');
    await writeFile(path, '');
    await using node = await startMeridian(GAME, { MERIDIAN_ANALYTICS_FOLDER: path });
    const { room } = await sit(node, 'Ann');
    await eventually(
      async () => (await node.metric('meridian_analytics_failures_total{step="ship"}')) >= 2,
      SOON,
    );
    room.send('count', { by: 3, word: 'three' });
    await eventually(() => room.state.count === 1, SOON);
    await rm(path);
    const counted = async () =>
      (await readEventFiles(path)).events.filter(({ name }) => name === 'counted');
    await eventually(async () => (await counted()).length === 1, { withinMs: 20_000 });
    expect(await node.metric('meridian_analytics_dropped_total')).toBe(0);
    await room.leave();
  });
});

describe('webhook', () => {
  test('[AN-21, AN-31] a webhook that fails gets the same events again, under the same key', async () => {
    const requests: { readonly key: string; readonly token: string; readonly body: string }[] = [];
    const port = await freePort();
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      request.on('end', () => {
        const { 'idempotency-key': key = '', authorization: token = '' } = request.headers;
        requests.push({ key: String(key), token, body });
        response.writeHead(requests.length <= 2 ? 500 : 204).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    try {
      await using node = await startMeridian(GAME, {
        MERIDIAN_ANALYTICS_SINK: 'webhook',
        MERIDIAN_ANALYTICS_WEBHOOK_URL: `http://127.0.0.1:${port}/events?of=meridian`,
        MERIDIAN_ANALYTICS_WEBHOOK_TOKEN: 'secret of the webhook',
      });
      const { room } = await sit(node, 'Ann');
      await eventually(() => requests.length >= 3, SOON);
      expect(requests[1]).toEqual(requests[0]);
      expect(requests[2]).toEqual(requests[0]);
      await room.leave();
      await node.stop();
      const taken = requests.slice(2).flatMap(({ body }) => body.trimEnd().split('\n'));
      const events = taken.map((line) => parseJson(EventRecord, line));
      expect(events.map((event) => event?.name)).toEqual(
        expect.arrayContaining(['session_started', 'session_ended']),
      );
      expect(new Set(events.map((event) => event?.id)).size).toBe(events.length);
      expect(requests[0]?.token).toBe('Bearer secret of the webhook');
      expect(node.output).not.toContain('secret of the webhook');
    } finally {
      server.close();
    }
  });

  test('[AN-31] without its address a node does not start, and says so', async () => {
    await expect(startMeridian(GAME, { MERIDIAN_ANALYTICS_SINK: 'webhook' })).rejects.toThrow(
      'MERIDIAN_ANALYTICS_WEBHOOK_URL',
    );
  });
});
