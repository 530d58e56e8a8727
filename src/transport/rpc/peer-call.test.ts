import { Metadata } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { CallSigner, callKey, headerOf, PeerGate } from './peer-call.ts';

const KEY = callKey('a secret of at least thirty-two characters');
const PATH = '/meridian.test.v1.Till/Ring';
const NOON_MS = 1_700_000_000_000;
const MINUTE_MS = 60_000;

function signed(signer: CallSigner, atMs: number, path = PATH): Metadata {
  const metadata = new Metadata();
  signer.sign(metadata, path, atMs);
  return metadata;
}

const headerAt = (signer: CallSigner, atMs: number, path?: string) =>
  headerOf(signed(signer, atMs, path), 'meridian-peer');

test('[SE-3] a signature is used for a second, for its method', () => {
  const signer = new CallSigner(KEY);
  const first = headerAt(signer, NOON_MS);
  expect(headerAt(signer, NOON_MS + 999)).toBe(first);
  expect(headerAt(signer, NOON_MS, `${PATH}Again`)).not.toBe(first);
  expect(headerAt(signer, NOON_MS + 1_000)).not.toBe(first);
  // The clock was set back.
  expect(headerAt(signer, NOON_MS - 10 * MINUTE_MS)).toMatch(/^1699999400000\./);
});

test.each([
  ['soon', 1, PATH, true],
  ['with a clock that is behind', -4 * MINUTE_MS, PATH, true],
  ['too late', 5 * MINUTE_MS + 1, PATH, false],
  ['for another method', 1, `${PATH}Again`, false],
])('[SE-3] a call that comes %s, for the first time and again', (_how, afterMs, path, isIn) => {
  const metadata = signed(new CallSigner(KEY), NOON_MS);
  const gate = new PeerGate(KEY);
  for (const time of [0, 1]) {
    expect(gate.admits(metadata, PATH, NOON_MS), `${time}`).toBe(true);
    expect(gate.admits(metadata, path, NOON_MS + afterMs), `${time}`).toBe(isIn);
  }
  expect(new PeerGate(KEY).admits(metadata, path, NOON_MS + afterMs)).toBe(isIn);
});

test.each(['', 'x', `${NOON_MS}`, `${NOON_MS}.`, `${NOON_MS}.AAAA`, '.AAAA'])(
  '[SE-3] a stranger is refused however often he comes: %o',
  (header) => {
    const gate = new PeerGate(KEY);
    const metadata = new Metadata();
    metadata.set('meridian-peer', header);
    for (let time = 0; time < 3; time += 1) {
      expect(gate.admits(metadata, PATH, NOON_MS)).toBe(false);
      expect(gate.admits(new Metadata(), PATH, NOON_MS)).toBe(false);
    }
  },
);

test('[SE-3] another secret is another key', () => {
  const other = new CallSigner(callKey('another secret of thirty-two characters'));
  const gate = new PeerGate(KEY);
  for (let time = 0; time < 3; time += 1) {
    expect(gate.admits(signed(other, NOON_MS), PATH, NOON_MS)).toBe(false);
  }
});
