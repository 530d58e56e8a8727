// The incident loop, live: a node is made sick, Prometheus measures it, Alertmanager tells the bot, the bot drains the node, its players stay
// in their match, the alert resolves, and the audit log has it. Real nodes, Redis, Prometheus and Alertmanager.

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RedisAuditStore } from '../../src/admin/audit-store-redis.ts';
import type { Incident, IncidentsView } from '../../src/protocol/incidents.ts';
import { Alerting, isAlertingMissing } from '../support/alerting.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { isLong } from '../support/long-test.ts';
import { MeridianRegion } from '../support/meridian-region.ts';
import type { MeridianProcess } from '../support/start-meridian.ts';
import { Player } from '../support/survival-player.ts';

const TOKEN = 'a-token-of-an-incident-bot';
const PATIENCE = { withinMs: 60_000, everyMs: 100 };
const TIMEOUT_MS = 120_000;

/** `NodeLoopLags` of the rules that are shipped, in seconds instead of minutes, and for a machine that other tests make late, too. */
async function quickRules(): Promise<string> {
  const shipped = await readFile('infra/observability/rules/saturation.yaml', 'utf8');
  const quick = shipped
    .replace(
      '(meridian_event_loop_lag_p99_seconds) > 0.1)',
      '(meridian_event_loop_lag_p99_seconds) > 0.3)',
    )
    .replace('for: 1m', 'for: 1s');
  const [head = '', rule = ''] = quick.split(/(?=^ {6}- alert: )/m);
  if (!rule.includes('> 0.3') || !rule.includes('for: 1s')) throw new Error('another rule');
  return head.replace(/^( {2}- name: .*\n {4}rules:)[\s\S]*/m, '$1\n') + rule;
}

let region: MeridianRegion;
let sick: MeridianProcess;
let well: MeridianProcess;
let alertsUrl: string;

async function incidents(): Promise<readonly Incident[]> {
  const view = (await (await region.askOperator('GET', 'incidents')).json()) as IncidentsView;
  expect(view.isWatched).toBe(true);
  return view.incidents;
}

