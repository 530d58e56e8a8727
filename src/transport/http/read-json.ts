import express, { type RequestHandler } from 'express';
import { GameError } from '../../errors/game-error.ts';

/**
 * Reads a JSON body.
 *
 * @param limitBytes - a body that says it is larger is refused with `PAYLOAD_TOO_LARGE` before it has arrived
 */
export function readJson(limitBytes: number): RequestHandler {
  // Nobody compresses bodies this small; inflating them would only invite bombs.
  const read = express.json({ limit: limitBytes, inflate: false });
  return (request, response, next) => {
    // The reader would take all of it in first, however long that takes.
    if (Number(request.get('content-length')) > limitBytes)
      throw new GameError('PAYLOAD_TOO_LARGE');
    read(request, response, next);
  };
}
