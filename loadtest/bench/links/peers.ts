// Clients that answer pings and nothing else, in a process of their own: their CPU must not count as the server's.
//
//   node loadtest/bench/links/peers.ts <port> <count>        tells its parent when all are connected, and ends with it

import { once } from 'node:events';
import { WebSocket } from 'ws';

const [port = '', count = ''] = process.argv.slice(2);
const peers = Array.from({ length: Number(count) }, () => new WebSocket(`ws://127.0.0.1:${port}`));
process.on('disconnect', () => process.exit(0));
await Promise.all(peers.map((peer) => once(peer, 'open')));
process.send?.('connected');
