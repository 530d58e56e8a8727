import { GameError } from '../errors/game-error.ts';

/** Redis is away, or late. */
export function directoryUnavailable(cause?: unknown): GameError {
  return new GameError('DIRECTORY_UNAVAILABLE', {}, { cause, retryAfterMs: 1_000 });
}
