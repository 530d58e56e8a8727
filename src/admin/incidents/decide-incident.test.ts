import { describe, expect, test } from 'vitest';
import { INCIDENT_ACTIONS, type Incident } from '../../protocol/incidents.ts';
import type { Alert } from './alertmanager-webhook.ts';
import {
  decideAlert,
  decideAnswer,
  decideExpiries,
  decideOutcome,
  type IncidentContext,
  type IncidentPolicy,
  type KnownNode,
} from './decide-incident.ts';
import { type IncidentState, NO_INCIDENTS } from './incident-state.ts';

const POLICY: IncidentPolicy = {
  actions: INCIDENT_ACTIONS,
  unattended: ['drain-node', 'quarantine-node', 'raise-replicas'],
  blastRadiusRatio: 0.34,
  cooldownMs: 600_000,
  approvalTtlMs: 60_000,
  isDryRun: false,
};
const node = (nodeId: string, change: Partial<KnownNode> = {}): KnownNode => ({
  ...{ nodeId, isInPlay: true, isDraining: false, names: [`10.0.0.${nodeId}`] },
  ...change,
});
const FLEET = ['1', '2', '3'].map((nodeId) => node(nodeId));

function context(
  nowMs: number,
  change: Partial<IncidentPolicy> = {},
  fleet: readonly KnownNode[] = FLEET,
): IncidentContext {
  return {
    policy: { ...POLICY, ...change },
    world: { regionId: 'eu', fleet, hasAutoscaler: true, nowMs },
  };
}

function alert(change: Partial<Alert> = {}): Alert {
  return {
    ...{ isFiring: true, fingerprint: 'f1', startedAtMs: 1_000, name: 'NodeLoopLags' },
    ...{ severity: 'ticket', action: 'drain-node', regionId: 'eu', node: '1' },
    ...{ summary: '', runbookUrl: '' },
    ...change,
  };
}

const region = (action: string, fingerprint = 'f1') => alert({ action, node: '', fingerprint });
const only = ({ incidents }: IncidentState) => incidents[0] as Incident;
const phases = ({ incidents }: IncidentState) => incidents.map(({ phase }) => phase);
const outcomes = ({ unwritten }: IncidentState) =>
  unwritten.map(({ action, outcome, reason }) => [action, outcome, reason]);
const done = (state: IncidentState, at: IncidentContext, incident = only(state)) =>
  decideOutcome(
    state,
    { incidentId: incident.incidentId, outcome: { isDone: true, result: 'it is done' } },
    at,
  );

describe('[IB-5] an action is done once', () => {
  test('however often its alert is told', () => {
    const first = decideAlert(NO_INCIDENTS, alert(), context(2_000));
    expect(phases(first)).toEqual([{ kind: 'acting', approvedBy: null }]);
    expect(decideAlert(first, alert(), context(3_000))).toBe(first);
    const after = done(first, context(4_000));
    expect(decideAlert(after, alert(), context(5_000))).toBe(after);
    expect(outcomes(after)).toEqual([['drain-node', 'done', 'it is done']]);
    expect(done(after, context(6_000))).toBe(after);
  });

  test('an end that nobody has heard the beginning of is nothing', () => {
    const end = alert({ isFiring: false });
    expect(decideAlert(NO_INCIDENTS, end, context(1))).toBe(NO_INCIDENTS);
  });

  test('an alert that asks for nothing is shown, and that is all', () => {
    const state = decideAlert(NO_INCIDENTS, alert({ action: '' }), context(1));
    expect(phases(state)).toEqual([{ kind: 'noted' }]);
    expect(state.unwritten).toEqual([]);
  });
});

