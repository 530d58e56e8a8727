import type { SendRefusal } from './region-link.ts';

/**
 * Why a message was not handled.
 *
 * - `expired`: too late, on the way or where it arrived.
 * - `foreign`: an entry that no link wrote, or that is torn, in a stream or in its text.
 * - `unhandled`: nobody here knows its kind (an older build).
 * - `failed`: its handler threw, or was not done in time, each time.
 * - `repeated`: this node had handled it; it came again after a Redis had lost that it did.
 */
export type LinkDrop = 'expired' | 'foreign' | 'unhandled' | 'failed' | 'repeated';

/** What a node counts of its links; all labels are bounded (regions, kinds, reasons). */
export interface LinkMetrics {
  sent(toRegionId: string, outcome: 'stored' | SendRefusal): void;
  /** Entries another region's Redis took from this node, and how many of them it had already. */
  carried(toRegionId: string, added: number, repeated: number): void;
  /** @param delayMs - since it was sent, by the wall clocks of both sides */
  handled(fromRegionId: string, kind: string, delayMs: number): void;
  /** @param regionId - the other region, whichever direction */
  dropped(regionId: string, reason: LinkDrop, count: number): void;
  /** Something of ours is missing there (`out`), or of theirs here (`in`). */
  gap(regionId: string, direction: 'in' | 'out'): void;
}

export const noLinkMetrics: LinkMetrics = {
  sent: () => {},
  carried: () => {},
  handled: () => {},
  dropped: () => {},
  gap: () => {},
};
