import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import { PingRounds } from '../../../src/transport/ws/ping-rounds.ts';
import { RoundTrips } from '../../../src/transport/ws/round-trips.ts';
import { SharedReadBuffer } from '../../../src/transport/ws/shared-read-buffer.ts';
import { readShortFrames } from '../../../src/transport/ws/short-frame-reader.ts';
import { steadyPath, WanLink } from '../../wan/wan-link.ts';

/** A server and its clients in another process. */
export interface Peers extends AsyncDisposable {
  /** The server's ends. */
  readonly sockets: readonly WebSocket[];
}

/** @param oneWayMs - each way; 0: straight over loopback */
export async function openPeers(count: number, oneWayMs = 0): Promise<Peers> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  if (server.address() === null) await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const way =
    oneWayMs === 0
      ? null
      : await WanLink.open({ host: '127.0.0.1', port }, () => steadyPath(oneWayMs));
  const sockets: WebSocket[] = [];
  const reads = new SharedReadBuffer();
  server.on('connection', (ws) => {
    readShortFrames(ws, reads);
    sockets.push(ws);
  });
  const args = [String(way?.port ?? port), String(count)];
  const child = fork(join(import.meta.dirname, 'peers.ts'), args, { execArgv: [] });
  await once(child, 'message');
  return {
    sockets,
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await once(child, 'exit');
      for (const ws of sockets) ws.terminate();
      await way?.[Symbol.asyncDispose]();
      server.close();
    },
  };
}

/** How far off the median round trip of each of `peers` clients is, over a way of that length, ms; the error of all of them. */
export async function measureErrorsMs(
  rttMs: number,
  { peers, pings, intervalMs }: { peers: number; pings: number; intervalMs: number },
): Promise<number[]> {
  await using open = await openPeers(peers, rttMs / 2);
  const trips = new Map(open.sockets.map((ws) => [ws, new RoundTrips()]));
  let measured = 0;
  const done = Promise.withResolvers<void>();
  const rounds = new PingRounds({
    ...{ intervalMs, maxUnanswered: 1_000, onDead: () => {} },
    onRttMs: (ms, ws) => {
      trips.get(ws)?.add(ms, performance.now());
      measured += 1;
      if (measured === peers * pings) done.resolve();
    },
  });
  for (const ws of open.sockets) rounds.add(ws);
  rounds.start();
  await done.promise;
  rounds.stop();
  return [...trips.values()].map(({ figures }) => Math.abs((figures?.p50Ms ?? 0) - rttMs));
}
