import type { LostReason } from '../../cluster/room-directory.ts';

/** Why a room cannot be brought back. */
export class RevivalError extends Error {
  readonly reason: LostReason;

  constructor(message: string, options: ErrorOptions & { readonly reason: LostReason }) {
    super(message, options);
    this.name = 'RevivalError';
    this.reason = options.reason;
  }
}
