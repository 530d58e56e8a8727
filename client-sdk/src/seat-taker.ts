import { Client as ColyseusClient, Protocol, type SeatReservation } from '@colyseus/sdk';
import { decodeBundleSection, TRACEPARENT } from '../../src/protocol/index.ts';
import type { ClientTrace } from './client-traces.ts';
import type { ColyseusRoom } from './colyseus-room.ts';
import { errorFromJoin, networkError, timeoutError } from './error-mapping.ts';
import { frameCode } from './room-frame.ts';

/** Time the seat's node has to open the socket: one that is gone may refuse nothing, and other nodes have seats. */
const SOCKET_DEADLINE_MS = 4_000;

/** Where a room carries what its first JOIN frame said: it has been read before anybody gets the room. */
const MOST_INPUTS = Symbol('meridian.most-inputs');
type MaybeTold = ColyseusRoom<unknown> & { [MOST_INPUTS]?: number };

/** How many inputs the server takes in one frame, as it said when the room was joined; 1 when it said nothing. */
export function mostInputsOf(room: ColyseusRoom<unknown>): number {
  return (room as MaybeTold)[MOST_INPUTS] ?? 1;
}

/** The stock client, which tells of the room it is about to join. */
export class SeatTaker extends ColyseusClient {
  #newest: ColyseusRoom<unknown> | null = null;
  /** Of the seat that is being taken: its address is made before anything is waited for. */
  #trace: ClientTrace | null = null;
  /** Seats at whose node a socket was opened. */
  readonly #reached = new WeakSet<SeatReservation>();

  /** Whether the node of a seat that was not taken has answered: the player may have been let in. */
  hasReached(seat: SeatReservation): boolean {
    return this.#reached.has(seat);
  }

  /**
   * Joins the room of a seat reservation.
   *
   * @param timeoutMs - until the first word of the room
   * @param trace - that the join belongs to
   * @throws {MeridianError} `NETWORK` when the node does not answer, `TIMEOUT`, or why the room said no
   */
  async take<State>(
    seat: SeatReservation,
    timeoutMs: number,
    trace: ClientTrace | null = null,
  ): Promise<ColyseusRoom<State>> {
    this.#trace = trace;
    const joining = this.consumeSeatReservation<State>(seat);
    this.#trace = null;
    const room = this.#newest;
    if (room !== null) {
      noteJoinFrame(room);
      noteOpening(room, () => this.#reached.add(seat));
    }
    const timers: ReturnType<typeof setTimeout>[] = [];
    const tooLate = new Promise<never>((_, reject) => {
      const giveUp = (error: unknown) => {
        reject(error);
        // Whoever joins after all must not stay behind as a ghost.
        joining.then(
          (joined) => joined.leave(),
          () => {},
        );
      };
      timers.push(
        setTimeout(() => giveUp(timeoutError('Joining the room', timeoutMs)), timeoutMs),
        setTimeout(() => {
          if (room === null || room.connection.isOpen) return;
          giveUp(networkError(new Error('The node of the seat did not answer.')));
          room.connection.close();
        }, SOCKET_DEADLINE_MS),
      );
    });
    try {
      return await Promise.race([joining, tooLate]);
    } catch (error) {
      throw errorFromJoin(error);
    } finally {
      for (const timer of timers) clearTimeout(timer);
    }
  }

  /** Browsers can set no header of a WebSocket. */
  protected override buildEndpoint(
    ...[seat, options = {}]: Parameters<ColyseusClient['buildEndpoint']>
  ): string {
    const trace = this.#trace === null ? {} : { [TRACEPARENT]: this.#trace.traceparent };
    return super.buildEndpoint(seat, { ...options, ...trace });
  }

  protected override createRoom<State>(name: string, rootSchema?: never) {
    const room = super.createRoom<State>(name, rootSchema);
    this.#newest = room as ColyseusRoom<unknown>;
    return room;
  }
}

function noteOpening({ connection: { events } }: MaybeTold, onOpened: () => void): void {
  const open = events.onopen;
  events.onopen = (event: unknown) => {
    onOpened();
    open?.(event);
  };
}

function noteJoinFrame(room: MaybeTold): void {
  const { events } = room.connection;
  const receive = events.onmessage ?? null;
  events.onmessage = (event: { readonly data: ArrayBuffer }) => {
    const frame = new Uint8Array(event.data);
    if (frameCode(frame) === Protocol.JOIN_ROOM) {
      room[MOST_INPUTS] = decodeBundleSection(frame);
      events.onmessage = receive;
    }
    receive?.(event);
  };
}
