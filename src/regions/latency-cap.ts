/** How much latency a kind of room bears, and how that grows while players wait. Round-trip times, ms. */
export interface LatencyCap {
  /** Borne at once. */
  readonly startMs: number;
  /** Never more than this. */
  readonly mostMs: number;
  /** Wait after which the cap begins to grow, ms. */
  readonly growsAfterMs: number;
  /** Growth per second of waiting, ms. */
  readonly growthPerSecondMs: number;
}

const WIDENING = { mostMs: 250, growsAfterMs: 10_000, growthPerSecondMs: 5 };

/** Caps by kind of room: an action game feels 80 ms, a game of turns hides 180 ms. */
export const LATENCY_CAPS = {
  action: { startMs: 80, ...WIDENING },
  'turn-based': { startMs: 180, ...WIDENING },
} as const satisfies Readonly<Record<string, LatencyCap>>;

export type RoomKind = keyof typeof LATENCY_CAPS;

/**
 * The round-trip time that is borne after waiting `waitedMs`.
 *
 * @param waitedMs - >= 0
 * @returns ms, from `startMs` to `mostMs`
 */
export function latencyCapMs(cap: LatencyCap, waitedMs: number): number {
  const grownMs = (Math.max(0, waitedMs - cap.growsAfterMs) / 1_000) * cap.growthPerSecondMs;
  return Math.max(cap.startMs, Math.min(cap.mostMs, cap.startMs + grownMs));
}
