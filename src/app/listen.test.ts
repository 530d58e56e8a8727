import { createServer, type Server } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { Closers } from '../shared/closers.ts';
import { ListenError, listen } from './listen.ts';

const CROWD = 64;
const AT = { port: 0, address: '127.0.0.1', setting: 'PORT' };

const closers = new Closers();
afterEach(() => closers.closeAll());

/** A thread that connects while this one does not turn, and says when all are connected: the kernel needs nobody for that. */
const CROWD_SOURCE = `
  const { connect } = require('node:net');
  const { workerData: { port, crowd, connected } } = require('node:worker_threads');
  for (let i = 0; i < crowd; i++) {
    connect(port, '127.0.0.1', () => {
      Atomics.add(connected, 0, 1);
      Atomics.notify(connected, 0);
    });
  }
`;

/** Lets a crowd knock at once. @returns turns of the event loop until everybody was in */
async function turnsToAccept(server: Server, port: number): Promise<number> {
  let accepted = 0;
  server.on('connection', () => {
    accepted++;
  });
  const connected = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(CROWD_SOURCE, {
    eval: true,
    workerData: { port, crowd: CROWD, connected },
  });
  await new Promise((resolve) => worker.once('online', resolve));
  for (let count = 0; count < CROWD; count = Atomics.load(connected, 0)) {
    Atomics.wait(connected, 0, count, 10_000);
  }
  let turns = 0;
  for (; accepted < CROWD; turns++) await turn();
  await worker.terminate();
  return turns;
}

test('[ND-27] a crowd is accepted many at a time', async () => {
  const [crowded, plain] = [createServer(), createServer()];
  const crowdedPort = await listen(crowded, { ...AT, takesCrowds: true }, closers);
  const plainPort = await listen(plain, AT, closers);
  // Should this fail, libuv accepts more than one a turn again, and the other sockets have no use any more.
  expect(await turnsToAccept(plain, plainPort)).toBeGreaterThan(CROWD / 2);
  expect(await turnsToAccept(crowded, crowdedPort)).toBeLessThan(CROWD / 4);
});

test('[ND-26] [ND-27] a port that takes crowds is shared with nobody else', async () => {
  const port = await listen(createServer(), { ...AT, takesCrowds: true }, closers);
  const second = listen(createServer(), { ...AT, port, takesCrowds: true }, closers);
  await expect(second).rejects.toThrow(ListenError);
});
