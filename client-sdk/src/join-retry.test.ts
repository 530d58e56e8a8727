import { expect, test } from 'vitest';
import { type FailedJoin, nextJoinInMs } from './join-retry.ts';
import { MeridianError } from './meridian-error.ts';

function failed(code: string, rest: Partial<FailedJoin> & { retryAfterMs?: number } = {}) {
  const { retryAfterMs, ...situation } = rest;
  return nextJoinInMs({
    error: new MeridianError({ code, message: '', retryable: true, retryAfterMs }),
    attempt: 1,
    knownAddresses: 1,
    hasAnswered: true,
    leftMs: 10_000,
    random: 0.5,
    ...situation,
  });
}

test('[SV-52] a join that met a dead node, or one that goes, is tried again, in growing full jitter', () => {
  expect(failed('NETWORK')).toBe(50);
  expect(failed('SHUTTING_DOWN', { attempt: 3 })).toBe(200);
  expect(failed('SHUTTING_DOWN', { attempt: 30 })).toBe(1_000);
});

test('[SV-53] a room that is coming back is waited for as long as it asks', () => {
  expect(failed('ROOM_RECOVERING', { retryAfterMs: 800 })).toBe(400);
});

test('[SV-52] a join ends at its deadline, and at once where trying again is of no use', () => {
  expect(failed('NETWORK', { leftMs: 40 })).toBeNull();
  for (const code of ['ROOM_FULL', 'ROOM_UNKNOWN', 'ROOM_LOST', 'TOKEN_INVALID', 'RATE_LIMITED']) {
    expect(failed(code), code).toBeNull();
  }
});

test('[SV-52] nobody there: every address is tried twice', () => {
  const silent = { hasAnswered: false, knownAddresses: 2 };
  expect(failed('NETWORK', { ...silent, attempt: 3 })).not.toBeNull();
  expect(failed('NETWORK', { ...silent, attempt: 4 })).toBeNull();
});
