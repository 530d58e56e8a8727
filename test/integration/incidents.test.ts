// The incident bot's parts over real sockets and a real Redis: its port, its inbox, the turn of several bots.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createAlertServer } from '../../src/admin/incidents/alert-server.ts';
import type { Alert } from '../../src/admin/incidents/alertmanager-webhook.ts';
import { createIncidentDesk } from '../../src/admin/incidents/incident-desk.ts';
import { IncidentStore } from '../../src/admin/incidents/incident-store.ts';
import { RedisRegionOrders } from '../../src/cluster/region-orders.ts';
import { GameError } from '../../src/errors/game-error.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import type { RedisClient } from '../../src/storage/redis/redis-script.ts';
import { IncidentMetrics } from '../../src/telemetry/incident-metrics.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { eventually } from '../support/eventually.ts';
import { alertOf, openLocalBot } from '../support/local-incident-bot.ts';
import { RedisServer } from '../support/redis-server.ts';

const TOKEN = 'a-token-of-an-incident-bot';
const PATIENCE = { withinMs: 20_000 };
const log = createLogger({ level: 'silent' });

let server: RedisServer;
let redis: RedisClient & AsyncDisposable;
beforeAll(async () => {
  server = await RedisServer.start();
  redis = server.client();
});
afterAll(async () => {
  await redis?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

/** A bot over the test's Redis. @param request - answers calls to nodes */
function bot(botId: string, request: (nodeId: string, method: string) => Promise<unknown>) {
  const local = openLocalBot({ redis, botId, request });
  onTestFinished(() => local.bot.stop());
  return local;
}

const drained = { nodeId: '1', movedRooms: 2, keptRooms: 0 };

test('[IB-2] the port of alerts: a token first, then a bounded body of the right shape', async () => {
  const taken: Alert[] = [];
  let isFull = false;
  const http = createAlertServer({
    ...{ token: TOKEN, log, metrics: new IncidentMetrics(new Registry()) },
    take: async (alerts) => {
      if (isFull) throw new GameError('SERVICE_UNAVAILABLE');
      taken.push(...alerts);
    },
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => void http.close());
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/alerts`;
  const post = async (body: string, authorization = `Bearer ${TOKEN}`) => {
    const headers = { 'content-type': 'application/json', authorization };
    return (await fetch(url, { method: 'POST', headers, body })).status;
  };
  const one = {
    ...{ status: 'firing', startsAt: '2026-11-29T20:00:00.5Z', endsAt: '0001-01-01T00:00:00Z' },
    labels: { alertname: 'NodeLoopLags', action: 'drain-node', region: 'eu', node: 'n1' },
    annotations: { summary: 's', runbook_url: 'javascript:alert(1)' },
    ...{ generatorURL: '', fingerprint: '0123456789abcdef' },
  };
  const webhook = (change: object = {}) =>
    JSON.stringify({
      ...{ version: '4', groupKey: 'g', status: 'firing', receiver: 'bot', truncatedAlerts: 0 },
      ...{ groupLabels: {}, commonLabels: {}, commonAnnotations: {}, externalURL: '' },
      ...{ alerts: [one], ...change },
    });
  expect(await post(webhook(), '')).toBe(401);
  expect(await post(webhook(), `Basic ${TOKEN}`)).toBe(401);
  expect(await post(webhook(), `Bearer ${TOKEN}x`)).toBe(401);
  expect(await post('{')).toBe(400);
  expect(await post(webhook({ version: '3' }))).toBe(400);
  expect(await post(webhook({ alerts: [] }))).toBe(400);
  expect(await post(webhook({ alerts: Array(101).fill(one) }))).toBe(400);
  expect(await post(webhook({ externalURL: 'x'.repeat(300_000) }))).toBe(413);
  expect(taken).toEqual([]);
  expect(await post(webhook())).toBe(204);
  expect(taken).toEqual([
    {
      ...{ isFiring: true, name: 'NodeLoopLags', action: 'drain-node', regionId: 'eu', node: 'n1' },
      ...{ fingerprint: '0123456789abcdef', startedAtMs: Date.parse('2026-11-29T20:00:00.5Z') },
      // No page links there.
      ...{ severity: '', summary: 's', runbookUrl: '' },
    },
  ]);
  isFull = true;
  expect(await post(webhook())).toBe(503);
});

test('[IB-1] [IB-5] [IB-14] one bot acts, and when it dies another ends what it began', async () => {
  const calls: string[] = [];
  const first = bot('first', async (nodeId, method) => {
    calls.push(`first ${method} ${nodeId}`);
    return await new Promise(() => {});
  });
  const second = bot('second', async (nodeId, method) => {
    calls.push(`second ${method} ${nodeId}`);
    return drained;
  });
  first.bot.start();
  await eventually(async () => (await redis.get(redisKeys.incidentTurn)) === 'first', PATIENCE);
  second.bot.start();
  const told = alertOf();
  await second.store.post([{ kind: 'alert', alert: told }]);
  await first.store.post([{ kind: 'alert', alert: told }]);
  await eventually(() => calls.length > 0, PATIENCE);
  await first.bot.stop();
  await eventually(() => second.audit.length > 0, PATIENCE);
  expect(calls).toEqual(['first drain-node 1', 'second drain-node 1']);
  expect([...first.audit, ...second.audit]).toMatchObject([
    { actor: 'incident-bot', action: 'drain-node', target: '1', outcome: 'done' },
  ]);
  expect(await redis.llen(redisKeys.incidentInbox)).toBe(0);
});

test('[IB-1] what a bot has decided after its turn is over does not count', async () => {
  await redis.del(redisKeys.incidentTurn);
  const store = new IncidentStore(redis);
  const held = await store.hold('slow', 60_000);
  expect(await store.hold('other', 60_000)).toBe(null);
  await store.giveUpTurn('slow');
  expect(await store.hold('other', 1_000)).not.toBe(null);
  const before = await redis.get(redisKeys.incidentState);
  const state = { ...(held?.state ?? never()), actedAtMs: { nonsense: 1 } };
  expect(await store.save('slow', state, 1)).toBe(false);
  expect(await redis.get(redisKeys.incidentState)).toBe(before);
  await store.giveUpTurn('other');
});

test('[IB-9] [IB-11] [IB-15] [IB-21] a region is closed when an operator approves, once, and opened when the alert is over', async () => {
  await redis.del(redisKeys.incidentTurn);
  const { bot: it, store, audit, orders } = bot('approving', async () => drained);
  const others = new RedisRegionOrders({ redis, log });
  await others.start();
  onTestFinished(() => others.stop());
  it.start();
  const desk = createIncidentDesk({ store, regionId: 'eu' });
  const told = alertOf({ action: 'close-region', node: '' });
  await store.post([{ kind: 'alert', alert: told }]);
  const waiting = await eventually(
    async () => (await desk.view()).incidents.find(({ phase }) => phase.kind === 'awaits-approval'),
    PATIENCE,
  );
  expect(orders.holds('close')).toBe(false);
  const ada = { name: 'ada', role: 'admin' } as const;
  const answer = { incidentId: waiting.incidentId, isApproved: true, operator: ada };
  const bob = { name: 'bob', role: 'operator' } as const;
  await expect(desk.answer({ ...answer, operator: bob })).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
  await desk.answer(answer);
  await eventually(() => others.holds('close'), PATIENCE);
  await expect(desk.answer({ ...answer, isApproved: false })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  await store.post([{ kind: 'alert', alert: { ...told, isFiring: false } }]);
  await eventually(() => !others.holds('close'), PATIENCE);
  await eventually(() => audit.length === 3, PATIENCE);
  expect(audit).toMatchObject([
    { action: 'close-region', outcome: 'awaits-approval' },
    { action: 'close-region', outcome: 'done', parameters: { approvedBy: 'operator:ada' } },
    { action: 'open-region', outcome: 'done' },
  ]);
});

test('[IB-12] who does not answer is asked three times, then it has failed', async () => {
  await redis.del(redisKeys.incidentTurn);
  let calls = 0;
  const {
    bot: it,
    store,
    audit,
  } = bot('patient', async (nodeId) => {
    calls += 1;
    throw new GameError('NODE_UNREACHABLE', { nodeId });
  });
  it.start();
  await store.post([{ kind: 'alert', alert: alertOf({ action: 'quarantine-node', node: '3' }) }]);
  await eventually(() => audit.length > 0, PATIENCE);
  expect(calls).toBe(3);
  expect(audit).toMatchObject([{ action: 'quarantine-node', target: '3', outcome: 'failed' }]);
});

function never(): never {
  throw new Error('The turn was free.');
}
