import type { Server as HttpServer, IncomingMessage } from 'node:http';
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
import type { ErrorCode } from '../../errors/errors.ts';
import { GameError } from '../../errors/game-error.ts';
import { CloseCode } from '../../protocol/close-codes.ts';
import { MATCHMAKING_PATH } from '../../protocol/matchmaking.ts';
import { PROBE_PATH } from '../../protocol/regions.ts';
import { TRACEPARENT } from '../../protocol/traceparent.ts';
import { systemClock } from '../../shared/clock.ts';
import type { LinkSample } from '../../telemetry/client-link-metrics.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { SocketMetrics } from '../../telemetry/socket-metrics.ts';
import { addressGroup } from '../http/client-address.ts';
import { refuseSocket } from '../http/refuse-socket.ts';
import { closeReason } from './close-socket.ts';
import { MeridianClient } from './meridian-client.ts';
import { PingRounds } from './ping-rounds.ts';
import { type CertifyProbe, serveProbe } from './probe-socket.ts';
import { type GreetPushSocket, servePushSocket } from './push-socket.ts';
import { SharedReadBuffer } from './shared-read-buffer.ts';
import { readShortFrames } from './short-frame-reader.ts';
import type { ForwardTarget, SocketForwarder, Upgrade } from './socket-forwarder.ts';
import { SocketQuota } from './socket-quota.ts';
import { SocketWriters, writerOf } from './socket-writer.ts';
import { findStreamInternals } from './stream-internals.ts';

export interface MeridianTransportOptions {
  readonly server: HttpServer;
  readonly maxPayloadBytes: number;
  readonly pingIntervalMs: number;
  readonly socketsPerAddress: number;
  /** The room on this node, if it is here. */
  readonly findRoom: (roomId: string) => Room | undefined;
  /** Where sockets of rooms that are not here belong; absent on a node that is alone. */
  readonly elsewhere?: Elsewhere;
  /** Signs what a probe has measured; without it there are no probes. */
  readonly certifyProbe?: CertifyProbe;
  /** Tells players what becomes of their tickets; without it there is no matchmaking. */
  readonly greetPush?: GreetPushSocket;
  /** Hears of each measurement of a client that has its seat in `room`. */
  readonly onClientMeasured?: (room: Room, client: MeridianClient, sample: LinkSample) => void;
  /** Hears of each client with a seat that is about to be let go because nothing comes from it any more. */
  readonly onClientLost?: (room: Room, client: MeridianClient) => void;
  /** The client's address, proxies considered. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly metrics: SocketMetrics;
  readonly log: Logger;
}

export interface Elsewhere {
  readonly forwarder: SocketForwarder;
  /**
   * Where the room is. `here`: this node answers for it, be it with a refusal.
   *
   * @throws {GameError} what the client is told: `ROOM_RECOVERING`, `LEASE_LOST`, `DIRECTORY_UNAVAILABLE`
   */
  route(roomId: string): Promise<'here' | ForwardTarget>;
}

