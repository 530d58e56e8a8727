import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planRelease, type ReleaseChange } from './plan-release.ts';
import { ReleaseRecord } from './release-record.ts';

const running = (nodes: Readonly<Record<string, number>>) =>
  Object.entries(nodes).map(([build, openNodes]) => ({ build, openNodes }));
const both = running({ b1: 4, b2: 1 });

test.each<[string, ReleaseChange, Record<string, number>, Record<string, number>]>([
  ['the first canary: the build before has the rest', canary(0.05), {}, { b1: 0.95, b2: 0.05 }],
  [
    'a canary before its nodes are there',
    { ...canary(0), build: 'b9' },
    { b1: 1 },
    { b1: 1, b9: 0 },
  ],
  ['a canary that grows', canary(0.5), { b1: 0.95, b2: 0.05 }, { b1: 0.5, b2: 0.5 }],
  ['a promotion', { kind: 'promote', build: 'b2' }, { b1: 0.5, b2: 0.5 }, { b2: 1 }],
  [
    'a canary taken back',
    { kind: 'rollback', build: 'b2' },
    { b1: 0.95, b2: 0.05 },
    { b1: 1, b2: 0 },
  ],
  ['a promotion taken back', { kind: 'rollback', build: 'b2' }, { b2: 1 }, { b1: 1 }],
  ['before any release', { kind: 'rollback', build: 'b2' }, {}, { b1: 1 }],
  ['to a build by name', { kind: 'rollback', build: 'b2', to: 'b1' }, { b2: 1 }, { b1: 1 }],
])('[RO-5] %s', (_, change, shares, wanted) => {
  const plan = planRelease(change, shares, both);
  expect(plan.ok && rounded(plan.shares)).toEqual(wanted);
});

test.each<[string, ReleaseChange, Record<string, number>, Record<string, number>]>([
  ['a share for a build that has no node', { ...canary(0.05), build: 'b9' }, { b1: 1 }, { b1: 1 }],
  ['a promotion of nothing', { kind: 'promote', build: 'b9' }, { b1: 1 }, { b1: 1 }],
  ['a canary that is alone', canary(0.05), {}, { b2: 1 }],
  ['a canary that has all', canary(0.05), { b2: 1 }, { b1: 1, b2: 1 }],
  ['nobody to go back to', { kind: 'rollback', build: 'b2' }, { b2: 1 }, { b1: 0, b2: 1 }],
  ['several to go back to', { kind: 'rollback', build: 'b2' }, { b2: 1 }, { b1: 1, b2: 1, b3: 1 }],
  ['back to nobody', { kind: 'rollback', build: 'b2', to: 'b9' }, { b2: 1 }, { b1: 1, b2: 1 }],
])('[RO-5] is refused: %s', (_, change, shares, nodes) => {
  expect(planRelease(change, shares, running(nodes))).toMatchObject({ ok: false });
});

test('[RO-5] whatever is done, shares add up to 1 and a rolled back build has none', () => {
  const build = fc.constantFrom('b1', 'b2', 'b3');
  const change: fc.Arbitrary<ReleaseChange> = fc.oneof(
    fc.record({
      kind: fc.constant('canary' as const),
      build,
      share: fc.integer({ min: 0, max: 100 }).map((it) => it / 100),
    }),
    fc.record({ kind: fc.constant('promote' as const), build }),
    fc.record({ kind: fc.constant('rollback' as const), build }),
  );
  const nodes = fc.dictionary(build, fc.nat(3));
  fc.assert(
    fc.property(fc.array(fc.tuple(change, nodes), { maxLength: 12 }), (steps) => {
      let shares: Readonly<Record<string, number>> = {};
      for (const [step, open] of steps) {
        const plan = planRelease(step, shares, running(open));
        if (!plan.ok) continue;
        ({ shares } = plan);
        const record = { version: 1, shares, changedAtMs: 0, changedBy: 'ada', change: 'x' };
        expect(ReleaseRecord.safeParse(record).success).toBe(true);
        if (step.kind === 'rollback') expect(shares[step.build] ?? 0).toBe(0);
        if (step.kind === 'canary') expect(shares[step.build]).toBe(step.share);
      }
    }),
  );
});

function canary(share: number): Extract<ReleaseChange, { readonly kind: 'canary' }> {
  return { kind: 'canary', build: 'b2', share };
}

function rounded(shares: Readonly<Record<string, number>>) {
  return Object.fromEntries(
    Object.entries(shares).map(([build, share]) => [build, Number(share.toFixed(9))]),
  );
}
