import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GameError } from '../../errors/game-error.ts';

/**
 * Answers what has no response object, an upgrade or bytes that are no request, with an error, and ends the socket.
 *
 * @param status - where HTTP has a word of its own for it
 */
export function refuseSocket(socket: Duplex, error: GameError, status = error.spec.http): void {
  const body = JSON.stringify(error.toBody());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