describe.skipIf(isAlertingMissing || !isLong)('a node that is sick', () => {
  beforeAll(async () => {
    // The node shall be slow, not dead.
    region = await MeridianRegion.open('test/support/sick-game.ts', {
      MERIDIAN_CLUSTER_HANG_MS: '20000',
    });
    const port = await freePort();
    alertsUrl = `http://127.0.0.1:${port}/alerts`;
    const bot = {
      MERIDIAN_PROCESS_SERVICES: 'all,incidents',
      MERIDIAN_INCIDENTS_TOKEN: TOKEN,
      MERIDIAN_INCIDENTS_PORT: String(port),
      // One of two nodes.
      MERIDIAN_INCIDENTS_BLAST_RADIUS_RATIO: '0.5',
    };
    [sick, well] = await Promise.all([region.start(), region.start({ env: bot })]);
    await region.acquainted();
  }, TIMEOUT_MS);
  afterAll(async () => {
    await region?.[Symbol.asyncDispose]();
  });

  test('[IB-2] nobody tells the bot anything without its token, or on the port of players', async () => {
    const body = JSON.stringify({ version: '4' });
    const post = async (url: string, token: string) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      return (await fetch(url, { method: 'POST', headers, body })).status;
    };
    expect(await post(alertsUrl, 'a-token-of-somebody-else')).toBe(401);
    expect(await post(alertsUrl, TOKEN)).toBe(400);
    expect(await post(`${well.url}/alerts`, TOKEN)).toBe(404);
  });

  test(
    '[IB-3] [IB-20] [IB-22] a quarantined node keeps its players and gets no others, until its alert is over',
    async () => {
      const sickId = await region.idOf(sick);
      const ada = await Player.make(region, sick, 'journal');
      const tell = async (status: 'firing' | 'resolved') => {
        const labels = { alertname: 'A', action: 'quarantine-node', region: 'local', node: sickId };
        const alert = { status, labels, startsAt: '2026-01-01T00:00:00Z', fingerprint: 'a1' };
        const body = { version: '4', status, receiver: 'bot', groupKey: 'g', alerts: [alert] };
        const response = await fetch(alertsUrl, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
          body: JSON.stringify(body),
        });
        expect(response.status).toBe(204);
      };
      const isQuarantined = async () => {
        const { nodes } = (await (await region.askOperator('GET', 'nodes')).json()) as {
          readonly nodes: readonly { readonly nodeId: string; readonly isQuarantined?: boolean }[];
        };
        return nodes.find(({ nodeId }) => nodeId === sickId)?.isQuarantined === true;
      };
      await tell('firing');
      await eventually(isQuarantined, PATIENCE);
      // The sick node is asked, and knows of it first.
      const [join, title] = [`${sick.url}/matchmake/joinOrCreate/journal`, crypto.randomUUID()];
      const headers = { 'content-type': 'application/json' };
      const seat = await fetch(join, { method: 'POST', headers, body: JSON.stringify({ title }) });
      expect(await seat.json()).toMatchObject({ publicAddress: `127.0.0.1:${well.port}` });
      const his = `${sick.url}/matchmake/joinById/${ada.roomId}`;
      expect((await fetch(his, { method: 'POST', headers, body: '{}' })).status).toBe(409);
      ada.room.send('say', 'in quarantine');
      await eventually(() => ada.words.includes('in quarantine'), PATIENCE);
      await tell('resolved');
      await eventually(async () => !(await isQuarantined()), PATIENCE);
      expect(await region.ownerOf(ada.roomId)).toBe(sick);
      await ada.room.leave();
    },
    TIMEOUT_MS,
  );

  test(
    '[IB-3] [IB-4] [IB-14] is drained because its alert says so; its players stay in their match, and the alert resolves',
    async () => {
      const sickId = await region.idOf(sick);
      const ada = await Player.make(region, sick, 'journal');
      const before = { roomId: ada.roomId, sessionId: ada.sessionId };
      await using _alerting = await Alerting.start({
        // The other one may be late as well, on a machine that has more to do than this.
        targets: [`127.0.0.1:${sick.metricsPort}`],
        regionId: 'local',
        rules: await quickRules(),
        webhook: { url: alertsUrl, token: TOKEN },
      });
      process.kill(sick.child.pid ?? 0, 'SIGUSR2');
      await eventually(
        async () =>
          (await incidents()).some((it) => it.action === 'drain-node' && it.nodeId === sickId),
        PATIENCE,
      );
      await eventually(() => ada.room.state.pid === well.child.pid, PATIENCE);
      expect({ roomId: ada.roomId, sessionId: ada.sessionId }).toEqual(before);
      expect(ada.ending).toBe(null);
      await eventually(
        async () =>
          (await incidents()).some(
            ({ nodeId, phase }) => nodeId === sickId && phase.kind === 'done',
          ),
        PATIENCE,
      );

      process.kill(sick.child.pid ?? 0, 'SIGUSR2');
      await eventually(
        async () => (await incidents()).every(({ resolvedAtMs }) => resolvedAtMs !== null),
        PATIENCE,
      );
      // What is said to a well room is heard.
      ada.room.send('say', 'still here');
      await eventually(() => ada.words.includes('still here'), PATIENCE);
      await using redis = region.redis.client();
      const audit = await new RedisAuditStore({ redis }).latest(100);
      expect(audit.filter((it) => it.target === sickId && it.action === 'drain-node')).toEqual([
        expect.objectContaining({
          ...{ actor: 'incident-bot', role: 'bot', action: 'drain-node', outcome: 'done' },
          parameters: expect.objectContaining({ alert: 'NodeLoopLags' }),
          reason: expect.stringContaining('1 rooms moved'),
        }),
      ]);
    },
    TIMEOUT_MS,
  );
});
