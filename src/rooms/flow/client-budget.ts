import type { QualityLevel } from '../../protocol/quality.ts';

/** What the link of one client carries; rooms with interest choose by it. */
export interface ClientBudget {
  readonly level: QualityLevel;
  /**
   * Of state, on average, with each flush of the room, whether he gets it at once or with later ones; it may be more by one entity.
   * `Infinity` where nothing speaks against what others get.
   */
  readonly bytesPerFlush: number;
}

/** Of a link of which nothing bad is known. */
export const FREE_BUDGET: ClientBudget = { level: 0, bytesPerFlush: Number.POSITIVE_INFINITY };