const UNANSWERED_PINGS = 3;
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
  readonly #reads: SharedReadBuffer;
  readonly #writers: SocketWriters | null;
  readonly #seated = new WeakMap<
    WebSocket,
    { readonly room: Room; readonly client: MeridianClient }
  >();
  #isClosing = false;

  constructor(options: MeridianTransportOptions) {
    // noServer: this class owns the upgrade event, and pings by itself.
    super({ noServer: true, maxPayload: options.maxPayloadBytes, pingInterval: 0 });
    this.#options = options;
    this.#quota = new SocketQuota(options.socketsPerAddress);
    const streams = findStreamInternals();
    this.#reads = new SharedReadBuffer(streams);
    this.#writers = streams === null ? null : new SocketWriters(streams);
    this.#pings = new PingRounds({
      intervalMs: options.pingIntervalMs,
      maxUnanswered: UNANSWERED_PINGS,
      onPing: (stampMs, ws) => this.#seated.get(ws)?.client.acks.pinged(stampMs),
      onRttMs: (rttMs, ws) => {
        options.metrics.rttMeasured(rttMs);
        const seat = this.#seated.get(ws);
        if (seat === undefined) return;
        const sample = seat.client.pingAnswered(rttMs, performance.now());
        options.onClientMeasured?.(seat.room, seat.client, sample);
      },
      onDead: (ws) => {
        options.metrics.peerLost();
        const seat = this.#seated.get(ws);
        if (seat !== undefined) options.onClientLost?.(seat.room, seat.client);
      },
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
    const url = targetOf(request);
    if (url === null) {
      this.#refuse(socket, new GameError('BAD_REQUEST', {}, { message: 'Ask for a path.' }));
      return;
    }
    if (this.#isClosing) {
      this.#refuse(socket, new GameError('SHUTTING_DOWN'));
      return;
    }
    const release = this.#quota.take(addressGroup(this.#options.addressOf(request)));
    if (release === null) {
      const message = 'Too many open connections from this address.';
      this.#refuse(socket, new GameError('RATE_LIMITED', {}, { message }));
      return;
    }
    socket.once('close', release);
    const upgrade: Upgrade = { request, socket, head };
    const { certifyProbe } = this.#options;
    const certify = url.pathname === PROBE_PATH ? certifyProbe : undefined;
    const greet = url.pathname === MATCHMAKING_PATH ? this.#options.greetPush : undefined;
    const isOfARoom = certify === undefined && greet === undefined;
    const roomId = isOfARoom ? ROOM_PATH.exec(url.pathname)?.[1] : undefined;
    const accept = () =>
      this.wss.handleUpgrade(request, socket, head, (ws) => {
        socket.removeListener('error', destroy);
        this.#watch(ws);
        // Not among those that are pinged: it lives for seconds, and measures by itself.
        if (certify) serveProbe(ws, { certify, clock: systemClock, log: this.#options.log });
        else if (greet) {
          this.#pings.add(ws);
          servePushSocket(ws, { greet, log: this.#options.log });
        } else this.#open(ws, request, url, roomId);
      });
    const { elsewhere } = this.#options;
    if (elsewhere === undefined || roomId === undefined) accept();
    else void this.#route(upgrade, roomId, elsewhere, accept);
  }

  /** Serves the socket here, hands it on, or tells its client to try again. */
  async #route(
    upgrade: Upgrade,
    roomId: string,
    { forwarder, route }: Elsewhere,
    accept: () => void,
  ): Promise<void> {
    const { request, socket } = upgrade;
    const unreachable = () => this.#refuse(socket, new GameError('NODE_UNREACHABLE'));
    try {
      const target = await route(roomId);
      if (socket.destroyed) return;
      if (target === 'here') accept();
      // It was handed on to us: whoever did knows no better, and must not get it back.
      else if (forwarder.vouchedAddress(request) !== null) unreachable();
      else forwarder.forward(upgrade, target, this.#options.addressOf(request), unreachable);
    } catch (error) {
      this.#refuse(socket, error instanceof GameError ? error : new GameError('INTERNAL'));
    }
  }

  /**
   * Takes no more sockets and ends those that are left: with a reason, and by force after `graceMs`. The server's
   * `close()` would wait for them for ever.
   */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    this.#options.elsewhere?.forwarder.close();
    const open = [...this.wss.clients];
    const closed = open.map((ws) => new Promise((resolve) => ws.once('close', resolve)));
    const timer = setTimeout(() => {
      for (const ws of open) ws.terminate();
    }, graceMs);
    for (const ws of open) ws.close(CloseCode.SERVER_SHUTDOWN, 'The server is shutting down.');
    await Promise.all(closed);
    clearTimeout(timer);
  }

  #refuse(socket: Duplex, error: GameError): void {
    this.#options.metrics.upgradeRefused(error.code);
    refuseSocket(socket, error);
  }

  #watch(ws: WebSocket): void {
    const { metrics, log } = this.#options;
    metrics.socketOpened();
    ws.once('close', () => metrics.socketClosed());
    // A protocol error: ws has sent its close code already; there is nothing left to do.
    ws.on('error', (error) => log.debug({ err: error }, 'socket error'));
  }

  #open(ws: WebSocket, request: IncomingMessage, url: URL, roomId: string | undefined): void {
    const writer = writerOf(ws, this.#writers);
    const pings = this.#pings.add(ws, writer);

    const sessionId = url.searchParams.get('sessionId');
    if (sessionId === null && roomId === undefined) {
      servePingSocket(ws);
      return;
    }
    readShortFrames(ws, this.#reads);
    const client = new MeridianClient(sessionId ?? '', ws, writer);
    client.onPinged = (stampMs) => pings.pinged(stampMs);
    void this.#seat(ws, client, { url, request, roomId });
  }

  async #seat(
    ws: WebSocket,
    client: MeridianClient,
    seat: { url: URL; request: IncomingMessage; roomId: string | undefined },
  ): Promise<void> {
    const reconnectionToken = seat.url.searchParams.get('reconnectionToken');
    const traceparent = seat.url.searchParams.get(TRACEPARENT);
    const room = seat.roomId === undefined ? undefined : this.#options.findRoom(seat.roomId);
    try {
      await connectClientToRoom(room, client, this.#authContext(seat.url, seat.request), {
        ...(reconnectionToken === null ? {} : { reconnectionToken }),
        ...(traceparent === null ? {} : { traceparent }),
        skipHandshake: seat.url.searchParams.has('skipHandshake'),
      });
      if (room !== undefined) this.#seated.set(ws, { room, client });
    } catch (error) {
      this.#options.metrics.seatRefused();
      this.#options.log.debug({ err: error, roomId: seat.roomId }, 'seat refused');
      const { code, closeCode, reason } = refusalOf(error);
      client.error(code, reason, () =>
        ws.close(
          reconnectionToken === null ? closeCode : CloseCode.FAILED_TO_RECONNECT,
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

/**
 * Where an upgrade wants to go; never logged, it may carry a token. Null for what is no path (`*:99999`): HTTP lets it
 * through, and URL would throw.
 */
function targetOf(request: IncomingMessage): URL | null {
  const target = request.url ?? '';
  return target.startsWith('/') ? new URL(`ws://server${target}`) : null;
}

/** Refusals that a client understands without words. */
const REFUSALS: Readonly<Partial<Record<ErrorCode, number>>> = {
  TOKEN_REVOKED: CloseCode.SIGNED_OUT,
  PLAYER_BANNED: CloseCode.BANNED,
};

/** What a client is told when it gets no seat: a room's own `GameError` is meant for it, any other exception is not. */
function refusalOf(error: unknown): { code: number; closeCode: number; reason: string } {
  if (error instanceof GameError) {
    const code = REFUSALS[error.code] ?? CloseCode.NOT_ADMITTED;
    return { code, closeCode: code, reason: error.message };
  }
  const closeCode = CloseCode.WITH_ERROR;
  if (error instanceof ServerError) return { code: error.code, closeCode, reason: error.message };
  return { code: closeCode, closeCode, reason: 'The room refused the seat.' };
}

function servePingSocket(ws: WebSocket): void {
  const timeout = setTimeout(() => ws.close(1000), PING_SOCKET_LIFE_MS);
  ws.on('message', () => ws.send(PING_REPLY));
  ws.once('close', () => clearTimeout(timeout));
}
