// What a database keeps of its migrations: one record, changed only by "replace, if it is still the one that was read". Steps
// done and the lease are in the same record, so a migrator that lost its lease cannot note a step as done:
//
//   A: take (fence 1) ── step ── step … halted            ── note ✗ (the record has moved on)
//   B:                             lease over: take (fence 2) ── step ── note ── release

/** A step that was done. */
export interface AppliedMigration {
  readonly name: string;
  /** Wall clock of the database, ms; null where it was not kept. */
  readonly appliedAtMs: number | null;
}

/** The right to change the schema, for a time. */
export interface HeldLease {
  /** Of one migrator's one run. */
  readonly token: string;
  /** For people: who it is. */
  readonly holder: string;
  /** Wall clock of the database, ms. */
  readonly expiresAtMs: number;
}

export interface MigrationState {
  /** Counts changes of this record. */
  readonly revision: number;
  /** Counts takings of the lease. */
  readonly fence: number;
  readonly lease: HeldLease | null;
  readonly applied: readonly AppliedMigration[];
}

/** Of a database that was never migrated. */
export const EMPTY_STATE: MigrationState = { revision: 0, fence: 0, lease: null, applied: [] };

export interface LeaseClaim {
  readonly token: string;
  readonly holder: string;
  /** How long the lease holds without being renewed, ms. */
  readonly leaseMs: number;
  /** Wall clock of the database, ms. */
  readonly nowMs: number;
}

export type TakeDecision =
  | { readonly kind: 'taken'; readonly state: MigrationState }
  | { readonly kind: 'held'; readonly lease: HeldLease };

/** Whether a migrator gets the lease: when it is nobody's, or its time is over. */
export function takeLease(state: MigrationState, claim: LeaseClaim): TakeDecision {
  const { lease } = state;
  if (lease !== null && lease.expiresAtMs > claim.nowMs) return { kind: 'held', lease };
  return {
    kind: 'taken',
    state: changed(state, { fence: state.fence + 1, lease: leaseOf(claim) }),
  };
}

/**
 * The lease with its time anew, also when it was over but nobody has taken it.
 *
 * @returns null when it is another's, or nobody's
 */
export function renewLease(state: MigrationState, claim: LeaseClaim): MigrationState | null {
  return isHeldBy(state, claim.token) ? changed(state, { lease: leaseOf(claim) }) : null;
}

/** @returns null when the lease is another's: what he does with the step counts, not this */
export function noteApplied(
  state: MigrationState,
  token: string,
  applied: AppliedMigration,
): MigrationState | null {
  if (!isHeldBy(state, token)) return null;
  return changed(state, { applied: [...state.applied, applied] });
}

/** @returns null when there is nothing to release */
export function releaseLease(state: MigrationState, token: string): MigrationState | null {
  return isHeldBy(state, token) ? changed(state, { lease: null }) : null;
}

function isHeldBy({ lease }: MigrationState, token: string): boolean {
  return lease?.token === token;
}

function leaseOf({ token, holder, nowMs, leaseMs }: LeaseClaim): HeldLease {
  return { token, holder, expiresAtMs: nowMs + leaseMs };
}

function changed(state: MigrationState, change: Partial<MigrationState>): MigrationState {
  return { ...state, ...change, revision: state.revision + 1 };
}
