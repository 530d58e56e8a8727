// Every metric of a node, seen from outside in one scenario: it is there, it moves for the right reason, and its name and
// labels keep the rules.

import { Client } from '@colyseus/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { parsePrometheus, type Samples } from '../../loadtest/load/prometheus.ts';
import { encodeLinkReport, type LinkReport } from '../../src/protocol/link-report.ts';
import { NodeMetrics } from '../../src/telemetry/metrics.ts';
import { eventually } from '../support/eventually.ts';
import { Code, matchmake, RawClient } from '../support/raw-client.ts';
import { type MeridianProcess, startMeridian } from '../support/start-meridian.ts';
import { TcpRelay } from '../support/tcp-relay.ts';

const PATIENCE = { withinMs: 15_000 };
const SOCKETS_PER_ADDRESS = 8;

let node: MeridianProcess;
let token: string;
beforeAll(async () => {
  node = await startMeridian('test/support/field-game.ts', {
    MERIDIAN_HTTP_SOCKETS_PER_ADDRESS: String(SOCKETS_PER_ADDRESS),
    MERIDIAN_HTTP_TRUSTED_PROXIES: 'loopback',
    MERIDIAN_ROOMS_PING_INTERVAL_MS: '700',
    MERIDIAN_ROOMS_SEND_GATE_BYTES: '20000',
  });
  ({ accessToken: token } = await node.signIn());
});
afterAll(() => node[Symbol.asyncDispose]());

/** Waits until the sample has this value, or fulfils this condition. */
async function expectMetric(sample: string, wanted: number | ((value: number) => boolean)) {
  const holds = typeof wanted === 'number' ? (value: number) => value === wanted : wanted;
  await eventually(async () => holds(await node.metric(sample)), PATIENCE);
}

const positive = (value: number) => value > 0;
/** To one percent, as quantiles are told. */
const about = (wanted: number) => (value: number) => Math.abs(value - wanted) <= wanted / 100;

const REPORT: LinkReport = {
  ...{ transport: 'websocket', isHidden: false, rttP50Ms: 42, rttP95Ms: 61, transitQ95Ms: 23 },
  ...{ interpolationDelayMs: 81, underruns: 2, stallMs: 40, correctionP95Px: 1.25 },
  ...{ mispredictions: 1, reconciliations: 20, framesPerSecond: 60, receivedBytes: 6_400 },
  actionP95Ms: 97,
};
const join = (port = node.port, target = 'field') => RawClient.join(node, { target, token }, port);

