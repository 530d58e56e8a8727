import { expect, test } from 'vitest';
import { Report } from './report.ts';
import { completeReport } from './write-report.ts';

const root = `${import.meta.dirname}/../..`;

test('a report says what was measured, where and when', () => {
  const report = completeReport(root, {
    suite: 'rooms',
    isPinned: true,
    figures: { players_per_core_ratio_vs_colyseus: 1.7 },
    notes: ['quiet'],
    runs: [{ kind: 'play' }],
  });
  expect(Report.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  expect(report.commit).toMatch(/^([0-9a-f]{40}|unknown)$/);
});

test.each([
  ['a figure that is no number', { p95: Number.NaN }],
  ['a figure name that programs cannot use', { 'p95 ms': 1 }],
])('refuses %s', (_what, figures) => {
  const content = {
    suite: 'rooms',
    isPinned: true,
    figures: figures as Record<string, number>,
    notes: [],
    runs: [],
  };
  expect(() => completeReport(root, content)).toThrow();
});
