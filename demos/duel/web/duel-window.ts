import type { ConnectionState } from '@meridian/client';
import type { GameView } from './game-view.ts';

/** `window.__duel`: what tests read. Nothing can be done through it; tests play by keys and clicks. */
export interface DuelWindow {
  readonly phase: 'lobby' | 'searching' | GameView['phase'];
  /** What the queue knows the search by; null while there is none. */
  readonly ticketId: string | null;
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
    readonly rating: number;
  }[];
  readonly connection: ConnectionState['kind'] | null;
}
