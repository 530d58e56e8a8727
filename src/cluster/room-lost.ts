import { GameError } from '../errors/game-error.ts';
import type { LostReason } from './room-directory.ts';

/** What players are told of a room that will not come back. */
const REASONS: Readonly<Record<LostReason, string>> = {
  'not-durable': 'The server of this room has failed, and the room could not be kept.',
  'journal-corrupt':
    'The server of this room has failed, and what was kept of the room is damaged.',
  'schema-unknown': 'The game was updated, and this room belongs to the version before.',
  'restore-failed': 'The server of this room has failed, and the room could not be set up again.',
  quarantined: 'This room made its servers fail, and was closed.',
};

/** The error for whoever asks for a room that is gone for good. */
export function roomLost(roomId: string, reason: LostReason): GameError {
  return new GameError('ROOM_LOST', { roomId, reason }, { message: REASONS[reason] });
}
