import type { Client } from '@colyseus/core';
import { expect, test } from 'vitest';
import { encodeLinkReport, type LinkReport } from '../protocol/link-report.ts';
import { LinkReports } from './link-reports.ts';

const REPORT: LinkReport = {
  ...{ transport: 'websocket', isHidden: false, rttP50Ms: 42, rttP95Ms: 61, transitQ95Ms: 23 },
  ...{ interpolationDelayMs: 81, underruns: 2, stallMs: 40, correctionP95Px: 1.25 },
  ...{ mispredictions: 1, reconciliations: 20, framesPerSecond: 60, receivedBytes: 6_400 },
  actionP95Ms: 97,
};
const FRAME = encodeLinkReport(REPORT);

function desk() {
  const heard: unknown[] = [];
  const reports = new LinkReports({
    taken: (report) => heard.push(report.rttP50Ms),
    dropped: (why) => heard.push(why),
  });
  const client = {} as Client;
  return {
    heard,
    receive: (frame: Uint8Array, nowMs: number, from = client) =>
      reports.receive(from, frame, nowMs),
  };
}

test('[TM-5] one report in half a second is taken, of each client', () => {
  const { heard, receive } = desk();
  for (const nowMs of [0, 1, 499, 500, 999, 1_000]) receive(FRAME, nowMs);
  receive(FRAME, 1_000, {} as Client);
  expect(heard).toEqual([42, 'too-soon', 'too-soon', 42, 'too-soon', 42, 42]);
});

test('[TM-5] a malformed report is dropped, and the next good one is taken', () => {
  const { heard, receive } = desk();
  receive(FRAME.subarray(0, 9), 0);
  receive(FRAME, 600);
  expect(heard).toEqual(['malformed', 42]);
});
