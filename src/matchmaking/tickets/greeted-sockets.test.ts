import { expect, test } from 'vitest';
import { GameError } from '../../errors/game-error.ts';
import { GreetedSockets } from './greeted-sockets.ts';

test('[TK-16] of a player’s sockets those go by which he is not welcome any more', () => {
  const sockets = new GreetedSockets();
  const gone: string[] = [];
  const close = new Map<string, () => void>();
  for (const signInId of ['s_1', 's_2', 's_3']) {
    sockets.add(
      { playerId: 'ada', displayName: 'Ada', signInId },
      {
        push: () => {},
        onClose: (listener) => void close.set(signInId, listener),
        turnAway: ({ code }) => void gone.push(`${signInId} ${code}`),
      },
    );
  }
  close.get('s_3')?.();
  sockets.turnAway('bob', () => new GameError('TOKEN_REVOKED'));
  sockets.turnAway('ada', ({ signInId }) =>
    signInId === 's_2' ? null : new GameError('TOKEN_REVOKED'),
  );
  expect(gone).toEqual(['s_1 TOKEN_REVOKED']);
});
