// Contender `meridian`.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { matchMaker, Server } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { Measure } from '../measure.ts';
import { MeridianIdleRoom, meridianRoomClass } from './meridian-rooms.ts';

const measure = new Measure(async (count) => {
  for (let i = 0; i < count; i++) await matchMaker.createRoom('idle', { group: `idle-${i}` });
});
const http = createServer();
const transport = new WebSocketTransport({ server: http });
const server = new Server({ transport, greet: false, gracefullyShutdown: false });
server.define('game', meridianRoomClass(measure)).filterBy(['group']);
server.define('idle', MeridianIdleRoom).filterBy(['group']);
await server.listen(0, '127.0.0.1');
measure.serve((http.address() as AddressInfo).port);