describe('[ND-30] each metric moves', () => {
  test('rooms, clients, sockets, joins, ticks, patch bytes, round trips', async () => {
    const client = await join();
    await expectMetric('meridian_rooms{room="field"}', 1);
    await expectMetric('meridian_clients{room="field"}', 1);
    await expectMetric('meridian_sockets', 1);
    await expectMetric('meridian_joins_total{method="joinOrCreate",outcome="ok"}', 1);
    await expectMetric('meridian_tick_duration_seconds_count{room="field"}', (n) => n > 10);
    await expectMetric('meridian_tick_duration_seconds_sum{room="field"}', (s) => s > 0 && s < 5);
    await expectMetric('meridian_patch_bytes_total{room="field"}', (bytes) => bytes > 100);
    await expectMetric('meridian_rtt_seconds_count', positive);
    await expectMetric('meridian_rtt_seconds_sum', (seconds) => seconds < 1);
    client[Symbol.dispose]();
    await expectMetric('meridian_clients{room="field"}', 0);
    await expectMetric('meridian_rooms{room="field"}', 0);
    await expectMetric('meridian_sockets', 0);
  });

  test('joins by how they ended; a method somebody made up is `other`', async () => {
    const outcomes = [
      ['join', 'nowhere', 'ROOM_UNKNOWN', 'join'],
      ['destroy', 'field', 'METHOD_FORBIDDEN', 'other'],
      ['joinById', '..%2f', 'BAD_REQUEST', 'joinById'],
    ] as const;
    for (const [method, target, outcome, label] of outcomes) {
      await matchmake(node, { method, target, token });
      await expectMetric(`meridian_joins_total{method="${label}",outcome="${outcome}"}`, 1);
    }
    await matchmake(node, { target: 'field' });
    await expectMetric('meridian_joins_total{method="joinOrCreate",outcome="TOKEN_MISSING"}', 1);
    for (let i = 0; i < 120; i++) {
      await matchmake(node, { method: 'join', target: 'nowhere', address: '198.18.0.9' });
    }
    await matchmake(node, { method: 'join', target: 'nowhere', address: '198.18.0.9' });
    await expectMetric('meridian_joins_total{method="join",outcome="RATE_LIMITED"}', 1);
  });

  test('evictions by reason, inputs over budget, faults by hook', async () => {
    using bad = await join();
    bad.send([29]);
    await expectMetric('meridian_evictions_total{room="field",reason="bad-frame"}', 1);
    using loud = await join();
    for (let i = 0; i < 4; i++) loud.sendMessage('shout', [0xc0]);
    await expectMetric('meridian_evictions_total{room="field",reason="rate-limited"}', 1);
    using hasty = await join();
    for (let i = 0; i < 40; i++) hasty.send([Code.INPUT, 0x80, 1]);
    await expectMetric('meridian_inputs_over_budget_total{room="field"}', positive);
    hasty.sendMessage('throw');
    await expectMetric('meridian_room_faults_total{room="field",hook="onMessage"}', 1);
  });

  test('upgrades and seats that were refused, peers that were lost', async () => {
    using homeless = new RawClient(`ws://127.0.0.1:${node.port}/p/nosuchroom?sessionId=s`);
    await homeless.closed;
    await expectMetric('meridian_seats_refused_total', 1);
    const sockets = Array.from(
      { length: SOCKETS_PER_ADDRESS + 1 },
      () => new RawClient(`ws://127.0.0.1:${node.port}/`, '198.18.0.10'),
    );
    await expectMetric('meridian_upgrades_refused_total{code="RATE_LIMITED"}', 1);
    for (const socket of sockets) socket[Symbol.dispose]();
    await using relay = await TcpRelay.open(node.port);
    using _lost = await join(relay.port);
    relay.freeze();
    await expectMetric('meridian_peers_lost_total', 1);
  });

  test('a reader that falls behind: patches kept back, and a worse level', async () => {
    using client = await join();
    client.sendMessage('fill', [0xce, 0x00, 0x0a, 0x00, 0x00]);
    await eventually(() => client.messages.length > 3, PATIENCE);
    const held = 'meridian_flow_patches_held_total{room="field"}';
    const changes = 'meridian_flow_level_changes_total';
    // Again and again: one late answer makes no level worse.
    await eventually(async () => {
      const before = await node.metric(held);
      // Short enough for its pongs to come in time.
      client.ws.pause();
      await eventually(async () => (await node.metric(held)) > before, { withinMs: 900 }).catch(
        () => {},
      );
      client.ws.resume();
      expect(client.ws.readyState).toBe(WebSocket.OPEN);
      return (await node.metric(held)) > 0 && (await node.metric(changes)) > 0;
    }, PATIENCE);
    client.sendMessage('fill', [0]);
  });

  test('a step that is late for longer than can be made up, rejections, loop lag', async () => {
    using client = await join();
    client.sendMessage('stall', [0xcd, 0x02, 0x58]);
    client.sendMessage('reject');
    await expectMetric('meridian_tick_overrun_steps_total{room="field"}', positive);
    await expectMetric('meridian_unhandled_rejections_total', 1);
    await expectMetric('meridian_event_loop_lag_p99_seconds', (lag) => lag > 0.01 && lag < 5);
    await expectMetric('meridian_event_loop_lag_p50_seconds', (lag) => lag >= 0 && lag < 1);
  });

  test('a room with a journal, made anew when its steps fail', async () => {
    using client = await join(node.port, 'kept');
    await expectMetric('meridian_journal_entries_total{room="kept",kind="checkpoint"}', 1);
    await expectMetric('meridian_journal_entries_total{room="kept",kind="patch"}', positive);
    await expectMetric('meridian_journal_state_bytes_total{room="kept",kind="patch"}', positive);
    client.sendMessage('break');
    await expectMetric('meridian_rooms_frozen_total{room="kept",reason="restore"}', 1);
    await expectMetric('meridian_room_revivals_total{room="kept",outcome="revived"}', 1);
    await expectMetric('meridian_rooms{room="kept"}', 1);
  });

  test('a player who is looked at', async () => {
    const { playerId } = await node.signIn();
    for (let look = 0; look < 2; look += 1) {
      expect((await fetch(`${node.url}/v1/profiles/${playerId}`)).status).toBe(200);
    }
    await expectMetric('meridian_cache_reads_total{cache="profiles",outcome="memory"}', positive);
  });

  test('soft data: put by a room, and written', async () => {
    using client = await join();
    // { x: 1 } as MessagePack.
    client.sendMessage('remember', [0x81, 0xa1, 0x78, 0x01]);
    await expectMetric('meridian_soft_writes_total{step="put"}', positive);
    await expectMetric('meridian_soft_writes_total{step="written"}', positive);
  });

  test('links of clients: measured, reported, and reports that are none', async () => {
    using client = await join();
    const links = 'room="field",region="local"';
    const first = 'quantile="0.5"';
    client.send(encodeLinkReport(REPORT));
    await expectMetric(`meridian_link_reports_total{${links},transport="websocket"}`, 1);
    await expectMetric(`meridian_link_stall_seconds_sum{${links}}`, 0.04);
    await expectMetric(`meridian_link_action_seconds{${links},${first}}`, about(0.097));
    await expectMetric(`meridian_link_correction_pixels{${links},${first}}`, about(1.25));
    await expectMetric(
      `meridian_link_interpolation_delay_seconds{${links},${first}}`,
      about(0.081),
    );
    await expectMetric(`meridian_link_underruns_total{${links}}`, 2);
    await expectMetric(`meridian_link_mispredictions_total{${links}}`, 1);
    await expectMetric(`meridian_link_reconciliations_total{${links}}`, 20);
    client.send(encodeLinkReport(REPORT));
    await expectMetric(`meridian_link_reports_dropped_total{${links},reason="too-soon"}`, 1);
    await expectMetric(`meridian_link_rtt_seconds_count{${links}}`, positive);
    await expectMetric(`meridian_link_level_seconds_total{${links},level="0"}`, positive);
    await expectMetric(`meridian_link_sent_bytes_per_second{${links},${first}}`, positive);
    // One step is 50 ms; the rest is for a machine that is busy.
    const wait = `meridian_link_input_wait_seconds`;
    client.send([Code.INPUT, 0x80, 1]);
    await expectMetric(`${wait}{${links},${first}}`, (seconds) => seconds > 0 && seconds < 2);
  });

  test('seconds with slow actions', async () => {
    using client = await join();
    client.send(encodeLinkReport({ ...REPORT, actionP95Ms: 201 }));
    await expectMetric('meridian_link_slow_action_reports_total{room="field",region="local"}', 1);
  });

  test('what a hidden page says of what it draws is not counted', async () => {
    using client = await join();
    const reports = 'meridian_link_reports_total{room="field",region="local",transport';
    const stalls = 'meridian_link_stall_seconds_count{room="field",region="local"}';
    const before = await node.metric(stalls);
    client.send(encodeLinkReport({ ...REPORT, transport: 'webtransport', isHidden: true }));
    await expectMetric(`${reports}="webtransport"}`, 1);
    expect(await node.metric(stalls)).toBe(before);
  });

  test('no metric is left out of the scenario above', async () => {
    const samples = parsePrometheus(await node.metrics());
    const silent = (await definitions()).filter(({ name }) => !moved(samples, name));
    const expectedSilent = [
      // A median lag of nothing is a healthy node.
      'meridian_event_loop_lag_p50_seconds',
      // A node that is alone has no lease; these move in test/cluster/lease.test.ts.
      'meridian_lease_renewal_failures_total',
      'meridian_lease_lapses_total',
      'meridian_lease_votes_total',
      'meridian_node_deaths_declared_total',
      // Nothing fails by our fault here; src/telemetry/metrics.test.ts.
      'meridian_join_failures_total',
      // This game has no queues; these move in matchmaking-metrics.test.ts.
      'meridian_matchmaking_matches_total',
      'meridian_matchmaking_wait_seconds',
      'meridian_matchmaking_refused_at_door_total',
      // A region that is alone has no links; these move in region-link-metrics.test.ts.
      'meridian_region_link_messages_sent_total',
      'meridian_region_link_entries_carried_total',
      'meridian_region_link_delay_seconds',
      'meridian_region_link_messages_dropped_total',
      'meridian_region_link_gaps_total',
      'meridian_cache_news_total',
      // Without MongoDB no write waits for it; these move in deferred-writes.test.ts.
      'meridian_deferred_writes_waiting',
      'meridian_deferred_writes_oldest_seconds',
      'meridian_deferred_writes_failed',
      'meridian_deferred_writes_total',
      // test/cluster/evacuation.test.ts
      'meridian_evacuation_lag_seconds',
      'meridian_evacuation_rooms_total',
      // Events that are sent at once wait nowhere; these move in analytics-metrics.test.ts.
      'meridian_analytics_buffered',
      'meridian_analytics_backlog',
      'meridian_analytics_dropped_total',
      'meridian_analytics_refused_total',
      'meridian_analytics_redelivered_total',
      'meridian_analytics_failures_total',
      // What not even the kernel takes: flow control keeps it from coming to that. They move in patch-serializer.test.ts.
      'meridian_send_gate_skips_total',
      'meridian_resyncs_total',
      // Of inputs that are paced, which those of a client without an SDK are not; these move in inputs.test.ts.
      'meridian_inputs_total',
      'meridian_input_steps_starved_total',
      'meridian_input_wait_seconds_total',
      // A room whose turns take most of their time, which costs a core; src/rooms/flow/overload.test.ts.
      'meridian_rooms_overloaded',
      // Of a service of its own; test/integration/incidents.test.ts.
      'meridian_incident_alerts_total',
      'meridian_incident_webhooks_refused_total',
      'meridian_incident_decisions_total',
      'meridian_incident_open',
      'meridian_incident_bot_at_work',
      // A node that runs everything calls nobody; these move in services-apart.test.ts.
      'meridian_rpc_duration_seconds',
      'meridian_rpc_lanes',
    ];
    expect(silent.map(({ name }) => name).filter((n) => !expectedSilent.includes(n))).toEqual([]);
  });
});

