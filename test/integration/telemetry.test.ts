// What a node knows of the links of its clients: by pings over a way that is long, and by what they report.

import type { Client } from '@colyseus/core';
import { schema, t } from '@colyseus/schema';
import { defineGame, Room } from 'meridian';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { steadyPath, WanLink } from '../../loadtest/wan/wan-link.ts';
import { type MeridianNode, startNode } from '../../src/app/node.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { CloseCode } from '../../src/protocol/close-codes.ts';
import { encodeLinkReport, type LinkReport } from '../../src/protocol/link-report.ts';
import { MeridianClient } from '../../src/transport/ws/meridian-client.ts';
import { eventually } from '../support/eventually.ts';
import { requestSeat } from '../support/guard-client.ts';
import { RawClient, type Seat } from '../support/raw-client.ts';

const SOON = { withinMs: 10_000 };
const PING_INTERVAL_MS = 400;

const REPORT: LinkReport = {
  ...{ transport: 'websocket', isHidden: false, rttP50Ms: 42, rttP95Ms: 61, transitQ95Ms: 23 },
  ...{ interpolationDelayMs: 81, underruns: 2, stallMs: 40, correctionP95Px: 1.25 },
  ...{ mispredictions: 1, reconciliations: 20, framesPerSecond: 60, receivedBytes: 6_400 },
  actionP95Ms: 97,
};

const rooms = new Set<YardRoom>();
const heard: unknown[] = [];

class YardRoom extends Room {
  static override allowAnonymous = true;
  override state = new (schema({ steps: t.uint32().default(0) }, 'YardState'))();
  override messages = { '*': (_client: Client, type: unknown) => heard.push(type) };

  override onCreate(): void {
    rooms.add(this);
    this.setFixedTimestep(() => {
      this.state.steps++;
    }, 20);
  }
}

let node: MeridianNode;
beforeAll(async () => {
  const config = loadConfig({
    PORT: '0',
    MERIDIAN_HTTP_BIND_ADDRESS: '127.0.0.1',
    MERIDIAN_PROFILES_SQLITE_PATH: ':memory:',
    MERIDIAN_ADMIN_METRICS_PORT: '0',
    MERIDIAN_ADMIN_ADMIN_PORT: '0',
    MERIDIAN_PROCESS_LOG_LEVEL: 'silent',
    MERIDIAN_PROCESS_SHUTDOWN_DEADLINE_MS: '2000',
    MERIDIAN_ROOMS_PING_INTERVAL_MS: String(PING_INTERVAL_MS),
  });
  node = await startNode(config, defineGame({ rooms: { yard: YardRoom } }));
});
afterAll(() => node?.stop());

/** Somebody in the yard, and his server's end. @param port - where he connects */
async function join(port = node.ports.port) {
  const { body } = await requestSeat(node.ports.port, 'yard');
  const client = RawClient.sit(body as Seat, port);
  await client.welcomed();
  const seated = await eventually(() => {
    const room = [...rooms].find(({ roomId }) => roomId === body.roomId);
    return room?.clients.getById(body.sessionId ?? '');
  }, SOON);
  if (!(seated instanceof MeridianClient)) throw new Error('a client of another transport');
  return { client, seated };
}

const metric = async (sample: string) => {
  const text = await node.metrics.registry.metrics();
  const line = text.split('\n').find((one) => one.startsWith(`${sample} `));
  return line === undefined ? null : Number(line.split(' ').at(-1));
};

test('[TM-1] the server measures the way to a client, and back', async () => {
  await using way = await WanLink.open({ host: '127.0.0.1', port: node.ports.port }, () =>
    steadyPath(40),
  );
  const { client, seated } = await join(way.port);
  expect(seated.rtt).toBe(null);
  const rtt = await eventually(() => seated.rtt, SOON);
  // To the millisecond of the timers of the way.
  expect(rtt.minMs).toBeGreaterThan(77);
  expect(rtt.minMs).toBeLessThan(1_000);
  client[Symbol.dispose]();
});

