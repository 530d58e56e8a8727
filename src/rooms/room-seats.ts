import {
  type AuthContext,
  type Client,
  ClientState,
  Room as ColyseusRoom,
  ErrorCode,
  ServerError,
} from '@colyseus/core';
import { WebSocket } from 'ws';
import type { PlayerIdentity } from '../auth/contract.ts';
import { CloseCode } from '../protocol/close-codes.ts';
import { MeridianClient } from '../transport/ws/meridian-client.ts';
import { hasLostSeat } from './eviction.ts';
import {
  type ClientInternals,
  internals,
  type Original,
  type RoomInternals,
} from './guards/room-internals.ts';
import type { JoinWatch } from './join-watch.ts';
import type { MatchSeating } from './match/match-seating.ts';
import type { RoomSurvival } from './ownership/room-survival.ts';
import type { RoomServices } from './room-services.ts';

/** The room's side. */
export interface RoomSeatsHost {
  readonly room: ColyseusRoom;
  readonly services: RoomServices;
  readonly survival: RoomSurvival;
  readonly joins: JoinWatch;
  /** Null: the room was made for no match. */
  readonly seating: () => MatchSeating | null;
  wake(): void;
  contain(error: unknown, where: string): void;
}

/** Around Colyseus' seats: who may sit down, comes back, and has lost his seat. */
export class RoomSeats {
  readonly #host: RoomSeatsHost;
  /** Colyseus has put its wrapper around onAuth by now; a class field of the game would come after it. */
  readonly #stockOnAuth: unknown;

  constructor(host: RoomSeatsHost) {
    this.#host = host;
    this.#stockOnAuth = host.room.onAuth;
  }

  /** The newest token of the session that this one was given to. */
  currentToken(token: string | undefined): string | undefined {
    return token === undefined ? undefined : this.#host.survival.ledger.currentToken(token);
  }

  /** A seat is held for one who dropped. @param waiting - for him, as Colyseus does it */
  held(previous: Client, seconds: number | 'manual', waiting: PromiseLike<Client>): void {
    const { survival } = this.#host;
    survival.seatHeld(previous, seconds === 'manual' ? Number.POSITIVE_INFINITY : seconds);
    // First of all: before the game hears of it, here or in onReconnect.
    waiting.then(
      (client) => survival.comesBack(client as ClientInternals),
      () => undefined,
    );
  }

  async reserve(
    original: Original<'_reserveSeat'>,
    ...[sessionId, options, auth, seconds, isReconnection]: Parameters<
      RoomInternals['_reserveSeat']
    >
  ): Promise<boolean> {
    const { room, survival, joins, seating } = this.#host;
    if (isReconnection === true) {
      seating()?.held(sessionId, auth);
      return original(sessionId, options, auth, seconds, true);
    }
    // A seat that was reserved behind the last checkpoint would be lost with this instance.
    await survival.mayReserve();
    if (seating()?.admit(sessionId, options, auth) === false) return false;
    const isReserved = await original(sessionId, options, auth, seconds);
    if (!isReserved) seating()?.refused(sessionId);
    else {
      joins.reserved(internals(room)._reservedSeats[sessionId]);
      survival.seatReserved(sessionId, options, auth, seconds ?? room.seatReservationTimeout);
    }
    return isReserved;
  }

