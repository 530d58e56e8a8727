import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { eventually } from '../../../test/support/eventually.ts';
import { PingRounds } from './ping-rounds.ts';

const INTERVAL_MS = 64;

function f64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

describe('[RM-23] [TM-1] [TM-2] PingRounds', () => {
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

  test('pings of others are measured, and spare a round its own; many at once are one', async () => {
    const { client, ws } = await open(true);
    const { pings, rttMs } = rounds();
    const others = pings.add(ws);
    const pinged: number[] = [];
    client.on('ping', (stamp: Buffer) => pinged.push(stamp.readDoubleLE()));
    const stamps = [0, 1, 2].map((later) => performance.now() + later);
    for (const stampMs of stamps) {
      others.pinged(stampMs);
      ws.ping(f64(stampMs));
    }
    await eventually(() => rttMs.length > 0, { withinMs: 5_000 });
    expect(rttMs).toHaveLength(1);
    pings.start();
    await eventually(() => pinged.length > stamps.length, { withinMs: 5_000 });
    pings.stop();
    const afterMs = (pinged[stamps.length] as number) - (stamps[0] as number);
    expect(afterMs).toBeGreaterThanOrEqual(0.75 * INTERVAL_MS);
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

  test('a peer that sends is alive, also while it answers no ping', async () => {
    const { client, ws } = await open(false);
    const { pings, rttMs, dead } = rounds();
    let pinged = 0;
    client.on('ping', () => {
      pinged++;
      client.send('here');
    });
    pings.add(ws);
    pings.start();
    await eventually(() => pinged >= 6, { withinMs: 5_000 });
    pings.stop();
    expect({ dead: dead(), measured: rttMs.length }).toEqual({ dead: 0, measured: 0 });
    client.terminate();
  });

  test('measures nothing by an answer to a ping that is not under way', async () => {
    const { client, ws } = await open(false);
    const { pings, rttMs } = rounds();
    let echoed = 0;
    let first: Buffer | undefined;
    client.on('ping', (stamp: Buffer) => {
      first ??= stamp;
      // A guess, nothing at all, too much, and one that is of the past from the second on.
      for (const echo of [f64(performance.now() + 5), '', Buffer.alloc(40), first, first]) {
        client.pong(echo);
      }
      echoed++;
    });
    pings.add(ws);
    pings.start();
    await eventually(() => echoed >= 5, { withinMs: 5_000 });
    pings.stop();
    expect(rttMs.length).toBe(1);
    client.terminate();
  });

  test('an answer that comes late is measured from its own ping', async () => {
    const { client, ws } = await open(false);
    const { pings, rttMs } = rounds();
    const stamps: Buffer[] = [];
    client.on('ping', (stamp: Buffer) => {
      stamps.push(stamp);
      // A round behind.
      const late = stamps.at(-2);
      if (late) client.pong(late);
    });
    pings.add(ws);
    pings.start();
    await eventually(() => rttMs.length >= 3, { withinMs: 5_000 });
    pings.stop();
    expect(Math.min(...rttMs)).toBeGreaterThan(INTERVAL_MS / 2);
    client.terminate();
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
