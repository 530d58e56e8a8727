import type { ConnectionState } from '@meridian/client';
import { formatMove } from '../shared/notation.ts';
import type { GameView } from './game-view.ts';

/** `window.__duel`: what tests read. Nothing can be done through it; tests play by keys and clicks. */
export interface DuelWindow {
  readonly phase: 'lobby' | GameView['phase'];
  readonly roomId: string | null;
  /** null for spectators. */
  readonly seat: 0 | 1 | null;
  readonly turn: 0 | 1 | null;
  readonly game: number;
  readonly ply: number;
  /** What this player may do now, e.g. `['a1-a2']`. */
  readonly legal: readonly string[];
  readonly moves: readonly string[];
  readonly winner: 0 | 1 | null;
  readonly ending: string;
  readonly spectators: readonly string[];
  readonly seats: readonly {
    readonly name: string;
    readonly isConnected: boolean;
    readonly wins: number;
    readonly careerWins: number;
  }[];
  readonly connection: ConnectionState['kind'] | null;
}

export interface DuelSource {
  readonly view: GameView | null;
  readonly roomId: string | null;
  readonly connection: ConnectionState | null;
}

export function exposeForTests(read: () => DuelSource): void {
  Object.defineProperty(window, '__duel', { get: () => windowOf(read()) });
}

function windowOf({ view, roomId, connection }: DuelSource): DuelWindow {
  return {
    phase: view?.phase ?? 'lobby',
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
      view?.seats.map(({ name, isConnected, wins, careerWins }) => ({
        name,
        isConnected,
        wins,
        careerWins,
      })) ?? [],
    connection: connection?.kind ?? null,
  };
}