test('[TM-3] a way that becomes 200 ms longer shows within three pings', async () => {
  let oneWayMs = 20;
  await using way = await WanLink.open({ host: '127.0.0.1', port: node.ports.port }, () =>
    steadyPath(oneWayMs),
  );
  const { client, seated } = await join(way.port);
  let pings = 0;
  client.ws.on('ping', () => pings++);
  await eventually(() => pings >= 5 && (seated.rtt?.minMs ?? 999) < 200, { withinMs: 20_000 });
  pings = 0;
  oneWayMs += 100;
  await eventually(() => (seated.rtt?.p50Ms ?? 0) > 230, { withinMs: 20_000 });
  // Three, one that was under way, and one that left while the answer to the third came back.
  expect(pings).toBeLessThanOrEqual(5);
  client[Symbol.dispose]();
});

test('[TM-4] a report reaches the node and no handler of the game, and costs less than 30 bytes', async () => {
  const { client, seated } = await join();
  const { _socket: socket } = client.ws as unknown as {
    readonly _socket: { readonly bytesWritten: number };
  };
  const before = socket.bytesWritten;
  client.send(encodeLinkReport(REPORT));
  expect(socket.bytesWritten - before).toBeLessThan(30);
  await eventually(() => seated.linkReport, SOON);
  expect(seated.linkReport).toEqual(REPORT);
  expect(heard).toEqual([]);
  expect(
    await metric('meridian_link_reports_total{room="yard",region="local",transport="websocket"}'),
  ).toBe(1);
  client[Symbol.dispose]();
});

test('[TM-5] malformed and too frequent reports are dropped, and end no connection', async () => {
  const { client, seated } = await join();
  const dropped = (reason: string) =>
    metric(`meridian_link_reports_dropped_total{room="yard",region="local",reason="${reason}"}`);
  client.send(encodeLinkReport(REPORT).subarray(0, 20));
  await eventually(() => dropped('malformed'), SOON);
  for (let i = 0; i < 20; i++) client.send(encodeLinkReport({ ...REPORT, rttP50Ms: i }));
  await eventually(async () => ((await dropped('too-soon')) ?? 0) >= 19, SOON);
  await eventually(
    () => {
      client.send(encodeLinkReport(REPORT));
      return seated.linkReport?.rttP50Ms === 42;
    },
    { ...SOON, everyMs: 100 },
  );
  expect(client.end).toBe(null);
  client[Symbol.dispose]();
});

test('[TM-6] what a client claims does not change what the server has measured', async () => {
  const { client, seated } = await join();
  await eventually(() => seated.rtt, SOON);
  const claim = { rttP50Ms: 9_000, rttP95Ms: 9_000, transitQ95Ms: 9_000, stallMs: 1_000 };
  client.send(encodeLinkReport({ ...REPORT, ...claim }));
  await eventually(() => seated.linkReport, SOON);
  const trips = new Set([seated.rtt]);
  await eventually(() => trips.add(seated.rtt).size > 2, SOON);
  expect(seated.rtt?.p50Ms).toBeLessThan(5_000);
  expect(seated.qualityLevel).toBe(0);
  client[Symbol.dispose]();
});

test('[TM-5] a flood of reports is one of frames', async () => {
  const { client } = await join();
  for (let i = 0; i < 200; i++) client.send(encodeLinkReport(REPORT));
  expect((await client.closed).code).toBe(CloseCode.RATE_LIMITED);
});

test('[TM-7] what the node measures is in its metrics, by room and region', async () => {
  const { client } = await join();
  const links = 'room="yard",region="local"';
  const sent = `meridian_link_sent_bytes_per_second{${links},quantile="0.5"}`;
  await eventually(async () => ((await metric(sent)) ?? 0) > 20, SOON);
  expect(await metric(`meridian_link_rtt_seconds{${links},quantile="0.95"}`)).toBeLessThan(2);
  expect(await metric(`meridian_link_level_seconds_total{${links},level="0"}`)).toBeGreaterThan(
    0.2,
  );
  client[Symbol.dispose]();
});
