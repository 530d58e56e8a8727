import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasHoles, type OutboxHoles, planCarry } from './carry-plan.ts';
import { LINK_START } from './link-id.ts';

const NOW_MS = 1_000;
const NO_HOLES: OutboxHoles = { expired: null, refused: null };

function stored(id: string, expiresAtMs = 0) {
  return { id, fields: ['i', `U${id}`, 'x', String(expiresAtMs), 't', '1', 'm', `{${id}}`] };
}
const foreign = (id: string) => ({ id, fields: ['hello', 'world'] });

function plan(
  entries: readonly ReturnType<typeof stored>[],
  holes = NO_HOLES,
  cursor = LINK_START,
) {
  const { runs, ...counts } = planCarry(entries, {
    cursor,
    confirmed: cursor,
    holes,
    nowMs: NOW_MS,
  });
  const steps = runs.map(({ epoch, after, items }) => ({
    from: `${epoch}-${after}`,
    items: items.map(({ type, sequence }) => `${type}${sequence}`).join(' '),
  }));
  return { steps, ...counts };
}

test('[RL-2] entries are carried in order, an epoch at a time, from where the peer is', () => {
  const entries = [stored('7-4'), stored('7-5'), stored('9-1'), stored('9-2')];
  expect(plan(entries, NO_HOLES, { epoch: 7, sequence: 3 }).steps).toEqual([
    { from: '7-3', items: 'm4 m5' },
    { from: '9-0', items: 'm1 m2' },
  ]);
  const [run] = planCarry([stored('7-4')], {
    cursor: { epoch: 7, sequence: 3 },
    confirmed: LINK_START,
    holes: NO_HOLES,
    nowMs: NOW_MS,
  }).runs;
  expect(run?.items).toEqual([{ sequence: 4, type: 'm', ulid: 'U7-4', envelope: '{7-4}' }]);
});

test('[RL-6] what has expired keeps its number and loses its text', () => {
  const entries = [stored('7-1', NOW_MS), stored('7-2', NOW_MS + 1), stored('7-3', 1)];
  expect(plan(entries)).toEqual({
    steps: [{ from: '7-0', items: 'x1 m2 x3' }],
    foreign: 0,
    expired: 2,
  });
});

test('[RL-14] what no link wrote is left out, and keeps a number only among ours', () => {
  const entries = [
    foreign('3-1'),
    stored('7-1'),
    foreign('7-2'),
    foreign('99999999999999999999-0'),
    foreign('8-5'),
    stored('9-1'),
  ];
  expect(plan(entries)).toEqual({
    steps: [
      { from: '7-0', items: 'm1 x2' },
      { from: '9-0', items: 'm1' },
    ],
    foreign: 4,
    expired: 0,
  });
});

test.each([
  ['nothing is known of the hole', null, null, 'm9'],
  ['all in it had expired', 8, null, 'h8 m9'],
  ['more than it had expired', 20, null, 'h8 m9'],
  ['its end was not among the expired', 7, null, 'm9'],
  ['something in it was refused', 8, 6, 'm9'],
  ['something before it was refused', 8, 5, 'h8 m9'],
])('[RL-11] %s', (_what, expired, refused, items) => {
  const holes = {
    expired: expired === null ? null : { epoch: 7, sequence: expired },
    refused: refused === null ? null : { epoch: 7, sequence: refused },
  };
  expect(plan([stored('7-9')], holes, { epoch: 7, sequence: 5 }).steps).toEqual([
    { from: '7-5', items },
  ]);
});

test('[RL-11] a hole is seen wherever it is, and only where one is', () => {
  const cursor = { epoch: 7, sequence: 5 };
  expect(hasHoles([stored('7-6'), stored('7-7'), stored('8-1')], cursor)).toBe(false);
  expect(hasHoles([stored('7-7')], cursor)).toBe(true);
  expect(hasHoles([stored('7-6'), stored('7-8')], cursor)).toBe(true);
  expect(hasHoles([stored('8-2')], cursor)).toBe(true);
});

test('[RL-10] what the peer had and lost says so', () => {
  const cursor = { epoch: 7, sequence: 1 };
  const place = { cursor, confirmed: { epoch: 7, sequence: 3 }, holes: NO_HOLES, nowMs: NOW_MS };
  const entries = [stored('7-2'), stored('7-3', 1), stored('7-4'), stored('9-1')];
  const items = planCarry(entries, place).runs.flatMap((run) => run.items);
  expect(items.map(({ type }) => type).join('')).toBe('rxmm');
});

test('[RL-2] whatever is in the outbox, every message that has not expired is carried once, in order', () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 30 });
  fc.assert(
    fc.property(numbers, numbers, fc.integer({ min: 0, max: 60 }), (present, gone, after) => {
      const sequences = present.filter((sequence) => sequence > after).sort((a, b) => a - b);
      const isGone = new Set(gone);
      const entries = sequences.map((n) => stored(`7-${n}`, isGone.has(n) ? 1 : 0));
      const cursor = { epoch: 7, sequence: after };
      const { runs } = planCarry(entries, {
        ...{ cursor, confirmed: cursor, holes: NO_HOLES },
        nowMs: NOW_MS,
      });
      const items = runs.flatMap((run) => run.items);
      expect(items.map(({ sequence }) => sequence)).toEqual(sequences);
      expect(items.filter(({ type }) => type === 'm').map(({ ulid }) => ulid)).toEqual(
        sequences.filter((n) => !isGone.has(n)).map((n) => `U7-${n}`),
      );
    }),
  );
});
