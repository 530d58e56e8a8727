import { CloseCode } from '../../src/protocol/index.ts';
import type { MeridianErrorCode } from './meridian-error.ts';

/** What a WebSocket close code means to a game. */
export interface CloseReason {
  /** For people: the server's own words where it sent some. */
  readonly reason: string;
  readonly errorCode: MeridianErrorCode;
  /** Whether joining again may help. */
  readonly retryable: boolean;
}

/** Of a room that ended under its player, which Colyseus does not tell from his own leave, nor from a seat that ran out. */
export const ROOM_HAS_ENDED = 'The room has ended.';

const REASONS: Readonly<Record<number, CloseReason>> = {
  1000: { reason: 'The connection was closed.', errorCode: 'CLOSED', retryable: true },
  [CloseCode.CONSENTED]: { reason: 'You left the room.', errorCode: 'CLOSED', retryable: true },
  [CloseCode.SERVER_SHUTDOWN]: {
    reason: 'The server is going away.',
    errorCode: 'SHUTTING_DOWN',
    retryable: true,
  },
  [CloseCode.WITH_ERROR]: {
    reason: 'The room closed the connection after an error.',
    errorCode: 'INTERNAL',
    retryable: true,
  },
  [CloseCode.FAILED_TO_RECONNECT]: {
    reason: 'The seat in the room no longer exists.',
    errorCode: 'SEAT_EXPIRED',
    retryable: true,
  },
  [CloseCode.MAY_TRY_RECONNECT]: {
    reason: 'The connection was interrupted.',
    errorCode: 'NETWORK',
    retryable: true,
  },
  [CloseCode.BAD_FRAME]: {
    reason: 'The server did not understand what this client sent.',
    errorCode: 'BAD_REQUEST',
    retryable: false,
  },
  [CloseCode.SIGNED_OUT]: {
    reason: 'This sign-in was ended.',
    errorCode: 'TOKEN_REVOKED',
    retryable: false,
  },
  [CloseCode.REMOVED]: {
    reason: 'An operator has ended this session.',
    errorCode: 'CLOSED',
    retryable: false,
  },
  [CloseCode.BANNED]: {
    reason: 'This player is banned.',
    errorCode: 'PLAYER_BANNED',
    retryable: false,
  },
  [CloseCode.NOT_ADMITTED]: {
    reason: 'The room did not admit this player.',
    errorCode: 'FORBIDDEN',
    retryable: false,
  },
  [CloseCode.TOO_SLOW]: {
    reason: 'This connection was too slow for the room.',
    errorCode: 'CLOSED',
    retryable: true,
  },
  [CloseCode.RATE_LIMITED]: {
    reason: 'This client sent more than the room allows.',
    errorCode: 'RATE_LIMITED',
    retryable: true,
  },
};

/** @param serverReason - the reason text of the close frame; wins over ours when it says something */
export function describeClose(code: number, serverReason?: string): CloseReason {
  const known = REASONS[code] ?? {
    reason: `The connection was lost (${code}).`,
    errorCode: 'CLOSED',
    retryable: true,
  };
  return serverReason ? { ...known, reason: serverReason } : known;
}
