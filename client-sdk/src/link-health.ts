/** What is known about a link at one moment. Times are monotonic, in ms. */
export interface LinkFacts {
  readonly nowMs: number;
  /** When anything last arrived. */
  readonly lastByteAtMs: number;
  /** When the oldest unanswered ping was sent; null when none is out. */
  readonly pingSentAtMs: number | null;
}

export interface LinkLimits {
  /** Silence after which a ping is sent to see whether anybody is there. */
  readonly pingAfterSilenceMs: number;
  /** Silence, with a ping unanswered for at least half of it, after which the link counts as dead. */
  readonly deadAfterMs: number;
}

export type LinkHealth = 'alive' | 'quiet' | 'dead';

/**
 * Judges a link by what arrived, not by what the operating system believes: TCP needs minutes to notice a dead peer.
 *
 * `quiet` asks for a ping. A room that is silent by nature never dies, because its pings are answered.
 */
export function judgeLink(facts: LinkFacts, limits: LinkLimits): LinkHealth {
  const silenceMs = facts.nowMs - facts.lastByteAtMs;
  if (silenceMs < limits.pingAfterSilenceMs) return 'alive';
  if (facts.pingSentAtMs === null) return 'quiet';
  const unansweredMs = facts.nowMs - facts.pingSentAtMs;
  return silenceMs >= limits.deadAfterMs && unansweredMs >= limits.deadAfterMs / 2
    ? 'dead'
    : 'alive';
}
