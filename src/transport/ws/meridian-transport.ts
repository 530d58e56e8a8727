import type { IncomingMessage } from 'node:http';
import { type Server as HttpServer, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  type AuthContext,
  connectClientToRoom,
  createAuthContext,
  type Room,
  ServerError,
} from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import type { WebSocket } from 'ws';
import { GameError } from '../../errors/game-error.ts';
import { CloseCode } from '../../protocol/close-codes.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { SocketMetrics } from '../../telemetry/socket-metrics.ts';
import { closeReason, MeridianClient } from './meridian-client.ts';
import { PingRounds } from './ping-rounds.ts';
import { readShortFrames } from './short-frame-reader.ts';
import { SocketQuota } from './socket-quota.ts';

export interface MeridianTransportOptions {
  readonly server: HttpServer;
  readonly maxPayloadBytes: number;
  readonly pingIntervalMs: number;
  readonly socketsPerAddress: number;
  /** The room on this node, if it is here. */
  readonly findRoom: (roomId: string) => Room | undefined;
  /** The client's address, proxies considered. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly metrics: SocketMetrics;
  readonly log: Logger;
}

const UNANSWERED_PINGS = 2;
const PING_SOCKET_LIFE_MS = 1_000;
/** First byte of Colyseus' ping, echoed on sockets without a room (`client.getLatency()`). */
const PING_REPLY = Uint8Array.of(18);
const ROOM_PATH = /^\/[\w-]+\/([\w-]+)$/;

/**
 * Colyseus' WebSocket transport with limits per address, pings in slices that measure RTT, and clients whose frames can
 * be shared and whose short frames are read cheaply. Speaks the same protocol to the same clients.
 */
export class MeridianTransport extends WebSocketTransport {
  readonly #options: MeridianTransportOptions;
  readonly #quota: SocketQuota;
  readonly #pings: PingRounds;

  constructor(options: MeridianTransportOptions) {
    // noServer: this class owns the upgrade event, and pings by itself.
    super({ noServer: true, maxPayload: options.maxPayloadBytes, pingInterval: 0 });
    this.#options = options;
    this.#quota = new SocketQuota(options.socketsPerAddress);
    this.#pings = new PingRounds({
      intervalMs: options.pingIntervalMs,
      maxUnanswered: UNANSWERED_PINGS,
      onRttMs: (rttMs) => options.metrics.rttMeasured(rttMs),
      onDead: () => options.metrics.peerLost(),
    });
    this.wss.removeAllListeners('connection');
    this.server = options.server;
    options.server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    options.server.on('listening', () => this.#pings.start());
    options.server.on('close', () => this.#pings.stop());
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Unguarded until ws takes over: a reset here must not reach the process.
    const destroy = () => socket.destroy();
    socket.on('error', destroy);
    const release = this.#quota.take(this.#options.addressOf(request));
    if (release === null) {
      this.#options.metrics.upgradeRefused('RATE_LIMITED');
      refuse(
        socket,
        new GameError(
          'RATE_LIMITED',
          {},
          { message: 'Too many open connections from this address.' },
        ),
      );
      return;
    }
    socket.once('close', release);
    this.wss.handleUpgrade(request, socket, head, (ws) => {
      socket.removeListener('error', destroy);
      this.#open(ws, request);
    });
  }

  #open(ws: WebSocket, request: IncomingMessage): void {
    const { metrics, log } = this.#options;
    metrics.socketOpened();
    ws.once('close', () => metrics.socketClosed());
    // A protocol error: ws has sent its close code already; there is nothing left to do.
    ws.on('error', (error) => log.debug({ err: error }, 'socket error'));
    this.#pings.add(ws);

    // Bounded by ws' and Node's own header limits; never logged, it may carry a token.
    const url = new URL(`ws://server${request.url ?? '/'}`);
    const sessionId = url.searchParams.get('sessionId');
    const roomId = ROOM_PATH.exec(url.pathname)?.[1];
    if (sessionId === null && roomId === undefined) {
      servePingSocket(ws);
      return;
    }
    readShortFrames(ws);
    void this.#seat(ws, { url, request, roomId, sessionId: sessionId ?? '' });
  }

  async #seat(
    ws: WebSocket,
    seat: { url: URL; request: IncomingMessage; roomId: string | undefined; sessionId: string },
  ): Promise<void> {
    const client = new MeridianClient(seat.sessionId, ws);
    const reconnectionToken = seat.url.searchParams.get('reconnectionToken');
    const room = seat.roomId === undefined ? undefined : this.#options.findRoom(seat.roomId);
    try {
      await connectClientToRoom(room, client, this.#authContext(seat.url, seat.request), {
        ...(reconnectionToken === null ? {} : { reconnectionToken }),
        skipHandshake: seat.url.searchParams.has('skipHandshake'),
      });
    } catch (error) {
      this.#options.metrics.seatRefused();
      this.#options.log.debug({ err: error, roomId: seat.roomId }, 'seat refused');
      const code = error instanceof ServerError ? error.code : CloseCode.WITH_ERROR;
      const reason = error instanceof ServerError ? error.message : 'The room refused the seat.';
      client.error(code, reason, () =>
        ws.close(
          reconnectionToken === null ? CloseCode.WITH_ERROR : CloseCode.FAILED_TO_RECONNECT,
          closeReason(reason),
        ),
      );
    }
  }

  #authContext(url: URL, request: IncomingMessage): AuthContext {
    const token = url.searchParams.get('_authToken');
    const context = createAuthContext({
      headers: request.headers as Record<string, string>,
      ...(token === null ? {} : { token }),
    });
    // Colyseus believes every proxy header; the configured proxies decide here.
    context.ip = this.#options.addressOf(request);
    return context;
  }
}

function servePingSocket(ws: WebSocket): void {
  const timeout = setTimeout(() => ws.close(1000), PING_SOCKET_LIFE_MS);
  ws.on('message', () => ws.send(PING_REPLY));
  ws.once('close', () => clearTimeout(timeout));
}

/** Answers an upgrade request with an HTTP error and ends the socket. */
function refuse(socket: Duplex, error: GameError): void {
  const body = JSON.stringify(error.toBody());
  const status = error.spec.http;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
