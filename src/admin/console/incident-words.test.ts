import { expect, test } from 'vitest';
import type { Incident } from '../../protocol/incidents.ts';
import { incidentState, incidentTone, timeLeft } from './incident-words.ts';

const incident = (change: Partial<Incident>): Incident => ({
  ...{ incidentId: 'a', fingerprint: 'a', alert: 'A', severity: '', summary: '', runbookUrl: '' },
  ...{ action: 'close-region', regionId: 'eu', nodeId: null, startedAtMs: 0, firstSeenAtMs: 0 },
  ...{ changedAtMs: 0, resolvedAtMs: null, phase: { kind: 'noted' } },
  ...change,
});

test('[IB-15] an operator reads how long he has to answer', () => {
  const waits = incident({ phase: { kind: 'awaits-approval', untilMs: 100_000 } });
  expect(timeLeft(waits, 10_000)).toBe('expires in 2 min');
  expect(timeLeft(waits, 200_000)).toBe('expires in 0 min');
  expect(timeLeft(incident({}), 0)).toBe(null);
  expect(incidentTone(waits)).toBe('is-warm');
});

test('[IB-15] and what came of it', () => {
  const refused = incident({ phase: { kind: 'refused', reason: 'cooldown' }, resolvedAtMs: 1 });
  expect(incidentState(refused)).toBe('refused: cooldown, over');
  const failed = incident({ phase: { kind: 'failed', reason: 'no answer' } });
  expect([incidentState(failed), incidentTone(failed)]).toEqual(['failed: no answer', 'is-bad']);
});
