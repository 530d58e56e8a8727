import type { TicketOffer, TicketWaitReason, TicketWidening } from '@meridian/client';

/** A search for an opponent, as the page shows it. Times are of this browser's monotonic clock, ms. */
export type SearchView =
  /** How far the regions are is measured first. */
  | { readonly kind: 'measuring' }
  | {
      readonly kind: 'searching';
      readonly startedAtMs: number;
      /** Null: the server has not said yet what is accepted. */
      readonly widening: TicketWidening | null;
      /** When the next step comes; null: never. */
      readonly widensAtMs: number | null;
      /** When an opponent is expected; null: nobody knows. */
      readonly expectedAtMs: number | null;
    }
  | { readonly kind: 'found'; readonly startedAtMs: number; readonly regionId: string }
  | {
      readonly kind: 'expired';
      readonly reasons: readonly TicketWaitReason[];
      readonly bestOffer: TicketOffer | null;
    }
  | { readonly kind: 'failed'; readonly message: string };

/** Names of the regions for people, by id, as the server has them. */
export type RegionNames = ReadonlyMap<string, string>;
