import { GameError } from '../errors/game-error.ts';
import type { ProfileLease, ProfileRecord } from './profile-record.ts';

// One room has a player's profile in its hands, others read:
//
//   free ──take──▶ held by A ──renew──▶ held by A ──release──▶ free
//                     └── its time is over, B takes it ──▶ held by B      A's token is worth nothing from here on
//
// The token is the fence. A room that stood still for too long may believe that it holds the profile: what it writes is refused
// as soon as another one has taken it, whatever its clock says. Time decides only when another one may.
//
// A lease guards what a room replaces: data, sections, names. Additions (operations, statistics) of others still count, because
// they overwrite nothing.

/** Who wants the profile, or has it. */
export interface LeaseRequest {
  /** For people: the room. */
  readonly holder: string;
  readonly token: string;
  readonly ttlMs: number;
}

/** Whether somebody holds it now. */
export function isHeld(lease: ProfileLease | null, nowMs: number): lease is ProfileLease {
  return lease !== null && lease.untilMs > nowMs;
}

/**
 * Takes the lease, or renews it under the same token.
 *
 * @throws {GameError} `PROFILE_LEASED` while another holds it, `PROFILE_MOVING` while it is on its way to another region
 */
export function takeLease(
  record: ProfileRecord,
  { holder, token, ttlMs }: LeaseRequest,
  nowMs: number,
): ProfileRecord {
  if (isHeld(record.lease, nowMs) && record.lease.token !== token)
    throw leased(record.lease, nowMs);
  if (record.moving !== null) throw new GameError('PROFILE_MOVING', { to: record.moving.to });
  return { ...record, lease: { holder, token, untilMs: nowMs + ttlMs } };
}

/**
 * Renews a lease that is still one's own, also when its time is over and nobody came.
 *
 * @throws {GameError} `PROFILE_LEASE_LOST`
 */
export function renewLease(
  record: ProfileRecord,
  { token, ttlMs }: Pick<LeaseRequest, 'token' | 'ttlMs'>,
  nowMs: number,
): ProfileRecord {
  if (record.lease?.token !== token) throw new GameError('PROFILE_LEASE_LOST');
  return { ...record, lease: { ...record.lease, untilMs: nowMs + ttlMs } };
}

/** Gives it back; somebody else's stays. */
export function releaseLease(record: ProfileRecord, token: string): ProfileRecord {
  return record.lease?.token === token ? { ...record, lease: null } : record;
}

/**
 * That a write which replaces something may happen.
 *
 * @param token - of the writer's lease; null: he has none
 * @throws {GameError} `PROFILE_LEASE_LOST` when the token is not the lease's, `PROFILE_LEASED` without one while it is held
 */
export function requireLease(record: ProfileRecord, token: string | null, nowMs: number): void {
  const { lease } = record;
  if (token !== null) {
    if (lease?.token !== token) throw new GameError('PROFILE_LEASE_LOST');
    return;
  }
  if (isHeld(lease, nowMs)) throw leased(lease, nowMs);
}

function leased(lease: ProfileLease, nowMs: number): GameError {
  const { holder, untilMs } = lease;
  return new GameError(
    'PROFILE_LEASED',
    { holder },
    { retryAfterMs: Math.max(0, untilMs - nowMs) },
  );
}
