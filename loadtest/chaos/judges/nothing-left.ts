import type { Evidence } from '../evidence/evidence.ts';

/** [CH-10] When everybody has left, the region keeps nothing of their rooms: no orphan, no listing, no journal. */
export function judgeNothingLeft(evidence: Evidence): string[] {
  return [...evidence.leftovers];
}
