import type { PlayerIdentity, TokenVerifier } from '../auth/contract.ts';
import type { GameError } from '../errors/game-error.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { MatchmakingMetrics } from '../telemetry/matchmaking-metrics.ts';
import type { Route } from '../transport/http/route.ts';
import type { GreetPushSocket } from '../transport/ws/push-socket.ts';
import type { Matchmaking } from './contract.ts';
import { matchmakingRoutes } from './routes.ts';
import { busyRatioOfLoop } from './tickets/busy-ratio.ts';
import { GreetedSockets } from './tickets/greeted-sockets.ts';
import { QueueDoors } from './tickets/queue-doors.ts';

/** What players reach of matchmaking, on every node that has players. */
export interface MatchmakingFront {
  readonly routes: readonly Route[];
  readonly greet: GreetPushSocket;
  /** Closes the sockets of a player, on this node, by which he is not welcome any more. @param refusalOf - null: he may stay */
  turnAway(playerId: string, refusalOf: (player: PlayerIdentity) => GameError | null): void;
}

/** @param deps.matchmaking - of this process, or elsewhere */
export function createMatchmakingFront({
  matchmaking,
  queues,
  tokens,
  sheds,
  clock,
  log,
  metrics,
}: {
  readonly matchmaking: Matchmaking;
  readonly queues: Iterable<string>;
  readonly tokens: TokenVerifier;
  /** Whether the region takes no new tickets. */
  readonly sheds: () => boolean;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly log: Logger;
  readonly metrics: Pick<MatchmakingMetrics, 'refusedAtDoor'>;
}): MatchmakingFront {
  const doors = new QueueDoors({
    ...{ queues, sheds, clock, log },
    busyRatio: busyRatioOfLoop(),
    refusedAtDoor: (queue) => metrics.refusedAtDoor(queue),
  });
  const sockets = new GreetedSockets();
  return {
    routes: matchmakingRoutes(matchmaking, doors),
    greet: async (accessToken, socket) => {
      const player = await tokens.verify(accessToken);
      sockets.add(player, socket);
      await matchmaking.watch(player.playerId, socket);
    },
    turnAway: (playerId, refusalOf) => sockets.turnAway(playerId, refusalOf),
  };
}
