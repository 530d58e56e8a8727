// The arithmetic of a lease. Times are of the monotonic clock, ms.

import type { ClusterConfig } from '../../config/play-config.ts';

export interface LeaseTimes {
  /** Life of the lease in Redis, counted from when Redis got the renewal. */
  readonly ttlMs: number;
  readonly renewMs: number;
  /** Longest time a lease is held by vote after the last renewal. */
  readonly outageMaxMs: number;
}

export function leaseTimesOf(config: ClusterConfig): LeaseTimes {
  return {
    ttlMs: config.leaseTtlMs,
    renewMs: config.leaseRenewMs,
    outageMaxMs: config.outageMaxMs,
  };
}

/** Taken off the TTL: what a step takes from its check of the lease to its last byte, and what two clocks drift apart. */
const SAFETY_SHARE = 0.05;

/** Renewals that may be late before a node counts as cut off, so that one that is slow means nothing. */
const MISSED_RENEWALS = 2.5;
/** Renewals that may be late before a node's process is asked for: with one that is gone nobody waits for the lease. */
const OVERDUE_RENEWALS = 1.15;
/** Share of the renewal interval a peer has for its answer: with it a vote ends before the shortest lease does. */
const ASK_SHARE = 0.75;

/** Until when a node may act after a renewal sent, or a vote asked, at `atMs`: before Redis lets go of it. */
export function heldUntilMs(atMs: number, { ttlMs }: LeaseTimes): number {
  return atMs + ttlMs * (1 - SAFETY_SHARE);
}

/** Silence of Redis after which a node says that it is cut off. The watchers' grace starts anew after the same silence. */
export function cutOffAfterMs({ renewMs }: LeaseTimes): number {
  return renewMs * MISSED_RENEWALS;
}

/** Age of a renewal from which watchers ask whether the process is still there. */
export function overdueAfterMs({ renewMs }: LeaseTimes): number {
  return renewMs * OVERDUE_RENEWALS;
}

export function askTimeoutMs({ renewMs }: LeaseTimes): number {
  return renewMs * ASK_SHARE;
}

/** How long a watcher must have renewed without failure before it declares anybody dead. */
export function graceMs({ ttlMs }: LeaseTimes): number {
  return 2 * ttlMs;
}

/** What the nodes of a region answered, the asking one among them. */
export interface Ballot {
  /** Nodes that lived when Redis was last reached, this one included. */
  readonly known: number;
  /** Of these, processes that are gone: another has their port, or nobody. */
  readonly gone: number;
  /** Of these, nodes that cannot reach Redis either, this one included. */
  readonly cutOff: number;
}

/** Whether more than half of the region is cut off, so that the rest may not declare anybody dead. */
export function isOutage({ known, gone, cutOff }: Ballot): boolean {
  return 2 * cutOff > known - gone;
}
