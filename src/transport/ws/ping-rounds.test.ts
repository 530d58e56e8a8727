import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { eventually } from '../../../test/support/eventually.ts';
import { PingRounds } from './ping-rounds.ts';

const INTERVAL_MS = 64;

describe('[RM-23] PingRounds', () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });

  beforeAll(async () => {
    if (server.address() === null) await once(server, 'listening');
  });
  afterAll(() => server.close());

  /** A client, and the server's end of its connection. @param answers - whether it answers pings */
  async function open(answers: boolean): Promise<{ client: WebSocket; ws: WebSocket }> {
    const { port } = server.address() as AddressInfo;
    const connected = once(server, 'connection') as Promise<[WebSocket]>;
    const client = new WebSocket(`ws://127.0.0.1:${port}`, { autoPong: answers });
    const [[ws]] = await Promise.all([connected, once(client, 'open')]);
    return { client, ws };
  }

  function rounds() {
    const rttMs: number[] = [];
    let dead = 0;
    const pings = new PingRounds({
      intervalMs: INTERVAL_MS,
      maxUnanswered: 2,
      onRttMs: (ms) => void rttMs.push(ms),
      onDead: () => {
        dead++;
      },
    });
    return { pings, rttMs, dead: () => dead };
  }

  test('measures the round trip of who answers, again and again', async () => {
    const { client, ws } = await open(true);
    const { pings, rttMs, dead } = rounds();
    pings.add(ws);
    pings.start();
    await eventually(() => rttMs.length >= 4, { withinMs: 5_000 });
    pings.stop();
    expect(rttMs).toSatisfy((all: number[]) => all.every((ms) => ms >= 0 && ms < 5_000));
    expect({ dead: dead(), isOpen: ws.readyState === ws.OPEN }).toEqual({ dead: 0, isOpen: true });
    client.terminate();
  });

  test('ends the connection of who does not, after as many pings as he may leave unanswered', async () => {
    const { client, ws } = await open(false);
    const { pings, rttMs, dead } = rounds();
    let received = 0;
    client.on('ping', () => received++);
    // A reset may be told as an error first.
    client.on('error', () => {});
    const closed = [ws, client].map((end) => new Promise((resolve) => end.on('close', resolve)));
    pings.add(ws);
    pings.start();
    await Promise.all(closed);
    pings.stop();
    expect({ dead: dead(), measured: rttMs.length }).toEqual({ dead: 1, measured: 0 });
    expect(received).toBe(2);
  });

  test('forgets who has gone, and pings nobody once it is stopped', async () => {
    const [gone, stays] = [await open(true), await open(true)];
    const { pings, rttMs, dead } = rounds();
    pings.add(gone.ws);
    pings.add(stays.ws);
    gone.client.terminate();
    await once(gone.ws, 'close');
    pings.start();
    await eventually(() => rttMs.length >= 2, { withinMs: 5_000 });
    pings.stop();
    const before = rttMs.length;
    const echoed = once(stays.ws, 'pong');
    stays.ws.ping('by the test');
    await echoed;
    expect(dead()).toBe(0);
    expect(rttMs.length).toBe(before);
    stays.client.terminate();
  });
});
