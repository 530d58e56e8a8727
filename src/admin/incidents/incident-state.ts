import type { Incident, IncidentPhase } from '../../protocol/incidents.ts';
import type { AuditEntry } from '../audit-log.ts';

/** Incidents that are over, kept for people; about 500 bytes each. */
const MOST_OVER = 100;
/** All together: beyond it the oldest of those that ask for nothing go. */
const MOST_INCIDENTS = 500;

/** Everything the incident bot of a region knows; it lives in the region's Redis, and any bot can go on with it. */
export interface IncidentState {
  readonly incidents: readonly Incident[];
  /** When an action on a target last began, by `<action> <target>`, wall clock, ms. */
  readonly actedAtMs: Readonly<Record<string, number>>;
  /** What the audit log has not got yet. */
  readonly unwritten: readonly AuditEntry[];
}

export const NO_INCIDENTS: IncidentState = { incidents: [], actedAtMs: {}, unwritten: [] };

/** What is done to: one node, or the region. */
export function targetOf({ nodeId, regionId }: Pick<Incident, 'nodeId' | 'regionId'>): string {
  return nodeId ?? regionId;
}

/** Whether something was done for it that lasts, or is about to be. */
export function holds({ phase }: Pick<Incident, 'phase'>): boolean {
  return ['acting', 'done', 'undoing'].includes(phase.kind);
}

/** Whether it is of interest now: it fires, waits for somebody, or something is under way. */
export function isOpen({ phase, resolvedAtMs }: Pick<Incident, 'phase' | 'resolvedAtMs'>): boolean {
  return resolvedAtMs === null || phase.kind === 'acting' || phase.kind === 'undoing';
}

/** The incident with another phase, and the state with it in its place. */
export function moved(
  state: IncidentState,
  incidentId: string,
  change: {
    readonly phase?: IncidentPhase;
    readonly resolvedAtMs?: number;
    readonly nowMs: number;
  },
): IncidentState {
  const { nowMs, ...changes } = change;
  return {
    ...state,
    incidents: state.incidents.map((each) =>
      each.incidentId === incidentId ? { ...each, ...changes, changedAtMs: nowMs } : each,
    ),
  };
}

/** Without what nobody needs any more. @param cooldownMs - after which a time says nothing */
export function pruned(
  state: IncidentState,
  { nowMs, cooldownMs }: { readonly nowMs: number; readonly cooldownMs: number },
): IncidentState {
  const newest = [...state.incidents].sort((a, b) => b.firstSeenAtMs - a.firstSeenAtMs);
  const over = newest.filter((each) => !isOpen(each)).slice(0, MOST_OVER);
  const keeps = new Set([...newest.filter(isOpen), ...over]);
  const kept = newest.filter((each) => keeps.has(each));
  const idle = kept.filter((each) => !holds(each) && each.phase.kind !== 'awaits-approval');
  const surplus = new Set(idle.slice(idle.length - Math.max(0, kept.length - MOST_INCIDENTS)));
  const actedAtMs = Object.fromEntries(
    Object.entries(state.actedAtMs).filter(([, atMs]) => nowMs - atMs < cooldownMs),
  );
  return { ...state, incidents: kept.filter((each) => !surplus.has(each)), actedAtMs };
}
