import express, { type Application } from 'express';
import type { ColyseusNode } from '../cluster/colyseus-adapter.ts';
import type { HttpConfig } from '../config/play-config.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { AddressedRequest } from '../transport/http/client-address.ts';
import { refuseForeignOrigins } from '../transport/http/cors.ts';
import { errorRenderer, notFound } from '../transport/http/error-renderer.ts';
import type { GameDefinition, RoomClass, RoomDefinition } from './game.ts';
import { type JoinMetrics, matchmakeErrorBody, matchmakeRoute } from './matchmake-route.ts';
import { bindRoomServices } from './room-class.ts';
import type { RoomServices } from './room-services.ts';

/** Makes the rooms of `game` known to the node and gives their classes what they need of it. */
export function defineRooms(
  game: GameDefinition,
  node: ColyseusNode,
  services: RoomServices,
): void {
  for (const [name, definition] of Object.entries(game.rooms)) {
    const { room, options, filterBy } = asDefinition(definition);
    bindRoomServices(room, services);
    node.defineRoomType({ name, roomClass: room, options, filterBy });
  }
}

/** Mounts `POST /matchmake/:method/:target`, where Colyseus' SDKs ask for their seats. Stands after `mountApi`. */
export function mountMatchmaking(
  app: Application,
  deps: {
    readonly node: ColyseusNode;
    readonly config: HttpConfig;
    readonly metrics: JoinMetrics;
    readonly addressOf: (request: AddressedRequest) => string;
    readonly log: Logger;
  },
): void {
  const router = express.Router();
  router.use(refuseForeignOrigins());
  router.post('/:method/:target', ...matchmakeRoute(deps));
  router.use(notFound());
  router.use(errorRenderer({ log: deps.log, bodyOf: matchmakeErrorBody }));
  app.use('/matchmake', router);
}

function asDefinition(definition: RoomClass | RoomDefinition): RoomDefinition {
  return typeof definition === 'function' ? { room: definition } : definition;
}
