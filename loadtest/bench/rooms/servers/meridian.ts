// Contender `meridian`: the room base, transport, matchmaking and metrics of a Meridian node, without sign-in and REST.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { defineGame } from 'meridian';
import { ColyseusNode } from '../../../../src/cluster/colyseus-adapter.ts';
import { MeridianConfig } from '../../../../src/config/config.ts';
import { EncodeScratch } from '../../../../src/rooms/flow/encode-scratch.ts';
import { defineRooms, mountMatchmaking } from '../../../../src/rooms/service.ts';
import { StepScheduler } from '../../../../src/rooms/stepping/step-scheduler.ts';
import { createLogger } from '../../../../src/telemetry/logger.ts';
import { NodeMetrics } from '../../../../src/telemetry/metrics.ts';
import {
  type AddressedRequest,
  clientAddress,
} from '../../../../src/transport/http/client-address.ts';
import { errorRenderer } from '../../../../src/transport/http/error-renderer.ts';
import { MeridianTransport } from '../../../../src/transport/ws/meridian-transport.ts';
import { Measure } from '../measure.ts';
import { createIdleRooms } from './idle-rooms.ts';
import { MeridianGameRoom, MeridianIdleRoom } from './meridian-rooms.ts';

const measure = new Measure(createIdleRooms);

/** The node's own metrics stay on, as in production; the bench reads each tick's time on the way. */
class MeasuredMetrics extends NodeMetrics {
  override tickRan(room: string, seconds: number): void {
    super.tickRan(room, seconds);
    measure.tick(seconds * 1_000);
  }
}

// All players of the bench come from one address: the limits per address are raised, by configuration.
const config = MeridianConfig.parse({
  http: { matchmakePerMinute: 1_000_000, socketsPerAddress: 100_000 },
});
const metrics = new MeasuredMetrics();
const log = createLogger({ level: 'warn' });
const addressOf = (request: AddressedRequest) => clientAddress(request, () => false);
const refuse = (): never => {
  throw new Error('The bench has no players with accounts.');
};

const node = await ColyseusNode.open(log);
const game = defineGame({
  rooms: {
    game: { room: MeridianGameRoom, filterBy: ['group'] },
    idle: { room: MeridianIdleRoom, filterBy: ['group'] },
  },
});
defineRooms(game, node, {
  config: config.rooms,
  tokens: { verify: refuse },
  profiles: { read: refuse, addStatistics: refuse },
  log,
  metrics,
  scheduler: new StepScheduler(),
  scratch: new EncodeScratch(),
});

const app = express();
mountMatchmaking(app, { node, config: config.http, metrics, addressOf });
app.use(errorRenderer({ log }));
const http = createServer(app);
new MeridianTransport({
  server: http,
  maxPayloadBytes: config.rooms.maxPayloadBytes,
  pingIntervalMs: config.rooms.pingIntervalMs,
  socketsPerAddress: config.http.socketsPerAddress,
  findRoom: (roomId) => node.findRoom(roomId),
  addressOf,
  metrics,
  log,
});
http.listen(0, '127.0.0.1', () => measure.serve((http.address() as AddressInfo).port));
