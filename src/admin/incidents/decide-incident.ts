// What the incident bot makes of an alert, of an answer of an operator, and of what has come of an action. Pure: it says what is to be
// done; incident-bot.ts writes that down and does it. The phases of an incident are drawn in src/protocol/incidents.ts.

import type {
  Incident,
  IncidentAction,
  IncidentPhase,
  IncidentRefusal,
} from '../../protocol/incidents.ts';
import type { AuditEntry } from '../audit-log.ts';
import type { Alert } from './alertmanager-webhook.ts';
import { type FleetNode, refuseForBlastRadius } from './blast-radius.ts';
import { holds, type IncidentState, moved, targetOf } from './incident-state.ts';

/** What the bot may do, and how much of it. */
export interface IncidentPolicy {
  readonly actions: readonly IncidentAction[];
  /** Done without asking anybody; evacuation never is. */
  readonly unattended: readonly IncidentAction[];
  /** Share of the region's nodes that may be out of play at once, 0–1. */
  readonly blastRadiusRatio: number;
  /** Between two times of the same action on the same target. */
  readonly cooldownMs: number;
  /** How long an operator may take to answer. */
  readonly approvalTtlMs: number;
  /** Nothing is done, everything is decided. */
  readonly isDryRun: boolean;
}

/** A node with rooms, and by what an alert may name it. */
export interface KnownNode extends FleetNode {
  readonly isDraining: boolean;
  /** Addresses and hosts of its, each maybe another's too. */
  readonly names: readonly string[];
}

/** What is the case in the region. */
export interface IncidentWorld {
  readonly regionId: string;
  /** Live nodes with rooms. */
  readonly fleet: readonly KnownNode[];
  /** Whether something adds nodes when it is told to. */
  readonly hasAutoscaler: boolean;
  /** Wall clock, ms. */
  readonly nowMs: number;
}

export interface IncidentContext {
  readonly policy: IncidentPolicy;
  readonly world: IncidentWorld;
}

/** An operator's word on an incident that waits for it. */
export interface Answer {
  readonly incidentId: string;
  readonly isApproved: boolean;
  /** As the audit log names him. */
  readonly by: string;
}

export const NODE_ACTIONS: readonly string[] = [
  'drain-node',
  'quarantine-node',
] satisfies IncidentAction[];

/** What takes an action back when its alert is over; absent: people decide that, or nothing is to be taken back. */
export const UNDOES: Readonly<Partial<Record<string, string>>> = {
  'quarantine-node': 'release-node',
  'raise-replicas': 'lower-replicas',
  'close-region': 'open-region',
  'shed-tickets': 'take-tickets',
} satisfies Partial<Record<IncidentAction, string>>;

/** Refusals that looking again cannot change while the alert is the same. */
const FINAL: readonly IncidentRefusal[] = ['not-allowed', 'other-region', 'denied', 'resolved'];

/** Takes in an alert, for the first time or again. Told twice, it changes nothing. */
export function decideAlert(
  state: IncidentState,
  alert: Alert,
  context: IncidentContext,
): IncidentState {
  const incidentId = incidentIdOf(alert);
  const known = state.incidents.find((each) => each.incidentId === incidentId);
  if (!alert.isFiring) {
    return known === undefined || known.resolvedAtMs !== null
      ? state
      : resolve(state, known, context);
  }
  if (known === undefined) {
    const incident = begun(alert, context);
    const next = { ...state, incidents: [...state.incidents, incident] };
    return incident.action === '' ? next : consider(next, incident, context);
  }
  if (known.resolvedAtMs !== null || !isLookedAtAgain(known.phase)) return state;
  return consider(state, { ...known, nodeId: nodeOf(alert, context) }, context);
}

/** Takes in what an operator has said. Too late, or not asked, it changes nothing. */
export function decideAnswer(
  state: IncidentState,
  { incidentId, isApproved, by }: Answer,
  context: IncidentContext,
): IncidentState {
  const incident = state.incidents.find((each) => each.incidentId === incidentId);
  if (incident === undefined || incident.phase.kind !== 'awaits-approval') return state;
  const { nowMs } = context.world;
  if (nowMs >= incident.phase.untilMs) return refuse(state, incident, 'expired', context);
  return isApproved
    ? consider(state, incident, context, by)
    : refuse(state, incident, 'denied', context, { deniedBy: by });
}

/** What time does: nobody waits for an answer for ever. */
export function decideExpiries(state: IncidentState, context: IncidentContext): IncidentState {
  return state.incidents
    .filter(({ phase }) => phase.kind === 'awaits-approval' && context.world.nowMs >= phase.untilMs)
    .reduce((next, incident) => refuse(next, incident, 'expired', context), state);
}

