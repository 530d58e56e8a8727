import { expect, test } from 'vitest';
import type { RoomAnswer } from './room-finder.ts';
import { nextSearchStep, type SearchSituation } from './search-step.ts';

const LOST: SearchSituation = { processId: 'lost', dialInMs: 200, answers: 1, random: 0.5 };
const here: RoomAnswer = { kind: 'running', processId: 'lost', address: 'a:1' };
const elsewhere: RoomAnswer = { kind: 'running', processId: 'other', address: 'b:1' };

test('[SV-40] a room that runs elsewhere is dialed at once, whatever the backoff says', () => {
  const step = nextSearchStep(elsewhere, { ...LOST, dialInMs: 4_000 });
  expect(step).toEqual({ kind: 'dial', inMs: 0, to: elsewhere });
});

test('[SV-40] a room that is where it was is dialed after the backoff, and asked for until then', () => {
  expect(nextSearchStep(here, { ...LOST, dialInMs: 80 })).toEqual({
    kind: 'dial',
    inMs: 80,
    to: here,
  });
  expect(nextSearchStep(here, { ...LOST, dialInMs: -5 })).toMatchObject({ kind: 'dial', inMs: 0 });
  // 4 s of backoff must not be what the player waits for when a lease expires after one.
  const far = { ...LOST, dialInMs: 4_000 };
  expect(nextSearchStep(here, far)).toEqual({ kind: 'ask-again', inMs: 100 });
  expect(nextSearchStep(here, { ...far, answers: 9 })).toEqual({ kind: 'ask-again', inMs: 100 });
  const silent = nextSearchStep({ kind: 'silent' }, { ...far, answers: 9 });
  expect(silent).toEqual({ kind: 'ask-again', inMs: 525 });
  expect(nextSearchStep({ kind: 'silent' }, far)).toEqual({ kind: 'ask-again', inMs: 100 });
});

test.each([
  { answers: 1, retryAfterMs: 3_000, random: 0, inMs: 50 },
  { answers: 3, retryAfterMs: 3_000, random: 0.999, inMs: 149 },
  { answers: 4, retryAfterMs: 3_000, random: 0.5, inMs: 1_525 },
  { answers: 4, retryAfterMs: 0, random: 0.5, inMs: 100 },
  { answers: 9, retryAfterMs: 60_000, random: 0.999, inMs: 4_995 },
])(
  '[SV-42] a room that is being brought back is asked for, not dialed: answer $answers of $retryAfterMs ms',
  ({ answers, retryAfterMs, random, inMs }) => {
    const step = nextSearchStep(
      { kind: 'recovering', retryAfterMs },
      { ...LOST, dialInMs: 0, answers, random },
    );
    expect(step).toEqual({ kind: 'ask-again', inMs });
  },
);

test('[SV-43] a room that is lost ends with its reason', () => {
  expect(nextSearchStep({ kind: 'lost', reason: 'gone' }, LOST)).toEqual({
    kind: 'end',
    reason: 'gone',
  });
});

test('[SV-57] a room that the region does not know time and again has ended', () => {
  const ended = { kind: 'unknown', hasEnded: true } as const;
  expect(nextSearchStep(ended, { ...LOST, answers: 4 })).toMatchObject({ kind: 'dial', to: null });
  expect(nextSearchStep(ended, { ...LOST, answers: 5 })).toEqual({
    kind: 'end',
    reason: 'The room has ended.',
  });
  const stock = { kind: 'unknown', hasEnded: false } as const;
  expect(nextSearchStep(stock, { ...LOST, answers: 50 })).toMatchObject({ kind: 'dial' });
});

test('[SV-44] a server that does not know such questions is redialed after the backoff', () => {
  expect(
    nextSearchStep({ kind: 'unknown', hasEnded: false }, { ...LOST, dialInMs: 4_000 }),
  ).toEqual({
    kind: 'dial',
    inMs: 4_000,
    to: null,
  });
});
