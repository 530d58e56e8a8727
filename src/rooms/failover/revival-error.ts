import type { LostReason } from '../../cluster/room-directory.ts';

/** Why a room cannot be brought back. */
export class RevivalError extends Error {
  readonly reason: LostReason;

  constructor(reason: LostReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RevivalError';
    this.reason = reason;
  }
}
