import { describe, expect, test } from 'vitest';
import {
  EMPTY_STATE,
  type MigrationState,
  noteApplied,
  releaseLease,
  renewLease,
  takeLease,
} from './migration-state.ts';

const claim = (token: string, nowMs: number) => ({
  token,
  holder: `${token}:1`,
  leaseMs: 100,
  nowMs,
});

function taken(state: MigrationState, token: string, nowMs: number): MigrationState {
  const decision = takeLease(state, claim(token, nowMs));
  if (decision.kind !== 'taken') throw new Error('held');
  return decision.state;
}

const byAda = taken(EMPTY_STATE, 'ada', 1_000);

describe('the lease', () => {
  test('[DB-3] is taken when it is nobody’s, and each taking has a higher fence', () => {
    expect(byAda).toMatchObject({
      revision: 1,
      fence: 1,
      lease: { token: 'ada', holder: 'ada:1', expiresAtMs: 1_100 },
    });
    const released = releaseLease(byAda, 'ada');
    expect(taken(released ?? EMPTY_STATE, 'bob', 1_001)).toMatchObject({ revision: 3, fence: 2 });
  });

  test.each([
    [1_099, 'held'],
    [1_100, 'taken'],
  ] as const)('[DB-4] at %i it is %s for others: it ends at 1100', (nowMs, kind) => {
    expect(takeLease(byAda, claim('bob', nowMs)).kind).toBe(kind);
  });

  test('[DB-3] who does not get it hears who has it, and until when', () => {
    expect(takeLease(byAda, claim('bob', 1_050))).toEqual({
      kind: 'held',
      lease: { token: 'ada', holder: 'ada:1', expiresAtMs: 1_100 },
    });
  });

  test('is renewed by its holder only, also late, as long as nobody took it', () => {
    expect(renewLease(byAda, claim('ada', 5_000))?.lease?.expiresAtMs).toBe(5_100);
    expect(renewLease(byAda, claim('bob', 1_050))).toBeNull();
  });
});

describe('[DB-5] who lost the lease', () => {
  const byBob = taken(byAda, 'bob', 2_000);

  test('notes no step, renews nothing, releases nothing', () => {
    expect(noteApplied(byBob, 'ada', { name: 'one', appliedAtMs: 2_001 })).toBeNull();
    expect(renewLease(byBob, claim('ada', 2_001))).toBeNull();
    expect(releaseLease(byBob, 'ada')).toBeNull();
  });

  test('and the one who has it does', () => {
    expect(noteApplied(byBob, 'bob', { name: 'one', appliedAtMs: 2_001 })).toMatchObject({
      revision: byBob.revision + 1,
      applied: [{ name: 'one', appliedAtMs: 2_001 }],
    });
  });
});