/** What came of an action, or of taking it back. */
export function decideOutcome(
  state: IncidentState,
  {
    incidentId,
    outcome,
  }: {
    readonly incidentId: string;
    readonly outcome:
      | { readonly isDone: true; readonly result: string }
      | { readonly isDone: false; readonly reason: string };
  },
  context: IncidentContext,
): IncidentState {
  const incident = state.incidents.find((each) => each.incidentId === incidentId);
  const phase = incident?.phase;
  if (incident === undefined || (phase?.kind !== 'acting' && phase?.kind !== 'undoing'))
    return state;
  const { nowMs } = context.world;
  const isUndo = phase.kind === 'undoing';
  const approvedBy = phase.kind === 'acting' ? phase.approvedBy : null;
  const next: IncidentPhase = outcome.isDone
    ? isUndo
      ? { kind: 'undone', result: outcome.result }
      : { kind: 'done', approvedBy, result: outcome.result }
    : { kind: 'failed', reason: outcome.reason };
  const after = noted(
    moved(state, incidentId, { phase: next, nowMs }),
    incident,
    {
      action: isUndo ? (UNDOES[incident.action] ?? '') : incident.action,
      outcome: outcome.isDone ? 'done' : 'failed',
      reason: outcome.isDone ? outcome.result : outcome.reason,
      ...(approvedBy === null ? {} : { parameters: { approvedBy } }),
    },
    context,
  );
  // It was over before it was done.
  return incident.resolvedAtMs !== null && next.kind === 'done'
    ? release(after, { ...incident, phase: next }, context)
    : after;
}

function begun(alert: Alert, context: IncidentContext): Incident {
  const { nowMs } = context.world;
  return {
    incidentId: incidentIdOf(alert),
    fingerprint: alert.fingerprint,
    alert: alert.name,
    severity: alert.severity,
    summary: alert.summary,
    runbookUrl: alert.runbookUrl,
    action: alert.action,
    regionId: alert.regionId,
    nodeId: nodeOf(alert, context),
    startedAtMs: alert.startedAtMs,
    firstSeenAtMs: nowMs,
    changedAtMs: nowMs,
    resolvedAtMs: null,
    phase: { kind: 'noted' },
  };
}

function incidentIdOf({ fingerprint, startedAtMs }: Alert): string {
  return `${fingerprint}-${startedAtMs.toString(36)}`;
}

/** The node that an alert means: by its id, or by an address or host that only one has. @returns as it was named when none fits */
function nodeOf({ action, node }: Alert, { world }: IncidentContext): string | null {
  if (!NODE_ACTIONS.includes(action)) return null;
  if (world.fleet.some(({ nodeId }) => nodeId === node)) return node;
  const named = world.fleet.filter(({ names }) => names.includes(node));
  return named.length === 1 ? (named[0]?.nodeId ?? node) : node;
}

function isLookedAtAgain(phase: IncidentPhase): boolean {
  if (phase.kind === 'failed') return true;
  return phase.kind === 'refused' && !FINAL.includes(phase.reason);
}

/** @param approvedBy - null: nobody was asked */
function consider(
  state: IncidentState,
  incident: Incident,
  context: IncidentContext,
  approvedBy: string | null = null,
): IncidentState {
  const { policy, world } = context;
  const { nowMs } = world;
  const current = {
    ...state,
    incidents: state.incidents.map((it) => (it.incidentId === incident.incidentId ? incident : it)),
  };
  const refusal = refusalOf(current, incident, context);
  if (refusal !== null) return refuse(current, incident, refusal, context);
  const phase = nextPhase(incident.action, { policy, nowMs, approvedBy });
  const acts = phase.kind === 'acting' || phase.kind === 'dry-run';
  const after = {
    ...moved(current, incident.incidentId, { phase, nowMs }),
    ...(acts && {
      actedAtMs: { ...current.actedAtMs, [`${incident.action} ${targetOf(incident)}`]: nowMs },
    }),
  };
  // What is under way is noted with what comes of it.
  if (phase.kind === 'acting') return after;
  const outcome = phase.kind === 'dry-run' ? 'dry-run' : 'awaits-approval';
  return noted(after, incident, { action: incident.action, outcome }, context);
}

function nextPhase(
  action: string,
  {
    policy,
    nowMs,
    approvedBy,
  }: {
    readonly policy: IncidentPolicy;
    readonly nowMs: number;
    readonly approvedBy: string | null;
  },
): IncidentPhase {
  if (policy.isDryRun) return { kind: 'dry-run' };
  const isFree = policy.unattended.some((it) => it === action) && action !== 'evacuate-region';
  return isFree || approvedBy !== null
    ? { kind: 'acting', approvedBy }
    : { kind: 'awaits-approval', untilMs: nowMs + policy.approvalTtlMs };
}

