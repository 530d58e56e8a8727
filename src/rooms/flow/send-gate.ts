/** Backlogs at which a client's patches stop, resume and end the connection. */
export interface SendGateLimits {
  readonly sendGateBytes: number;
  readonly sendResumeBytes: number;
  readonly sendHardLimitBytes: number;
  readonly sendGateMaxMs: number;
}

/** What to do with a client at this flush. `resync` sends the full state in place of a patch. */
export type SendDecision = 'patch' | 'skip' | 'resync' | 'evict';

/**
 * Whether a client gets this patch.
 *
 *   open ──backlog > gate──▶ gated ──backlog <= resume──▶ full state, open
 *                              └──backlog > hard limit, or gated too long──▶ evicted
 *
 * The change set is gone after each flush, so a client that missed one patch can only continue from a full state.
 *
 * @param gatedSinceMs - when the gate closed, or null while it is open
 */
export function decideSend(
  limits: SendGateLimits,
  backlogBytes: number,
  gatedSinceMs: number | null,
  nowMs: number,
): SendDecision {
  if (backlogBytes > limits.sendHardLimitBytes) return 'evict';
  if (gatedSinceMs === null) return backlogBytes > limits.sendGateBytes ? 'skip' : 'patch';
  if (backlogBytes <= limits.sendResumeBytes) return 'resync';
  return nowMs - gatedSinceMs > limits.sendGateMaxMs ? 'evict' : 'skip';
}
