import type { ColyseusNode } from '../cluster/colyseus-adapter.ts';
import { type MeridianConfig, rpcHost } from '../config/config.ts';
import { matchmakingClient } from '../matchmaking/client.ts';
import type { Matchmaking } from '../matchmaking/contract.ts';
import { MATCHMAKING_RPC } from '../matchmaking/matchmaking-rpc.ts';
import { GAME_RPC, type Seats } from '../matchmaking/queue/match-placer-rpc.ts';
import { OncePerMatch } from '../matchmaking/queue/once-per-match.ts';
import type { Closers } from '../shared/closers.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import { RpcChannel } from '../transport/rpc/rpc-channel.ts';
import { seatsOn } from './match-seats.ts';
import type { NodeSelf } from './node-self.ts';
import { rpcDeps } from './rpc.ts';
import { openRpcPort } from './rpc-port.ts';

// Matchmaking runs in a process of its own, and this node has players and rooms:
//
//   REST, push sockets, rooms ──MatchmakingService──▶ rpc.matchmakingTarget
//   rooms for matches         ◀────────GameService─── whichever process matches the queue

export interface MatchmakingElsewhereDeps {
  readonly config: MeridianConfig;
  readonly node: ColyseusNode;
  readonly self: NodeSelf;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
}

/** @throws {ListenError} when the port of gRPC is taken */
export async function openMatchmakingElsewhere(
  deps: MatchmakingElsewhereDeps,
  closers: Closers,
): Promise<Matchmaking> {
  const { config, node, self, metrics } = deps;
  const channel = new RpcChannel(
    MATCHMAKING_RPC,
    config.rpc.matchmakingTarget,
    rpcDeps(config, metrics),
  );
  closers.push('matchmaking service', () => channel.close());
  const seats = seatsOn(node);
  const once = new OncePerMatch<Seats>();
  const port = await openRpcPort(
    deps,
    (server) =>
      server.add(GAME_RPC, {
        seatMatch: ({ match, newRoom, roomId }) =>
          once.run(match.matchId, () =>
            newRoom === undefined
              ? seats({ roomId: roomId ?? '' }, match)
              : seats({ roomName: newRoom.roomName, newRoomId: newRoom.roomId }, match),
          ),
      }),
    closers,
  );
  self.answersCallsAt(`${rpcHost(config)}:${port}`);
  return matchmakingClient(channel);
}
