import { ClientState, type Room as ColyseusRoom } from '@colyseus/core';
import type { StateView } from '@colyseus/schema';
import { CloseCode } from '../../protocol/close-codes.ts';
import { type ClientInternals, internals } from '../guards/room-internals.ts';
import type { SeatRecord } from '../journal/journal-meta.ts';

/** Timers cannot wait for longer. */
const LONGEST_HOLD_S = 2 ** 31 / 1_000;

/** Why a seat is not held any longer: its player left for good, on the node where the room was. */
export const HAS_LEFT = Symbol('meridian.has-left');

export interface HoldOptions {
  /** The region's clock. */
  readonly nowMs: number;
  /** How long players who were connected are waited for. */
  readonly holdSeconds: number;
  /** What each session's view saw. */
  readonly views: ReadonlyMap<string, StateView>;
}

/**
 * Keeps the seats of a revived room for the players who sat in them. To Colyseus each is a client whose connection has just
 * dropped and whom the room waits for; to the game nothing happened: `onReconnect` is called when he is back, `onLeave` when
 * he does not come.
 *
 * @returns the clients that stand for them
 */
export function holdSeats(
  room: ColyseusRoom,
  seats: readonly SeatRecord[],
  options: HoldOptions,
): readonly ClientInternals[] {
  return seats.map((seat) => {
    const seconds = secondsToHold(seat, options);
    const client = absentClient(seat, options.views.get(seat.sessionId));
    hold(room, client, seconds);
    return client;
  });
}

function secondsToHold({ heldUntilMs }: SeatRecord, { nowMs, holdSeconds }: HoldOptions): number {
  const leftS = ((heldUntilMs ?? Number.POSITIVE_INFINITY) - nowMs) / 1_000;
  // A seat that the game would have given up by itself has lost its game's hold with its process.
  return leftS > LONGEST_HOLD_S ? holdSeconds : Math.max(1, leftS);
}

function hold(room: ColyseusRoom, client: ClientInternals, seconds: number): void {
  room.clients.push(client as never);
  const { onDrop } = room;
  // Colyseus reads onDrop at once, and asks it whether the seat is kept.
  room.onDrop = async () => {
    // As a game does it: a room that empties waits for an onLeave that takes its time.
    const leftWith = await room.allowReconnection(client, seconds).then(
      () => null,
      (reason: unknown) =>
        reason === HAS_LEFT ? CloseCode.CONSENTED : CloseCode.FAILED_TO_RECONNECT,
    );
    if (leftWith !== null) await room.onLeave?.(client as never, leftWith);
  };
  internals(room)
    ._onLeave(client, CloseCode.MAY_TRY_RECONNECT)
    .catch(() => undefined);
  // Undefined as before, not deleted: a deleted property turns the room into a hash table for V8.
  Object.assign(room, { onDrop });
}

/** A client of which only its seat is left. */
function absentClient(seat: SeatRecord, view: StateView | undefined): ClientInternals {
  const client: Partial<ClientInternals> = {
    sessionId: seat.sessionId,
    reconnectionToken: seat.token,
    auth: seat.auth,
    userData: seat.userData,
    state: ClientState.JOINED,
    ...(view === undefined ? {} : { view }),
  };
  return client as ClientInternals;
}
