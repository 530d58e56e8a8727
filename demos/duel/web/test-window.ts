import type { ConnectionState } from '@meridian/client';
import { formatMove } from '../shared/notation.ts';
import type { DuelWindow } from './duel-window.ts';
import type { GameView } from './game-view.ts';

export interface DuelSource {
  readonly view: GameView | null;
  readonly roomId: string | null;
  readonly connection: ConnectionState | null;
  readonly isSearching: boolean;
  readonly ticketId: string | null;
}

export function exposeForTests(read: () => DuelSource): void {
  Object.defineProperty(window, '__duel', { get: () => windowOf(read()) });
}

function windowOf({ view, roomId, connection, isSearching, ticketId }: DuelSource): DuelWindow {
  return {
    phase: view?.phase ?? (isSearching ? 'searching' : 'lobby'),
    ticketId,
    roomId,
    seat: view?.seat ?? null,
    turn: view?.turn ?? null,
    game: view?.game ?? 0,
    ply: view?.position.ply ?? 0,
    legal: view?.legal.map(formatMove) ?? [],
    moves: view?.moves ?? [],
    winner: view?.winner ?? null,
    ending: view?.ending ?? '',
    spectators: view?.spectators ?? [],
    seats:
      view?.seats.map(({ name, isConnected, wins, careerWins, rating }) => ({
        name,
        isConnected,
        wins,
        careerWins,
        rating,
      })) ?? [],
    connection: connection?.kind ?? null,
  };
}