describe('[IB-6] what is refused says why', () => {
  test.each([
    ['not-allowed', alert({ action: 'delete-everything' }), context(1)],
    ['not-allowed', alert(), context(1, { actions: ['close-region'] })],
    ['other-region', alert({ regionId: 'us' }), context(1)],
    ['other-region', alert({ regionId: '' }), context(1)],
    ['node-unknown', alert({ node: '9' }), context(1)],
    [
      'node-unknown',
      alert({ node: 'h' }),
      context(1, {}, [node('1', { names: ['h'] }), node('2', { names: ['h'] })]),
    ],
    [
      'already-out',
      alert(),
      context(1, {}, [node('1', { isInPlay: false, isDraining: true }), node('2')]),
    ],
    ['last-node', alert(), context(1, { blastRadiusRatio: 1 }, [node('1')])],
    ['blast-radius', alert(), context(1, { blastRadiusRatio: 0.3 })],
  ] as const)('%s', (reason, told, at) => {
    const state = decideAlert(NO_INCIDENTS, told, at);
    expect(phases(state)).toEqual([{ kind: 'refused', reason }]);
    expect(outcomes(state)).toEqual([[told.action, 'refused', reason]]);
    // Told again it is no news.
    expect(decideAlert(state, told, at).unwritten).toHaveLength(1);
  });

  test('a node is known by an address that only it has', () => {
    const state = decideAlert(NO_INCIDENTS, alert({ node: '10.0.0.2' }), context(1));
    expect(only(state)).toMatchObject({ nodeId: '2', phase: { kind: 'acting' } });
  });

  test('without an autoscaler none is raised', () => {
    const { policy, world } = context(1);
    const at = { policy, world: { ...world, hasAutoscaler: false } };
    const state = decideAlert(NO_INCIDENTS, region('raise-replicas'), at);
    expect(phases(state)).toEqual([{ kind: 'refused', reason: 'no-autoscaler' }]);
  });

  test('it is looked at again when the alert repeats', () => {
    const drains = [node('1'), node('2', { isInPlay: false, isDraining: true }), node('3')];
    const refused = decideAlert(NO_INCIDENTS, alert(), context(1, {}, drains));
    expect(phases(refused)).toEqual([{ kind: 'refused', reason: 'blast-radius' }]);
    expect(phases(decideAlert(refused, alert(), context(2)))).toMatchObject([{ kind: 'acting' }]);
  });
});

test('[IB-7] the same is not done to the same target again before its cooldown is over', () => {
  const quarantine = { action: 'quarantine-node' };
  let state = decideAlert(NO_INCIDENTS, alert(quarantine), context(1_000));
  state = done(state, context(2_000));
  state = done(
    decideAlert(state, alert({ ...quarantine, isFiring: false }), context(3_000)),
    context(3_500),
  );
  const again = alert({ ...quarantine, startedAtMs: 4_000 });
  state = decideAlert(state, again, context(5_000));
  expect(phases(state).at(-1)).toEqual({ kind: 'refused', reason: 'cooldown' });
  expect(phases(decideAlert(state, again, context(600_999))).at(-1)).toMatchObject({
    kind: 'refused',
  });
  expect(phases(decideAlert(state, again, context(601_000))).at(-1)).toMatchObject({
    kind: 'acting',
  });
});