function refusalOf(
  state: IncidentState,
  incident: Incident,
  { policy, world }: IncidentContext,
): IncidentRefusal | null {
  const { action } = incident;
  const target = targetOf(incident);
  if (!policy.actions.some((it) => it === action)) return 'not-allowed';
  if (incident.regionId !== world.regionId) return 'other-region';
  const others = state.incidents.filter(({ incidentId }) => incidentId !== incident.incidentId);
  const isHeld = others.some(
    (it) =>
      it.action === action && targetOf(it) === target && holds(it) && it.resolvedAtMs === null,
  );
  const node = world.fleet.find(({ nodeId }) => nodeId === incident.nodeId);
  if (NODE_ACTIONS.includes(action) && node === undefined) return 'node-unknown';
  if (isHeld) return 'already-done';
  if (node?.isDraining === true) return 'already-out';
  if (action === 'quarantine-node' && node?.isInPlay === false) return 'already-out';
  if (action === 'raise-replicas' && !world.hasAutoscaler) return 'no-autoscaler';
  const actedAtMs = state.actedAtMs[`${action} ${target}`] ?? Number.NEGATIVE_INFINITY;
  if (world.nowMs - actedAtMs < policy.cooldownMs) return 'cooldown';
  if (node === undefined) return null;
  return refuseForBlastRadius({
    fleet: world.fleet,
    target,
    alsoOut: new Set(others.flatMap((it) => takenOut(it) ?? [])),
    ratio: policy.blastRadiusRatio,
  });
}

/** The node that an incident has taken out of play, or would have. */
function takenOut(incident: Incident): string | null {
  if (!NODE_ACTIONS.includes(incident.action)) return null;
  const wouldBe = incident.phase.kind === 'dry-run' && incident.resolvedAtMs === null;
  return holds(incident) || wouldBe ? incident.nodeId : null;
}

function refuse(
  state: IncidentState,
  incident: Incident,
  reason: IncidentRefusal,
  context: IncidentContext,
  parameters: Readonly<Record<string, string>> = {},
): IncidentState {
  const { phase } = incident;
  // A repeated alert that is refused for the same reason is no news, and why something failed says more than that it is too early.
  if (phase.kind === 'refused' && phase.reason === reason) return state;
  if (phase.kind === 'failed' && reason === 'cooldown') return state;
  const { nowMs } = context.world;
  const after = moved(state, incident.incidentId, { phase: { kind: 'refused', reason }, nowMs });
  const { action } = incident;
  return noted(after, incident, { action, outcome: 'refused', reason, parameters }, context);
}

function resolve(
  state: IncidentState,
  incident: Incident,
  context: IncidentContext,
): IncidentState {
  const { nowMs } = context.world;
  const resolved = moved(state, incident.incidentId, { resolvedAtMs: nowMs, nowMs });
  switch (incident.phase.kind) {
    case 'awaits-approval':
      return refuse(resolved, incident, 'resolved', context);
    case 'done':
      return release(resolved, incident, context);
    default:
      return resolved;
  }
}

/** Takes back what was done, unless another alert wants the same: then it is done for that one. */
function release(
  state: IncidentState,
  incident: Incident,
  context: IncidentContext,
): IncidentState {
  if (UNDOES[incident.action] === undefined) return state;
  const { nowMs } = context.world;
  const heir = state.incidents.find(
    (it) =>
      it.action === incident.action &&
      targetOf(it) === targetOf(incident) &&
      it.resolvedAtMs === null &&
      it.phase.kind === 'refused' &&
      it.phase.reason === 'already-done',
  );
  if (heir === undefined) {
    return moved(state, incident.incidentId, { phase: { kind: 'undoing' }, nowMs });
  }
  const inherited = moved(state, heir.incidentId, { phase: incident.phase, nowMs });
  const result = `left to ${heir.alert}`;
  return moved(inherited, incident.incidentId, { phase: { kind: 'undone', result }, nowMs });
}

function noted(
  state: IncidentState,
  incident: Incident,
  note: Pick<AuditEntry, 'action' | 'outcome' | 'reason' | 'parameters'>,
  { world }: IncidentContext,
): IncidentState {
  const { reason, parameters = {}, ...said } = note;
  const entry: AuditEntry = {
    at: new Date(world.nowMs).toISOString(),
    ...{ actor: 'incident-bot', role: 'bot' },
    ...said,
    target: targetOf(incident),
    parameters: { alert: incident.alert, incident: incident.incidentId, ...parameters },
    ...(reason === undefined ? {} : { reason }),
  };
  return { ...state, unwritten: [...state.unwritten, entry] };
}
