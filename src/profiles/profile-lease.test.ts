import { describe, expect, test } from 'vitest';
import { releaseLease, renewLease, requireLease, takeLease } from './profile-lease.ts';
import { newProfileRecord } from './profile-record.ts';

const free = newProfileRecord({ playerId: 'p_ann', homeRegion: 'eu', displayName: 'Ann' }, 0);
const a = { holder: 'room a', token: 'a', ttlMs: 100 };
const b = { holder: 'room b', token: 'b', ttlMs: 100 };
const held = takeLease(free, a, 0);
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('[PR-20] one room holds a profile', () => {
  test('another one waits until its time is over, and is told how long', () => {
    expect(() => takeLease(held, b, 99)).toThrow(
      expect.objectContaining({ code: 'PROFILE_LEASED', retryAfterMs: 1 }),
    );
    expect(takeLease(held, b, 100).lease).toEqual({ holder: 'room b', token: 'b', untilMs: 200 });
  });

  test('renewing prolongs it, also late, as long as nobody came', () => {
    expect(renewLease(held, a, 50).lease?.untilMs).toBe(150);
    expect(renewLease(held, a, 500).lease?.untilMs).toBe(600);
    expect(() => renewLease(takeLease(held, b, 100), a, 101)).toThrow(code('PROFILE_LEASE_LOST'));
    expect(() => renewLease(free, a, 0)).toThrow(code('PROFILE_LEASE_LOST'));
  });

  test('releasing lets the next one in; another’s lease stays', () => {
    expect(releaseLease(held, 'a').lease).toBeNull();
    expect(releaseLease(held, 'b')).toBe(held);
  });

  test('nobody takes a profile that is on its way to another region', () => {
    const moving = { ...free, moving: { to: 'us', token: 'm', untilMs: 1_000 } };
    expect(() => takeLease(moving, a, 0)).toThrow(code('PROFILE_MOVING'));
  });
});

describe('[PR-21] the token is the fence', () => {
  test('the holder writes, also past his time, until another one has taken it', () => {
    expect(() => requireLease(held, 'a', 50)).not.toThrow();
    expect(() => requireLease(held, 'a', 5_000)).not.toThrow();
    expect(() => requireLease(takeLease(held, b, 100), 'a', 101)).toThrow(
      code('PROFILE_LEASE_LOST'),
    );
  });

  test('without a token nobody writes while it is held', () => {
    expect(() => requireLease(held, null, 99)).toThrow(code('PROFILE_LEASED'));
    expect(() => requireLease(held, null, 100)).not.toThrow();
    expect(() => requireLease(free, null, 0)).not.toThrow();
  });
});
