import { expect, test } from 'vitest';
import { LatencySampler } from './latency-sampler.ts';

function sampler() {
  const time = { nowMs: 0 };
  const clock = { monotonicMs: () => time.nowMs, wallMs: () => time.nowMs };
  return { time, sampler: new LatencySampler({ clock }) };
}

test('[AN-4] one of a client in half a minute', () => {
  const { time, sampler: it } = sampler();
  const [ann, ben] = [{}, {}];
  expect([it.takes(ann), it.takes(ann), it.takes(ben)]).toEqual([true, false, true]);
  time.nowMs = 29_999;
  expect(it.takes(ann)).toBe(false);
  time.nowMs = 30_000;
  expect(it.takes(ann)).toBe(true);
});

test('[AN-4] twenty in a second, whoever they are of; who was passed over is taken later', () => {
  const { time, sampler: it } = sampler();
  const clients = Array.from({ length: 50 }, () => ({}));
  const taken = () => clients.filter((client) => it.takes(client)).length;
  expect(taken()).toBe(20);
  time.nowMs = 999;
  expect(taken()).toBe(0);
  time.nowMs = 1_000;
  expect(taken()).toBe(20);
  time.nowMs = 2_000;
  expect(taken()).toBe(10);
});