describe('[IB-9] what concerns a whole region waits for an operator', () => {
  const asked = (at = context(1_000)) => decideAlert(NO_INCIDENTS, region('evacuate-region'), at);
  const answer = (isApproved: boolean) => ({
    ...{ incidentId: only(asked()).incidentId, isApproved, by: 'operator:ada' },
  });

  test('is done when he approves, and says so', () => {
    expect(phases(asked())).toEqual([{ kind: 'awaits-approval', untilMs: 61_000 }]);
    const approved = decideAnswer(asked(), answer(true), context(60_999));
    expect(phases(approved)).toEqual([{ kind: 'acting', approvedBy: 'operator:ada' }]);
    const [, entry] = done(approved, context(61_000)).unwritten;
    expect(entry).toMatchObject({ outcome: 'done', parameters: { approvedBy: 'operator:ada' } });
    expect(decideAnswer(approved, answer(false), context(61_000))).toBe(approved);
  });

  test('is not done when he denies, and not asked for again', () => {
    const denied = decideAnswer(asked(), answer(false), context(2_000));
    expect(phases(denied)).toEqual([{ kind: 'refused', reason: 'denied' }]);
    expect(decideAlert(denied, region('evacuate-region'), context(3_000))).toBe(denied);
  });

  test('expires, whoever comes later, and is asked for again when the alert repeats', () => {
    const late = decideAnswer(asked(), answer(true), context(61_000));
    expect(phases(late)).toEqual([{ kind: 'refused', reason: 'expired' }]);
    expect(decideExpiries(asked(), context(60_999))).toEqual(asked());
    const expired = decideExpiries(asked(), context(61_000));
    expect(phases(expired)).toEqual([{ kind: 'refused', reason: 'expired' }]);
    const repeated = decideAlert(expired, region('evacuate-region'), context(70_000));
    expect(phases(repeated)).toMatchObject([{ kind: 'awaits-approval' }]);
  });

  test('is withdrawn when the alert is over', () => {
    const over = { ...region('evacuate-region'), isFiring: false };
    expect(phases(decideAlert(asked(), over, context(2_000)))).toEqual([
      { kind: 'refused', reason: 'resolved' },
    ]);
  });

  test('evacuation waits also where it is said to be unattended', () => {
    const careless = { unattended: INCIDENT_ACTIONS };
    expect(phases(asked(context(1, careless)))).toMatchObject([{ kind: 'awaits-approval' }]);
    const closing = decideAlert(NO_INCIDENTS, region('close-region'), context(1, careless));
    expect(phases(closing)).toMatchObject([{ kind: 'acting' }]);
  });
});

test('[IB-10] a dry run decides everything, and does nothing', () => {
  const dry = { isDryRun: true };
  let state = decideAlert(NO_INCIDENTS, alert(), context(1, dry));
  state = decideAlert(state, alert({ fingerprint: 'f2', node: '2' }), context(2, dry));
  state = decideAlert(state, region('close-region', 'f3'), context(3, dry));
  expect(phases(state)).toEqual([
    { kind: 'dry-run' },
    { kind: 'refused', reason: 'blast-radius' },
    { kind: 'dry-run' },
  ]);
  const over = decideAlert(state, alert({ isFiring: false }), context(4, dry));
  expect(phases(over)[0]).toEqual({ kind: 'dry-run' });
});

describe('[IB-11] when an alert is over', () => {
  const closed = (fingerprint: string, state = NO_INCIDENTS, nowMs = 1_000) =>
    decideAlert(
      state,
      region('close-region', fingerprint),
      context(nowMs, { unattended: INCIDENT_ACTIONS }),
    );
  const over = (fingerprint: string) => ({
    ...region('close-region', fingerprint),
    isFiring: false,
  });

  test('what was done for it is taken back, also when it is over before it is done', () => {
    const after = decideAlert(done(closed('f1'), context(2_000)), over('f1'), context(3_000));
    expect(phases(after)).toEqual([{ kind: 'undoing' }]);
    const undone = done(after, context(4_000));
    expect(phases(undone)).toEqual([{ kind: 'undone', result: 'it is done' }]);
    expect(outcomes(undone).at(-1)).toEqual(['open-region', 'done', 'it is done']);
    const early = done(decideAlert(closed('f1'), over('f1'), context(2_000)), context(3_000));
    expect(phases(early)).toEqual([{ kind: 'undoing' }]);
  });

  test('a drained node stays drained, and an evacuated region evacuated', () => {
    const drained = done(decideAlert(NO_INCIDENTS, alert(), context(1)), context(2));
    const after = decideAlert(drained, alert({ isFiring: false }), context(3));
    expect(only(after)).toMatchObject({ phase: { kind: 'done' }, resolvedAtMs: 3 });
  });

  test('what another alert wants, too, stays until that one is over', () => {
    const both = closed('f2', done(closed('f1'), context(2_000)), 3_000);
    expect(phases(both)).toMatchObject([
      { kind: 'done' },
      { kind: 'refused', reason: 'already-done' },
    ]);
    const left = decideAlert(both, over('f1'), context(4_000));
    expect(phases(left)).toMatchObject([{ kind: 'undone' }, { kind: 'done' }]);
    expect(phases(decideAlert(left, over('f2'), context(5_000)))).toMatchObject([
      { kind: 'undone' },
      { kind: 'undoing' },
    ]);
  });
});
