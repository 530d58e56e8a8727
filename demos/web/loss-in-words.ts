import type { ConnectionState } from '@meridian/client';

/** One line about a connection that is being brought back, for the player. */
export function lossInWords(
  state: Extract<ConnectionState, { readonly kind: 'reconnecting' }>,
): string {
  switch (state.room) {
    case 'elsewhere':
      return 'Moving to another server …';
    case 'recovering':
      return 'The server was lost. Another one is taking over …';
    case 'unknown':
      return `Connection lost. Trying again (${state.attempt}) …`;
  }
}
