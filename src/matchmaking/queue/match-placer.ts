import type { MatchInfo } from '../contract.ts';
import type { PlacedSeat } from '../tickets/ticket-record.ts';

/** Makes rooms for matches, in this region. */
export interface MatchPlacer {
  /**
   * A room for the match, with a seat for everybody.
   *
   * @returns seats by playerId
   * @throws {GameError} whatever keeps the region from making the room; nobody has a seat then for longer than a reservation lasts
   */
  place(
    roomName: string,
    match: MatchInfo,
  ): Promise<ReadonlyMap<string, PlacedSeat['reservation']>>;

  /**
   * Seats for more players in a room of this region.
   *
   * @throws {GameError} `ROOM_FULL`, `ROOM_UNKNOWN`, …
   */
  join(roomId: string, match: MatchInfo): Promise<ReadonlyMap<string, PlacedSeat['reservation']>>;
}
