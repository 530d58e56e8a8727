// What the console asks of a region: `POST /admin/v1/questions`. The server that is asked passes a question of another region on.
//
//   page ─▶ node of region A ─▶ answers itself, or asks the node that knows (node calls)
//                  └─ region link ─▶ one node of region B ─▶ the same there ─▶ back

import type { AuditEntry, WorldView } from './admin.ts';
import type { TicketExplanation } from './matchmaking.ts';

export const QUESTIONS_PATH = '/admin/v1/questions';

/** The most rooms, tickets, seats or entries in one answer: it must fit into a message between regions (64 KiB). */
export const MOST_ROWS = 150;

export type OperatorQuestion =
  | { readonly question: 'world'; readonly regionId: string }
  /** Rooms whose id, name or label contains the words; the fullest first. */
  | { readonly question: 'rooms'; readonly regionId: string; readonly search: string }
  | { readonly question: 'room'; readonly regionId: string; readonly roomId: string }
  | { readonly question: 'tickets'; readonly regionId: string; readonly queue: string }
  | {
      readonly question: 'ticket';
      readonly regionId: string;
      readonly ticketId: string;
      readonly playerId: string;
    }
  /** Who plays now and has the words in id or name, and whose id or username they are. */
  | { readonly question: 'players'; readonly regionId: string; readonly search: string }
  | { readonly question: 'player'; readonly regionId: string; readonly playerId: string }
  | { readonly question: 'audit'; readonly regionId: string };

export interface OperatorAnswers {
  readonly world: WorldView;
  readonly rooms: RoomList;
  readonly room: RoomInspection;
  readonly tickets: TicketList;
  readonly ticket: TicketExplanation;
  readonly players: PlayerList;
  readonly player: PlayerView;
  readonly audit: AuditList;
}

export type AnswerTo<Question extends OperatorQuestion> = OperatorAnswers[Question['question']];

export interface RoomRow {
  readonly roomId: string;
  readonly roomName: string;
  readonly nodeId: string;
  readonly clients: number;
  /** Null: no limit. */
  readonly maxClients: number | null;
  readonly isLocked: boolean;
  readonly isPrivate: boolean;
  /** Wall clock, ms. */
  readonly createdAtMs: number;
}

export interface RoomList {
  readonly rooms: readonly RoomRow[];
  /** How many there are that match; the list may be shorter. */
  readonly total: number;
}

export interface RoomClientView {
  readonly sessionId: string;
  /** Null: he came without signing in. */
  readonly playerId: string | null;
  readonly displayName: string | null;
  /** Median of the last round trips, ms; null: not measured. */
  readonly rttP50Ms: number | null;
}

/** A value of a room's state, as far as it is shown. */
export type StateNode =
  | { readonly kind: 'value'; readonly text: string }
  | {
      readonly kind: 'branch';
      /** `Map`, `Array`, `Set`, or the name of the schema; empty: a plain object. */
      readonly type: string;
      readonly entries: readonly StateEntry[];
      /** Children that are not shown, because there are too many. */
      readonly left: number;
    };

export interface StateEntry {
  readonly name: string;
  readonly node: StateNode;
}

export interface RoomInspection extends RoomRow {
  readonly clientList: readonly RoomClientView[];
  /** Null: it has none. */
  readonly state: StateNode | null;
  readonly phase: 'live' | 'frozen';
  readonly isDurable: boolean;
  readonly isMovable: boolean;
  /** Of its match; null: players came by themselves. */
  readonly matchId: string | null;
}

export interface TicketRow {
  readonly ticketId: string;
  readonly players: readonly {
    readonly playerId: string;
    readonly displayName: string;
    readonly rating: number;
  }[];
  readonly waitedMs: number;
  readonly state: 'searching' | 'claimed';
  /** The nearest of its regions. */
  readonly nearest: { readonly regionId: string; readonly latencyMs: number } | null;
}

export interface TicketList {
  readonly tickets: readonly TicketRow[];
  readonly total: number;
}

/** Where a player sits. */
export interface SeatView {
  readonly regionId: string;
  readonly nodeId: string;
  readonly roomId: string;
  readonly roomName: string;
  readonly sessionId: string;
}

export interface PlayerRow {
  readonly playerId: string;
  readonly displayName: string;
  readonly seats: readonly SeatView[];
}

export interface PlayerList {
  readonly players: readonly PlayerRow[];
  readonly total: number;
  /** Nodes that did not answer: who plays there is missing. */
  readonly silentNodes: readonly string[];
}

export interface PlayerView {
  readonly playerId: string;
  /** Null: he has none, or the store is away (`profileProblem`). */
  readonly profile: PlayerProfileView | null;
  readonly profileProblem: string | null;
  /** How he signs in: `guest`, `email`, `google`, …; null: nobody says. */
  readonly providers: readonly string[] | null;
  readonly seats: readonly SeatView[];
  readonly silentNodes: readonly string[];
}

export interface PlayerProfileView {
  readonly displayName: string;
  readonly username: string | null;
  readonly revision: number;
  readonly statistics: Readonly<Record<string, number>>;
  readonly wallet: Readonly<Record<string, number>>;
  readonly inventory: Readonly<Record<string, number>>;
  /** Wall clock, ms. */
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export interface AuditList {
  readonly entries: readonly AuditEntry[];
}
