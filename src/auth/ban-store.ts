/** Of a reason, UTF-16 units: it travels to every region, and players read it. */
export const MOST_REASON_LENGTH = 500;

/** The last word on a player: banned, or not any more. */
export interface BanDecision {
  readonly playerId: string;
  /** Wall clock of the node that decided, ms. Of two decisions the later counts, in whatever order they arrive. */
  readonly decidedAtMs: number;
  /** For the player and for operators; null: not banned any more. */
  readonly reason: string | null;
  /** Wall clock, ms; null: for good. */
  readonly untilMs: number | null;
}

/** Where bans are kept. Every method may throw {GameError} `STORE_UNAVAILABLE`. */
export interface BanStore {
  /** Keeps a decision unless there is a later one. @returns the one that counts */
  record(decision: BanDecision): Promise<BanDecision>;
  /** @returns null for a player of whom nothing was ever decided */
  find(playerId: string): Promise<BanDecision | null>;
  /** What is kept of a player that is deleted. */
  forgetPlayer(playerId: string): Promise<void>;
}

/** Whether it keeps the player out now. */
export function isBannedBy(decision: BanDecision | null, nowMs: number): boolean {
  if (decision === null || decision.reason === null) return false;
  return decision.untilMs === null || decision.untilMs > nowMs;
}
