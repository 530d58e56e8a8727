import type { LinkQuality, QualityLevel } from '../../../src/protocol/index.ts';

/** How good a player's link to the room is. */
export interface RoomQuality {
  /** How much of the state the room sends: 0 all of it, 4 the least. */
  readonly level: QualityLevel;
  /** How often what is near, farther and far comes, ms; null while the room has not said. */
  readonly patchIntervalMs: LinkQuality['patchIntervalMs'] | null;
  /** Whether the player should be told that it is his link, and not the game. */
  readonly isPoorLink: boolean;
}

const LEVELS: readonly unknown[] = [0, 1, 2, 3, 4];

/** @returns null when it is none */
export function parseLinkQuality(payload: unknown): LinkQuality | null {
  const { level, patchIntervalMs } = (payload ?? {}) as Partial<LinkQuality>;
  const { near, mid, far } = (patchIntervalMs ?? {}) as Partial<LinkQuality['patchIntervalMs']>;
  if (!LEVELS.includes(level) || !isInterval(near) || !isInterval(mid) || !isInterval(far)) {
    return null;
  }
  return { level: level as QualityLevel, patchIntervalMs: { near, mid, far } };
}

/** What is not sent at all has none: 0 or Infinity. */
function isInterval(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}