test('[ND-31] metrics are on their own port only', async () => {
  expect((await fetch(`${node.url}/metrics`)).status).toBe(404);
  const response = await fetch(`http://127.0.0.1:${node.metricsPort}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  for (const path of ['/', '/monitor', '/v1/auth/guest', '/ready']) {
    expect((await fetch(`http://127.0.0.1:${node.metricsPort}${path}`)).status).toBe(404);
  }
});

describe('[ND-32] names and labels', () => {
  test('ours begin with meridian_, the process begins with process_ or nodejs_', async () => {
    const samples = parsePrometheus(await node.metrics());
    for (const sample of samples.keys()) expect(sample).toMatch(/^(meridian|process|nodejs)_/);
  });

  test('units are seconds and bytes, counters end in _total, and every metric has a help text', async () => {
    const all = await definitions();
    expect(all.length).toBeGreaterThanOrEqual(19);
    for (const { name, type, help } of all) {
      expect(name).toMatch(/^meridian_[a-z][a-z0-9_]*$/);
      expect(name).not.toMatch(/(_ms|milliseconds|_kb|kilobytes|_count|percent)(_|$)/);
      if (type === 'histogram') expect(name).toMatch(/_(seconds|bytes|bytes_per_second)$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(help).toMatch(/^[A-Z].*\.$/);
    }
  });

  test('a label never names a room, a session or a player', async () => {
    const client = new Client(node.url);
    const { accessToken, playerId } = await node.signIn();
    client.auth.token = accessToken;
    const room = await client.joinOrCreate('field');
    const text = await node.metrics();
    for (const id of [room.roomId, room.sessionId, playerId]) expect(text).not.toContain(id);
    const labels = new Set([...text.matchAll(/[{,](\w+)="/g)].map(([, label]) => label));
    const ours = [
      ...['room', 'method', 'outcome', 'reason', 'hook', 'code', 'le', 'class', 'step'],
      ...['cache', 'region', 'quantile', 'level', 'transport', 'node', 'build', 'services', 'call'],
    ];
    const nodeJs = ['type', 'kind', 'space', 'version', 'major', 'minor', 'patch'];
    for (const label of labels) expect([...ours, ...nodeJs]).toContain(label);
    await room.leave();
  });
});

/** What this node says of its own metrics. */
async function definitions() {
  const metrics = new NodeMetrics();
  const all = await metrics.registry.getMetricsAsJSON();
  metrics.close();
  return all
    .filter(({ name }) => name.startsWith('meridian_'))
    .map(({ name, type, help }) => ({ name, type: String(type), help }));
}

/** Gauges of rooms and clients are back at zero; that they have samples shows that they moved. */
function moved(samples: Samples, name: string): boolean {
  const own = [...samples].filter(([sample]) =>
    [name, `${name}{`, `${name}_count`].some(
      (start) => sample === start || sample.startsWith(start),
    ),
  );
  const isGauge = ['meridian_rooms', 'meridian_clients', 'meridian_sockets'].includes(name);
  return own.some(([, value]) => isGauge || value > 0);
}
