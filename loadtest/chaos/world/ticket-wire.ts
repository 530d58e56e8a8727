// What the conductor and the process of the ticket players tell each other: JSON lines (machine/line-process.ts).
//
//   conductor ─▶ players: a TicketOrder as JSON; `quit`
//   players ─▶ conductor: TicketReports

import type { SeatTaking, TripEnd } from './ticket-trip.ts';

export type TicketOrder =
  /** Sign in, measure the regions, say `ready`, and enter as the rate says. */
  | {
      readonly kind: 'begin';
      /** Where players at home in each place find their region: `host:port` by place. */
      readonly doors: Readonly<Record<string, string>>;
      readonly playersPerHome: number;
      /** Tickets a second, over all homes. */
      readonly rateHz: number;
      readonly seed: number;
    }
  /** Nobody enters any more; who waits waits on. */
  | { readonly kind: 'stop' }
  /** Who waits still takes his ticket back. */
  | { readonly kind: 'take-back' };

export type TicketReport =
  | { readonly kind: 'ready'; readonly players: number }
  | {
      readonly kind: 'entered';
      readonly trip: number;
      readonly playerId: string;
      readonly home: string;
      readonly ticketId: string;
      readonly atMs: number;
    }
  | {
      readonly kind: 'refused';
      readonly home: string;
      readonly code: string;
      readonly atMs: number;
    }
  | {
      readonly kind: 'again';
      readonly trip: number;
      readonly ticketId: string;
      readonly atMs: number;
    }
  | { readonly kind: 'ended'; readonly trip: number; readonly end: TripEnd; readonly atMs: number }
  | {
      readonly kind: 'seat';
      readonly trip: number;
      readonly seat: SeatTaking;
      readonly atMs: number;
    };
