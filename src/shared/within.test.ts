import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { within } from './within.ts';

test('tells a late promise from one that is in time', async () => {
  expect(await within(Promise.resolve(1), 1_000)).toBe(1);
  expect(await within(new Promise(() => {}), 1)).toBe('late');
  await expect(within(Promise.reject(new Error('no')), 1_000)).rejects.toThrow('no');
});

/** Answers whatever it hears, on a thread of its own; says its port first. */
const ECHO = `
  const server = require('node:net').createServer((socket) => socket.pipe(socket));
  server.listen(0, '127.0.0.1', () => require('node:worker_threads').parentPort.postMessage(server.address().port));
`;

test('an answer that came while the process stood still is in time', async () => {
  const echo = new Worker(ECHO, { eval: true });
  const [port] = await once(echo, 'message');
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write('hello');
  const waiting = within(once(socket, 'data').then(String), 10);
  const untilMs = performance.now() + 60;
  while (performance.now() < untilMs);
  expect(await waiting).toBe('hello');
  socket.destroy();
  await echo.terminate();
});
