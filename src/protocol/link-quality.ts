import type { QualityLevel } from './quality.ts';

/** Type of the message in which a room tells a client what its link carries; its payload is a {@link LinkQuality}. */
export const QUALITY_MESSAGE = 'meridian:quality';

/** What a room sends over a client's link, from now on. */
export interface LinkQuality {
  readonly level: QualityLevel;
  /** How often the state of an entity may change on the client, ms, by how far from it the entity is. */
  readonly patchIntervalMs: {
    readonly near: number;
    readonly mid: number;
    readonly far: number;
  };
}
