import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import type { WebSocket } from 'ws';
import { encodeLinkReport, type LinkReport } from '../../../src/protocol/link-report.ts';
import { LinkReports } from '../../../src/rooms/link-reports.ts';
import { ClientLinkMetrics } from '../../../src/telemetry/client-link-metrics.ts';
import { PingRounds } from '../../../src/transport/ws/ping-rounds.ts';
import type { Report } from '../../report/report.ts';
import { completeReport } from '../../report/write-report.ts';
import { measureErrorsMs, openPeers } from './ways.ts';

const RTTS_MS = [20, 80, 150, 300] as const;
const ERRORS = { peers: 8, pings: 8, intervalMs: 250 } as const;
const SOCKETS = 1_000;
const INTERVAL_MS = 1_000;
const COST_MS = 3_000;
/** Turns of both contenders, in alternation: the machine may change its mind in between. */
const TURNS = 3;
const REPORTS = 200_000;
/** Of a client's frame: two bytes, and the mask (RFC 6455 §5.2). */
const WEBSOCKET_HEADER_BYTES = 6;

const REPORT: LinkReport = {
  ...{ transport: 'websocket', isHidden: false, rttP50Ms: 42, rttP95Ms: 61, transitQ95Ms: 23 },
  ...{ interpolationDelayMs: 81, underruns: 2, stallMs: 40, correctionP95Px: 1.25 },
  ...{ mispredictions: 1, reconciliations: 20, framesPerSecond: 60, receivedBytes: 6_400 },
  actionP95Ms: 97,
};

/** Measures what links are known to be, and what knowing costs. */
export async function runLinksSuite(
  projectRoot: string,
  progress: (line: string) => void,
): Promise<Report> {
  const errors: Record<string, number> = {};
  for (const rttMs of RTTS_MS) {
    const sorted = (await measureErrorsMs(rttMs, ERRORS)).sort((a, b) => a - b);
    errors[`rtt_error_p50_ms_at_${rttMs}`] = round(sorted[sorted.length >> 1] ?? 0);
    errors[`rtt_error_max_ms_at_${rttMs}`] = round(sorted.at(-1) ?? 0);
    progress(`a way of ${rttMs} ms: off by ${round(sorted.at(-1) ?? 0)} ms at most`);
  }
  const cost = await measurePings(progress);
  const reportNs = measureReports();
  progress(`a report: ${reportNs} ns`);
  const frame = encodeLinkReport(REPORT);
  return completeReport(projectRoot, {
    suite: 'links',
    isPinned: false,
    figures: {
      rtt_error_max_ms: Math.max(...Object.values(errors)),
      ...errors,
      ping_cpu_percent_1000: cost.ours,
      ping_cpu_percent_1000_plain: cost.plain,
      report_bytes_per_s: frame.byteLength + WEBSOCKET_HEADER_BYTES,
      report_ns: reportNs,
    },
    notes: [
      'The ways are relays whose timers are exact to a millisecond, in the process that measures.',
      `CPU of the server of ${SOCKETS} sockets, each pinged once a second, less that of the same sockets at rest; plain: a setInterval that pings all of them by ws.ping, as the stock transport does, without measuring.`,
    ],
    runs: [cost],
  });
}

/** CPU of one core that pinging takes, in percent. */
async function measurePings(progress: (line: string) => void) {
  await using open = await openPeers(SOCKETS);
  const rounds = new PingRounds({
    ...{ intervalMs: INTERVAL_MS, maxUnanswered: 1_000, onDead: () => {} },
    onRttMs: () => {},
  });
  for (const ws of open.sockets) rounds.add(ws);
  const turns = { rest: [] as number[], ours: [] as number[], plain: [] as number[] };
  for (let turn = 0; turn < TURNS; turn++) {
    turns.rest.push(await cpuPercent());
    rounds.start();
    turns.ours.push(await cpuPercent());
    rounds.stop();
    const stop = pingPlainly(open.sockets);
    turns.plain.push(await cpuPercent());
    stop();
  }
  const rest = median(turns.rest);
  const cost = { ours: round(median(turns.ours) - rest), plain: round(median(turns.plain) - rest) };
  progress(`${SOCKETS} sockets: ${cost.ours} % of a core, ${cost.plain} % plain`);
  return cost;
}

/** @returns stops it */
function pingPlainly(sockets: readonly WebSocket[]): () => void {
  const timer = setInterval(() => {
    for (const ws of sockets) ws.ping(() => {});
  }, INTERVAL_MS);
  return () => clearInterval(timer);
}

async function cpuPercent(): Promise<number> {
  const [before, beganAtMs] = [process.cpuUsage(), performance.now()];
  await sleep(COST_MS);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 10 / (performance.now() - beganAtMs);
}

/** Reading a report, and putting it into the metrics, ns of CPU. */
function measureReports(): number {
  const metrics = new ClientLinkMetrics(new Registry(), 'local');
  const reports = new LinkReports({
    taken: (report) => metrics.reported('arena', report),
    dropped: (why) => metrics.reportDropped('arena', why),
  });
  const frame = encodeLinkReport(REPORT);
  const client = {} as never;
  let second = 0;
  const run = () => {
    for (let left = REPORTS; left > 0; left--) reports.receive(client, frame, ++second * 1_000);
  };
  // Compiled first.
  run();
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return Math.round(((user + system) * 1_000) / REPORTS);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
