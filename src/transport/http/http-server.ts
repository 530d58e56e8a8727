import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Application, Request, Response } from 'express';
import { GameError } from '../../errors/game-error.ts';
import type { LeanRoutes } from './lean-routes.ts';
import { refuseSocket } from './refuse-socket.ts';

/**
 * A server for what players reach, which answers with an `ErrorBody` also where no request comes of it, so that express never sees
 * it: bytes that are not HTTP, a head that is too large, an address that cannot be read. Other protocols than WebSocket are not
 * upgraded to: the request is served as it stands (RFC 9110 §7.8).
 *
 * @param lean - answers what it knows before express is asked
 */
export function createHttpServer(app: Application, lean?: LeanRoutes): Server {
  const latest = new WeakMap<Duplex, Exchange>();
  const server = createServer({ shouldUpgradeCallback: isWebSocket }, (request, response) => {
    latest.set(request.socket, { request, response });
    if (lean?.answer(request, response) === true) return;
    app(request as Request, response as Response, () => giveUp(response));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    refuseBytes(socket, latest.get(socket), error);
  });
  // Whoever expects what nobody offers may be served as if he did not (RFC 9110 §10.1.1).
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response);
  });
  return server;
}

/** The latest request of a connection. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Refuses what came after `exchange`, or in the midst of its body. */
function refuseBytes(
  socket: Duplex,
  exchange: Exchange | undefined,
  error: NodeJS.ErrnoException,
): void {
  const isAnswered = exchange?.response.writableFinished ?? true;
  if (!isAnswered && exchange?.request.complete === true) {
    // It is being done, and its sender must not take this refusal for the answer to it.
    exchange.response.once('finish', () => refuseBytes(socket, undefined, error));
  } else if (!socket.writable || (!isAnswered && exchange?.response.headersSent === true)) {
    socket.destroy();
  } else {
    const { refusal, status } = whatIsWrong(error);
    refuseSocket(socket, refusal, status);
  }
}

function isWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/** Where express itself gives up, as with `http://[::1/`, it would answer with a page of its own. */
function giveUp(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const error = badRequest('Ask for a path.');
  const body = JSON.stringify(error.toBody());
  response.writeHead(error.spec.http, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

function whatIsWrong({ code }: NodeJS.ErrnoException): {
  readonly refusal: GameError;
  readonly status: number;
} {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { refusal: new GameError('PAYLOAD_TOO_LARGE'), status: 431 };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { refusal: new GameError('PAYLOAD_TOO_LARGE'), status: 413 };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { refusal: badRequest('The request did not arrive in time.'), status: 408 };
    default:
      return { refusal: badRequest('This is no HTTP request.'), status: 400 };
  }
}

function badRequest(message: string): GameError {
  return new GameError('BAD_REQUEST', {}, { message });
}
