import type { Client } from '@colyseus/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeLinkReport, LINK_REPORT_CODE, type LinkReport } from '../protocol/link-report.ts';
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

test('[TM-5] whatever comes as a report, and however often, is taken or dropped', () => {
  const frame = fc.oneof(fc.constant(FRAME), fc.uint8Array({ maxLength: 200 }));
  const arrival = fc.record({ frame, gapMs: fc.nat(2_000) });
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 50 }), (arrivals) => {
      const { heard, receive } = desk();
      let nowMs = 0;
      for (const { frame: bytes, gapMs } of arrivals) {
        nowMs += gapMs;
        receive(Uint8Array.of(LINK_REPORT_CODE, ...bytes.subarray(1)), nowMs);
      }
      expect(heard.length).toBe(arrivals.length);
      const taken = heard.filter((what) => what !== 'too-soon' && what !== 'malformed');
      expect(taken.length).toBeLessThanOrEqual(1 + nowMs / 500);
    }),
  );
});
