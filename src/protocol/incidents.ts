// Incidents: what alerts have made of themselves, for the console. Types only.
//
//   page ── GET  /admin/v1/incidents ──────────────────▶ IncidentsView
//   page ── POST /admin/v1/incidents/<id>/approve|deny ─▶ 204        with the header of actions (admin.ts)

/** What the incident bot may do; the label `action` of an alert names one. */
export const INCIDENT_ACTIONS = [
  'drain-node',
  'quarantine-node',
  'raise-replicas',
  'close-region',
  'shed-tickets',
  'evacuate-region',
] as const;

export type IncidentAction = (typeof INCIDENT_ACTIONS)[number];

/** Why nothing is done, or not now. */
export type IncidentRefusal =
  /** Its action is not one that this bot may do. */
  | 'not-allowed'
  /** It is of a region that is not this bot's, or of none. */
  | 'other-region'
  /** It names no node of this region, or fits several. */
  | 'node-unknown'
  /** The node takes no rooms anyway. */
  | 'already-out'
  /** Another alert has had it done, and that holds. */
  | 'already-done'
  /** The same was done to the same target a short time ago. */
  | 'cooldown'
  /** More of the region's nodes would be out of play than may be. */
  | 'blast-radius'
  /** No node would be left that takes rooms. */
  | 'last-node'
  /** Nothing adds nodes here. */
  | 'no-autoscaler'
  /** An operator said no. */
  | 'denied'
  /** Nobody answered in time. */
  | 'expired'
  /** The alert was over before anybody answered. */
  | 'resolved';

//   (alert) ─┬▶ noted                                 no action asked for
//            ├▶ refused ◀──────────┐                  looked at again when the alert repeats, except for what cannot change
//            ├▶ dry-run            │
//            ├▶ awaits-approval ───┤ denied, expired, resolved
//            │        └ approved ─▼
//            └▶ acting ─▶ done ─ alert resolves ─▶ undoing ─▶ undone
//                  └──▶ failed                         └────▶ failed
export type IncidentPhase =
  | { readonly kind: 'noted' }
  | { readonly kind: 'refused'; readonly reason: IncidentRefusal }
  | { readonly kind: 'dry-run' }
  /** @property untilMs - wall clock, ms since the Unix epoch */
  | { readonly kind: 'awaits-approval'; readonly untilMs: number }
  /** @property approvedBy - null: it may be done without asking */
  | { readonly kind: 'acting'; readonly approvedBy: string | null }
  | { readonly kind: 'done'; readonly approvedBy: string | null; readonly result: string }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'undoing' }
  | { readonly kind: 'undone'; readonly result: string };

/** One alert from its beginning to its end, and what the bot made of it. */
export interface Incident {
  /** Of the alert and the time at which it began: the same however often it is told. */
  readonly incidentId: string;
  /** Alertmanager's id of the alert: the same each time it begins. */
  readonly fingerprint: string;
  readonly alert: string;
  /** `page` or `ticket`; empty: it has none. */
  readonly severity: string;
  readonly summary: string;
  /** Empty: it has none. */
  readonly runbookUrl: string;
  /** As the alert names it; empty: it asks for nothing. */
  readonly action: string;
  readonly regionId: string;
  /** Null: it concerns the whole region. */
  readonly nodeId: string | null;
  /** All wall clock, ms since the Unix epoch. */
  readonly startedAtMs: number;
  readonly firstSeenAtMs: number;
  readonly changedAtMs: number;
  /** Null: it still fires, as far as anybody has told. */
  readonly resolvedAtMs: number | null;
  readonly phase: IncidentPhase;
}

/** `GET /admin/v1/incidents` */
export interface IncidentsView {
  /** Wall clock of the server, ms since the Unix epoch. */
  readonly atMs: number;
  readonly regionId: string;
  /** Whether a bot is at work in the region. */
  readonly isWatched: boolean;
  /** The newest first: what fires, waits or is under way, and the latest hundred of the others. */
  readonly incidents: readonly Incident[];
}