  async join(
    original: Original<'_onJoin'>,
    ...[client, context, options]: Parameters<RoomInternals['_onJoin']>
  ): Promise<void> {
    const { room, survival, joins, wake } = this.#host;
    const cameWith = options?.reconnectionToken;
    const seat = internals(room)._reservedSeats[client.sessionId];
    const isNew = seat !== undefined && seat[3] !== true;
    this.#refuseUnwelcome(seat?.[1]);
    const sitDown = () =>
      survival.join(client, cameWith, async () => {
        const reconnectionToken = this.currentToken(cameWith);
        wake();
        this.#endStaleConnection(client.sessionId, reconnectionToken);
        if (this.#hasOwnOnAuth()) await admitByInstance(room, client, context);
        refuseAbsent(client);
        await original(client, context, {
          ...options,
          ...(reconnectionToken === undefined ? {} : { reconnectionToken }),
        });
      });
    // Who comes back has been seen to come.
    if (isNew) await joins.joining(client, { seat, given: options?.traceparent }, sitDown);
    else await sitDown();
  }

  leave(
    original: Original<'_onLeave'>,
    ...[client, code]: Parameters<RoomInternals['_onLeave']>
  ): Promise<unknown> {
    const { room, survival, contain } = this.#host;
    const run = () => {
      // Colyseus asks a client in this state for no way back: it calls onLeave, not onDrop.
      if (hasLostSeat(client)) client.state = ClientState.RECONNECTING;
      else if (this.#isLostOnWayBack(client, code)) countAsJoined(client);
      survival.connectionEnded(client);
      return original(client, code);
    };
    if (code === CloseCode.FAILED_TO_RECONNECT && this.#isLostOnWayBack(client, code)) {
      // Colyseus' join waits for this, and would for the game's onDrop; nor has it put the last hold away yet.
      setImmediate(() => {
        internals(room)
          ._onLeave(client, CloseCode.MAY_TRY_RECONNECT)
          .catch((error: unknown) => contain(error, 'onDrop'));
      });
      return Promise.resolve();
    }
    const leaver = code === CloseCode.CONSENTED ? client.sessionId : null;
    return survival.standsStill ? survival.later(run, leaver) : run();
  }

  /**
   * A seat outlives the token it was asked for with, and a reconnection shows none.
   *
   * @param auth - of the seat; the game's own when its `onAuth` is
   * @throws {GameError} `TOKEN_REVOKED`, `PLAYER_BANNED`
   */
  #refuseUnwelcome(auth: unknown): void {
    const player = auth as Partial<PlayerIdentity> | null | undefined;
    if (typeof player?.playerId !== 'string') return;
    const refusal = this.#host.services.tokens.refusalOf(player as PlayerIdentity);
    if (refusal !== null) throw refusal;
  }

  #hasOwnOnAuth(): boolean {
    const { room } = this.#host;
    const { prototype } = room.constructor;
    return prototype.onAuth !== ColyseusRoom.prototype.onAuth || room.onAuth !== this.#stockOnAuth;
  }

  /**
   * A player returns while his old connection still looks open (a phone that changed networks). Colyseus would wait for
   * the old socket to die of its own, up to three pings.
   */
  #endStaleConnection(sessionId: string, reconnectionToken: string | undefined): void {
    if (reconnectionToken === undefined) return;
    const stale: unknown = this.#host.room.clients.getById(sessionId);
    if (stale instanceof MeridianClient && stale.reconnectionToken === reconnectionToken) {
      // After Colyseus has begun to wait for it.
      setImmediate(() => stale.ref.terminate());
    }
  }

  /** Whether a member's connection ended before he had answered on it; not when `onReconnect` refused him. */
  #isLostOnWayBack(client: ClientInternals, code: number | undefined): boolean {
    if (client._enqueuedMessages === undefined) return false;
    if (!this.#host.survival.ledger.isUnanswered(client)) return false;
    return code !== CloseCode.FAILED_TO_RECONNECT || client.readyState !== WebSocket.OPEN;
  }
}

/**
 * Colyseus hears of the end of a connection from when it lets a client in. Of one that has ended while it waited for that it would never
 * hear, and keep a client for ever that nobody is behind.
 */
function refuseAbsent({ readyState }: ClientInternals): void {
  if (readyState === WebSocket.OPEN) return;
  throw new ServerError(CloseCode.WITH_ERROR, 'The connection ended before the room let it in.');
}

/** Colyseus drops and keeps seats of those only who have answered; a member is one already. */
function countAsJoined(client: ClientInternals): void {
  client.state = ClientState.JOINED;
  Object.assign(client, { _enqueuedMessages: undefined });
}

/**
 * Runs a game's own `onAuth(client, options, context)`. Colyseus leaves it out where a static `onAuth` exists, and ours
 * always does: a check the game relies on would silently not happen.
 */
async function admitByInstance(
  room: ColyseusRoom,
  client: ClientInternals,
  context: AuthContext,
): Promise<void> {
  const seats = internals(room)._reservedSeats;
  const seat = seats[client.sessionId];
  if (seat === undefined || seat[2] === true || seat[3] === true) return;
  client.auth = seat[1];
  const admitted: unknown = await room.onAuth(client, seat[0] as never, context);
  if (!admitted)
    throw new ServerError(ErrorCode.AUTH_FAILED, 'The room did not admit this player.');
  if (seats[client.sessionId] !== seat) {
    throw new ServerError(ErrorCode.MATCHMAKE_EXPIRED, 'The seat expired while onAuth ran.');
  }
  if (admitted !== true) seat[1] = admitted;
}
