import type { RegionOpening } from '../tickets/region-openings.ts';
import type { TicketRecord } from '../tickets/ticket-record.ts';
import type { Visitor } from './link-kinds.ts';

/** A ticket as the node that matches its queue knows it: of this region, or visiting. */
export interface WaitingEntry extends Visitor {
  readonly homeRegionId: string;
  /** Null for a visitor: its record is at home. */
  readonly record: TicketRecord | null;
  /** Where it may play; a visitor came because it may play here. */
  openings: readonly RegionOpening[];
  /** When it was offered last to a region, monotonic, ms. */
  readonly offeredAtMs: Map<string, number>;
  /** A match is being made of it. */
  isBusy: boolean;
}
