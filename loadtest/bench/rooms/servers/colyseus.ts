// Contenders `colyseus-*`: @colyseus/core and @colyseus/ws-transport as they come from npm.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { Measure } from '../measure.ts';
import type { ServerSetup } from '../wire.ts';
import { StockIdleRoom, stockRoomClass } from './colyseus-rooms.ts';
import { createIdleRooms } from './idle-rooms.ts';

const setup = JSON.parse(process.argv[2] as string) as ServerSetup;
const measure = new Measure(createIdleRooms);
const http = createServer();
const transport = new WebSocketTransport({ server: http });
const server = new Server({ transport, greet: false, gracefullyShutdown: false });
server.define('game', stockRoomClass(setup.mode ?? 'plain', measure)).filterBy(['group']);
server.define('idle', StockIdleRoom).filterBy(['group']);
await server.listen(0, '127.0.0.1');
measure.serve((http.address() as AddressInfo).port);
