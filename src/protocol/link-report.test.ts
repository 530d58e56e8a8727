import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeLinkReport,
  encodeLinkReport,
  LINK_REPORT_BYTES,
  LINK_REPORT_CODE,
  type LinkReport,
} from './link-report.ts';

/** Of a client's frame: two bytes, and the mask (RFC 6455 §5.2). */
const WEBSOCKET_HEADER_BYTES = 6;

const REPORT: LinkReport = {
  ...{ transport: 'websocket', isHidden: false, rttP50Ms: 42, rttP95Ms: 61, transitQ95Ms: 23 },
  ...{ interpolationDelayMs: 81, underruns: 2, stallMs: 40, correctionP95Px: 1.25 },
  ...{ mispredictions: 1, reconciliations: 20, framesPerSecond: 60, receivedBytes: 6_400 },
  actionP95Ms: 97,
};

const NOTHING: LinkReport = {
  ...{ transport: 'webtransport', isHidden: true, rttP50Ms: null, rttP95Ms: null },
  ...{ transitQ95Ms: null, interpolationDelayMs: null, underruns: 0, stallMs: 0 },
  ...{ correctionP95Px: null, mispredictions: 0, reconciliations: 0, framesPerSecond: 0 },
  ...{ receivedBytes: 0, actionP95Ms: null },
};

test.each([
  ['figures', REPORT],
  ['nothing measured', NOTHING],
])('[TM-4] a report comes out as it went in: %s', (_what, report) => {
  expect(decodeLinkReport(encodeLinkReport(report))).toEqual(report);
});

test('[TM-4] a report a second costs less than 30 bytes a second', () => {
  const frame = encodeLinkReport(REPORT);
  expect(frame.byteLength).toBe(LINK_REPORT_BYTES);
  expect(frame.byteLength + WEBSOCKET_HEADER_BYTES).toBeLessThan(30);
});

test('[TM-4] what does not fit is sent as the most that does', () => {
  const wild: LinkReport = {
    ...REPORT,
    ...{ rttP50Ms: Number.NaN, rttP95Ms: 1e9, transitQ95Ms: -5, correctionP95Px: 7e9 },
    ...{ underruns: 1e9, stallMs: Number.POSITIVE_INFINITY, framesPerSecond: Number.NaN },
    ...{ receivedBytes: 1e12, reconciliations: 300, mispredictions: 299 },
  };
  expect(decodeLinkReport(encodeLinkReport(wild))).toEqual({
    ...REPORT,
    ...{ rttP50Ms: null, rttP95Ms: 10_000, transitQ95Ms: 0, correctionP95Px: 500 },
    ...{ underruns: 255, stallMs: 10_000, framesPerSecond: 0, receivedBytes: 6_553_400 },
    ...{ reconciliations: 255, mispredictions: 255 },
  });
});

test.each([
  ['a byte short', (frame: Uint8Array) => frame.subarray(1)],
  ['a byte long', (frame: Uint8Array) => Uint8Array.of(...frame, 0)],
  ['nothing but the code', (frame: Uint8Array) => frame.subarray(0, 1)],
  ['of another version', (frame: Uint8Array) => frame.with(1, 2)],
  ['over another transport', (frame: Uint8Array) => frame.with(2, 3)],
])('[TM-5] no report: %s', (_what, spoil) => {
  expect(decodeLinkReport(spoil(encodeLinkReport(REPORT)))).toBe(null);
});

test('[TM-5] whatever a client sends, the figures lie within their bounds', () => {
  const frames = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc
      .uint8Array({ minLength: LINK_REPORT_BYTES - 2, maxLength: LINK_REPORT_BYTES - 2 })
      .map((rest) => Uint8Array.of(LINK_REPORT_CODE, 1, ...rest)),
  );
  let read = 0;
  fc.assert(
    fc.property(frames, (frame) => {
      const report = decodeLinkReport(frame);
      if (report === null) return;
      read += 1;
      expectWithinBounds(report);
      // Nothing is lost by passing it on.
      expect(decodeLinkReport(encodeLinkReport(report))).toEqual(report);
    }),
    { numRuns: 2_000 },
  );
  expect(read).toBeGreaterThan(100);
});

function expectWithinBounds(report: LinkReport): void {
  const { rttP50Ms, rttP95Ms, transitQ95Ms, interpolationDelayMs, actionP95Ms } = report;
  for (const ms of [rttP50Ms, rttP95Ms, transitQ95Ms, interpolationDelayMs, actionP95Ms]) {
    if (ms !== null) expectBetween(ms, 10_000);
  }
  expectBetween(report.stallMs, 10_000);
  expectBetween(report.correctionP95Px ?? 0, 500);
  expectBetween(report.receivedBytes, 6_553_400);
  expectBetween(report.mispredictions, report.reconciliations);
  if (rttP95Ms !== null) expect(rttP95Ms).toBeGreaterThanOrEqual(rttP50Ms ?? 0);
}

function expectBetween(figure: number, most: number): void {
  expect(figure).toBeGreaterThanOrEqual(0);
  expect(figure).toBeLessThanOrEqual(most);
}
