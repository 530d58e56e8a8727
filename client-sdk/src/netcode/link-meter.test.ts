import { expect, test } from 'vitest';
import { LinkMeter } from './link-meter.ts';

const FIGURES = { delayMs: 70, underruns: 2, stalledMs: 120, playedMs: 900 };
const SHOWN = { isDrawn: true, isHidden: false };

test('[NC-12] a report is of its second: figures of the one before are not in it', () => {
  const meter = new LinkMeter(0);
  for (let i = 0; i < 120; i += 1) meter.addFrame();
  for (const distance of [0, 0, 0.0005, 3]) meter.addCorrection(distance);
  for (let i = 1; i <= 20; i += 1) meter.addLateness(i);
  for (const rttMs of [30, 40, 200]) meter.addRtt(rttMs);
  meter.addAction(90);
  meter.addReceived(9_000);
  expect(meter.take(2_000, FIGURES, SHOWN)).toEqual({
    transport: 'websocket',
    isHidden: false,
    rttP50Ms: 40,
    rttP95Ms: 200,
    transitQ95Ms: 19,
    interpolationDelayMs: 70,
    underruns: 2,
    stallMs: 120,
    correctionP95Px: 3,
    mispredictions: 1,
    reconciliations: 4,
    framesPerSecond: 60,
    receivedBytes: 4_500,
    actionP95Ms: 90,
  });
  const later = { delayMs: 71, underruns: 3, stalledMs: 150, playedMs: 1_900 };
  expect(meter.take(3_000, later, SHOWN)).toMatchObject({
    // Pings are seldom: they count longer.
    rttP50Ms: 40,
    transitQ95Ms: null,
    interpolationDelayMs: 71,
    underruns: 1,
    stallMs: 30,
    correctionP95Px: null,
    mispredictions: 0,
    reconciliations: 0,
    framesPerSecond: 0,
    receivedBytes: 0,
    actionP95Ms: null,
  });
});

test('[NC-12] while nothing is drawn nothing of it is reported, and nothing is caught up with', () => {
  const meter = new LinkMeter(0);
  expect(meter.take(1_000, FIGURES, SHOWN)).toMatchObject({ stallMs: 120 });
  expect(meter.take(2_000, FIGURES, { isDrawn: false, isHidden: true })).toMatchObject({
    isHidden: true,
    interpolationDelayMs: null,
    stallMs: 0,
  });
  const later = { ...FIGURES, stalledMs: 130 };
  expect(meter.take(3_000, later, SHOWN)).toMatchObject({ stallMs: 10, underruns: 0 });
});
