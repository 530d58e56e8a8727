import { Client as ColyseusClient, type SeatReservation } from '@colyseus/sdk';
import type { ColyseusRoom } from './colyseus-room.ts';
import { errorFromJoin, networkError, timeoutError } from './error-mapping.ts';

/** Time the seat's node has to open the socket: one that is gone may refuse nothing, and other nodes have seats. */
const SOCKET_DEADLINE_MS = 4_000;

/** The stock client, which tells of the room it is about to join. */
export class SeatTaker extends ColyseusClient {
  #newest: ColyseusRoom<unknown> | null = null;

  /**
   * Joins the room of a seat reservation.
   *
   * @param timeoutMs - until the first word of the room
   * @throws {MeridianError} `NETWORK` when the node does not answer, `TIMEOUT`, or why the room said no
   */
  async take<State>(seat: SeatReservation, timeoutMs: number): Promise<ColyseusRoom<State>> {
    const joining = this.consumeSeatReservation<State>(seat);
    const room = this.#newest;
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

  protected override createRoom<State>(name: string, rootSchema?: never) {
    const room = super.createRoom<State>(name, rootSchema);
    this.#newest = room as ColyseusRoom<unknown>;
    return room;
  }
}
