/**
 * Where a room's connection stands.
 *
 *   connected ──drop──▶ reconnecting ──seat taken again──▶ resumed ──drop──▶ reconnecting …
 *       └──────────────────┴──── final close code, or gave up ────────────▶ closed
 */
export type ConnectionState =
  | { readonly kind: 'connected' }
  | {
      readonly kind: 'reconnecting';
      /** 1 for the first try since the link was lost. */
      readonly attempt: number;
      /** Time until that try, in ms; 0 while it is under way. */
      readonly nextTryInMs: number;
      /** Why the link was lost, for people. */
      readonly reason: string;
      /** What is known of the room: nothing new, it runs on another node now, or another node is bringing it back. */
      readonly room: 'unknown' | 'elsewhere' | 'recovering';
    }
  | {
      /** The same room object and seat as before; the state has been (or is being) resynchronised. */
      readonly kind: 'resumed';
      /** Length of the outage, in ms. */
      readonly outageMs: number;
      /** Whether the room goes on at another node. */
      readonly hasMoved: boolean;
    }
  | {
      readonly kind: 'closed';
      /** WebSocket close code: see `CloseCode`. */
      readonly code: number;
      /** For people. */
      readonly reason: string;
    };
