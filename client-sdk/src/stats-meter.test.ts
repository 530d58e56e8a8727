import { Protocol } from '@colyseus/sdk';
import { expect, test } from 'vitest';
import { StatsMeter } from './stats-meter.ts';

const TIMED = 0x80;
const patch = (sizeBytes: number) => {
  const frame = new Uint8Array(sizeBytes);
  frame[0] = Protocol.ROOM_STATE_PATCH | TIMED;
  return frame;
};

test('gives rates per second and begins anew', () => {
  const meter = new StatsMeter(0);
  for (let i = 0; i < 10; i++) meter.addReceived(patch(30));
  meter.addReceived(Uint8Array.of(Protocol.PING));
  meter.addSent(40);
  expect(meter.take(500)).toEqual({
    rttMs: null,
    jitterMs: 0,
    bytesInPerSecond: 602,
    bytesOutPerSecond: 80,
    patchesPerSecond: 20,
    reconnects: 0,
  });
  expect(meter.take(1_500)).toMatchObject({ bytesInPerSecond: 0, patchesPerSecond: 0 });
});

test('counts wrong predictions among all; rounding is not wrong', () => {
  const meter = new StatsMeter(0);
  for (const distance of [0, 0.0005, 2, 0.25]) meter.recordCorrection(distance);
  expect(meter.take(1_000)).toMatchObject({
    corrections: 2,
    largestCorrection: 2,
    predictionLossRatio: 0.5,
  });
  expect(meter.take(2_000)).toMatchObject({ corrections: 0, predictionLossRatio: 0 });
});

test('reads each reconciliation of a watched reconciler once', () => {
  const meter = new StatsMeter(0);
  const reconciler = { reconcileSeq: 5, lastCorrectionMag: 9 };
  const stop = meter.watch(reconciler);
  meter.addReceived(patch(1));
  reconciler.reconcileSeq = 6;
  reconciler.lastCorrectionMag = 0.5;
  meter.addReceived(patch(1));
  meter.addReceived(patch(1));
  reconciler.reconcileSeq = 7;
  reconciler.lastCorrectionMag = 0;
  expect(meter.take(1_000)).toMatchObject({
    corrections: 1,
    largestCorrection: 0.5,
    predictionLossRatio: 0.5,
  });
  stop();
  reconciler.reconcileSeq = 8;
  expect(meter.take(2_000)).toMatchObject({ predictionLossRatio: 0, corrections: 0 });
});

test('tells jitter of the RTT where patches carry no time', () => {
  const meter = new StatsMeter(0);
  for (let i = 0; i < 200; i++) meter.addRtt(i % 2 === 0 ? 40 : 60);
  expect(meter.take(1_000).jitterMs).toBeCloseTo(20, 1);
});
