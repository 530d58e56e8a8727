import type { ColyseusNode } from '../cluster/colyseus-adapter.ts';
import type { MeridianConfig } from '../config/config.ts';
import { matchmakingClient } from '../matchmaking/client.ts';
import type { Matchmaking } from '../matchmaking/contract.ts';
import { MATCHMAKING_RPC } from '../matchmaking/matchmaking-rpc.ts';
import { GAME_RPC, type Seats } from '../matchmaking/queue/match-placer-rpc.ts';
import { OncePerMatch } from '../matchmaking/queue/once-per-match.ts';
import type { Closers } from '../shared/closers.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import { RpcChannel } from '../transport/rpc/rpc-channel.ts';
import type { RpcServer } from '../transport/rpc/rpc-server.ts';
import { seatsOn } from './match-seats.ts';
import { type RpcOffer, rpcDeps } from './rpc.ts';

// Matchmaking runs in a process of its own, and this node has players and rooms:
//
//   REST, push sockets, rooms ──MatchmakingService──▶ rpc.matchmakingTarget
//   rooms for matches         ◀────────GameService─── whichever process matches the queue

export interface MatchmakingElsewhereDeps {
  readonly config: MeridianConfig;
  readonly node: ColyseusNode;
  readonly metrics: NodeMetrics;
}

/** The service elsewhere, and what it asks of this node. */
export function openMatchmakingElsewhere(
  { config, node, metrics }: MatchmakingElsewhereDeps,
  closers: Closers,
): { readonly matchmaking: Matchmaking; readonly offer: RpcOffer } {
  const channel = new RpcChannel(
    MATCHMAKING_RPC,
    config.rpc.matchmakingTarget,
    rpcDeps(config, metrics),
  );
  closers.push('matchmaking service', () => channel.close());
  const seats = seatsOn(node);
  const once = new OncePerMatch<Seats>();
  const serve = (server: RpcServer) =>
    server.add(GAME_RPC, {
      seatMatch: ({ match, newRoom, roomId }) =>
        once.run(match.matchId, () =>
          newRoom === undefined
            ? seats({ roomId: roomId ?? '' }, match)
            : seats({ roomName: newRoom.roomName, newRoomId: newRoom.roomId }, match),
        ),
    });
  return { matchmaking: matchmakingClient(channel), offer: { serve } };
}
