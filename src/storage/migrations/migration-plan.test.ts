import { expect, test } from 'vitest';
import { planMigrations } from './migration-plan.ts';

const known = ['a', 'b', 'c'].map((name) => ({ name, does: name, kind: 'expand' as const }));
const applied = (...names: string[]) => names.map((name) => ({ name, appliedAtMs: null }));

test('[DB-1] what is done is not done again; what came between is', () => {
  expect(planMigrations(known, applied('a', 'c'))).toEqual({ pending: [known[1]], doneCount: 2 });
  expect(planMigrations(known, applied('a', 'b', 'c')).pending).toEqual([]);
});

test('[DB-6] a database with steps this build does not know is not touched', () => {
  expect(() => planMigrations(known, applied('a', 'z'))).toThrow(
    expect.objectContaining({ code: 'NEWER_BUILD', message: expect.stringContaining('(z)') }),
  );
});
