import type { ConnectionState } from '@meridian/client';

/** One line about a connection that is being brought back, for the player. */
export function lossInWords(
  state: Extract<ConnectionState, { readonly kind: 'reconnecting' }>,
): string {
  switch (state.room) {
    case 'elsewhere':
      return 'Your game goes on at another server …';
    case 'recovering':
      return 'The server was lost. Your game is coming back …';
    case 'unknown':
      // The first tries follow each other too fast to be counted aloud.
      return state.attempt < 4
        ? 'Connection lost. Getting you back …'
        : `Connection lost. Trying again (${state.attempt}) …`;
  }
}
