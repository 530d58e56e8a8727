import { expect, test } from 'vitest';
import type { Incident } from '../../protocol/incidents.ts';
import {
  approvalText,
  incidentStory,
  incidentTarget,
  incidentTone,
  timeLeft,
} from './incident-words.ts';

const incident = (change: Partial<Incident>): Incident => ({
  ...{ incidentId: 'a', fingerprint: 'a', alert: 'A', severity: '', summary: '', runbookUrl: '' },
  ...{ action: 'close-region', regionId: 'eu', nodeId: null, startedAtMs: 0, firstSeenAtMs: 0 },
  ...{ changedAtMs: 0, resolvedAtMs: null, phase: { kind: 'noted' } },
  ...change,
});

test('[IB-15] an operator reads how long he has to answer, and what happens when he approves', () => {
  const waits = incident({ phase: { kind: 'awaits-approval', untilMs: 100_000 } });
  expect(timeLeft(waits, 10_000)).toBe('expires in 2 min');
  expect(timeLeft(waits, 200_000)).toBe('expires in 0 min');
  expect(timeLeft(incident({}), 0)).toBe(null);
  expect(incidentTone(waits)).toBe('is-warm');
  expect(incidentTarget(waits)).toBe('region eu');
  expect(approvalText(waits)).toContain('No new rooms are made there');
});

test('[IB-15] and what the bot did, or why it did not', () => {
  const refused = incident({ phase: { kind: 'refused', reason: 'cooldown' }, resolvedAtMs: 1 });
  expect(incidentStory(refused)).toContain('The same was done there a short time ago.');
  const failed = incident({ phase: { kind: 'failed', reason: 'no answer' } });
  expect(incidentStory(failed)).toContain('no answer');
  expect(incidentTone(failed)).toBe('is-bad');
  const done = incident({
    phase: { kind: 'done', approvedBy: 'operator:ada', result: 'closed' },
    nodeId: 'n1',
  });
  expect(incidentStory(done)).toBe('The bot did it, approved by ada: closed');
  expect(incidentTarget(done)).toBe('node n1');
});
