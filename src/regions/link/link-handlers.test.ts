import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Clock } from '../../shared/clock.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { LinkHandlers } from './link-handlers.ts';
import type { LinkDelivery } from './link-message.ts';
import { noLinkMetrics } from './link-metrics.ts';
import { RecentIds } from './recent-ids.ts';
import { makeUlid } from './ulid.ts';

const clock: Clock = { monotonicMs: () => 0, wallMs: () => 1_000 };
const kind = (delivery: LinkDelivery) => ({ name: 'k', delivery, body: z.number() });
const message = { kind: 'k', id: makeUlid(1), atMs: 900, body: 7 };
const asWork = { delivery: 'work', mayBeRepeated: true } as const;
const asNews = { delivery: 'news', mayBeRepeated: false } as const;

function handlers() {
  const counted: string[] = [];
  const metrics = {
    ...noLinkMetrics,
    handled: (_from: string, name: string, delayMs: number) =>
      void counted.push(`handled ${name} after ${delayMs}`),
    dropped: (_from: string, reason: string) => void counted.push(reason),
  };
  const log = createLogger({ level: 'silent' });
  const deps = { log, metrics, clock };
  return { counted, all: new LinkHandlers(deps, 'a', { handlerTimeoutMs: 30 }) };
}

test('[RL-12] [RL-13] a kind is heard where its delivery says, with where it came from', async () => {
  for (const delivery of ['work', 'news'] as const) {
    const { all, counted } = handlers();
    const handler = vi.fn();
    all.add(kind(delivery), handler);
    await all.handle(message, asWork);
    await all.handle(message, asNews);
    const mayBeRepeated = delivery === 'work';
    expect(handler.mock.calls).toEqual([[message, { fromRegionId: 'a', mayBeRepeated }]]);
    expect(counted).toEqual(['handled k after 100']);
  }
});

test('[RL-15] work whose handler throws is tried three times, news once, and the next one is handled', async () => {
  for (const [delivery, tries] of [
    ['work', 3],
    ['news', 1],
  ] as const) {
    const { all, counted } = handlers();
    const failing = vi.fn(() => Promise.reject(new Error('no')));
    all.add(kind(delivery), failing);
    await all.handle(message, { delivery, mayBeRepeated: false });
    expect([failing.mock.calls.length, counted]).toEqual([tries, ['failed']]);
  }
  const { all, counted } = handlers();
  let calls = 0;
  all.add(kind('work'), () => {
    calls++;
    if (calls < 3) throw new Error('not yet');
  });
  await all.handle(message, asWork);
  expect([calls, counted]).toEqual([3, ['handled k after 100']]);
});

test('[RL-15] a handler that is not done in time is not waited for, and not called again', async () => {
  const { all, counted } = handlers();
  const hanging = vi.fn(() => new Promise<void>(() => {}));
  all.add(kind('work'), hanging);
  await all.handle(message, asWork);
  expect([hanging.mock.calls.length, counted]).toEqual([1, ['failed']]);
});

test('[RL-6] [RL-14] [RL-16] what is expired, not of its kind, or of no kind is dropped and counted', async () => {
  const { all, counted } = handlers();
  const handler = vi.fn();
  all.add(kind('work'), handler);
  await all.handle({ ...message, expiresAtMs: 1_000 }, asWork);
  await all.handle({ ...message, body: 'seven' }, asWork);
  await all.handle({ ...message, kind: 'newer' }, asWork);
  // Counted by whoever takes the work, not by every node.
  await all.handle({ ...message, kind: 'newer' }, asNews);
  expect(handler).not.toHaveBeenCalled();
  expect(counted).toEqual(['expired', 'foreign', 'unhandled']);
  expect(() => all.add(kind('news'), handler)).toThrow(TypeError);
});

test('[RL-11] a gap is told to all who asked, also when one of them fails', async () => {
  const { all } = handlers();
  const told: string[] = [];
  all.addGap('work', () => Promise.reject(new Error('no')));
  all.addGap('work', (from) => void told.push(`work ${from}`));
  all.addGap('news', (from) => void told.push(`news ${from}`));
  await all.tellGap('work');
  expect(told).toEqual(['work a']);
});

test('[RL-10] the newest ids are remembered, older ones forgotten', () => {
  const ids = new RecentIds(2);
  for (const id of ['a', 'b', 'b', 'c']) ids.add(id);
  expect(['a', 'b', 'c'].map((id) => ids.has(id))).toEqual([false, true, true]);
});
