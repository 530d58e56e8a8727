import type { ColyseusNode } from '../cluster/colyseus-adapter.ts';
import type { MatchInfo } from '../matchmaking/contract.ts';
import type { Seats } from '../matchmaking/queue/match-placer-rpc.ts';
import { MATCH_OPTION } from '../rooms/match/match-option.ts';

/** How this node gives seats to the players of a match. */
export function seatsOn(
  node: ColyseusNode,
): (
  room: { readonly roomName: string; readonly newRoomId?: string } | { readonly roomId: string },
  match: MatchInfo,
) => Promise<Seats> {
  return (room, match) =>
    node.seatMatch(
      { ...room, options: { [MATCH_OPTION]: match } },
      match.teams.flatMap(({ players }) => players),
    );
}
