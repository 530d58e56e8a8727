import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Wan } from './wan.ts';

const RTT_MS = 120;
let echo: Server;
let wan: Wan;
const sockets: Socket[] = [];

beforeEach(async () => {
  echo = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  wan = new Wan((from, to) => ({
    delayMs: from === to ? 0 : RTT_MS / 2,
    jitterMs: 0,
    lossRatio: 0,
  }));
  wan.put(home(), 'europe');
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await wan[Symbol.asyncDispose]();
  echo.close();
});

const home = () => `127.0.0.1:${(echo.address() as AddressInfo).port}`;

async function dial(from: string): Promise<Socket> {
  const [host, port] = (await wan.via(from, home())).split(':');
  const socket = connect({ host: host as string, port: Number(port), noDelay: true });
  socket.on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}
/** Sends a word and waits for it to come back. @returns how long that took, ms */
async function echoMs(socket: Socket, word: string): Promise<number> {
  const sentMs = performance.now();
  socket.write(word);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toBe(word);
  return performance.now() - sentMs;
}

test('a round trip takes as long as the places are apart', async () => {
  expect(await echoMs(await dial('asia'), 'far')).toBeGreaterThanOrEqual(RTT_MS - 2);
  expect(await echoMs(await dial('europe'), 'near')).toBeLessThan(RTT_MS);
  expect(await wan.via('asia', home())).toBe(await wan.via('asia', home()));
});

test('a megabyte arrives whole and in order, and the end behind it', async () => {
  const socket = await dial('asia');
  const bytes = Buffer.from(Uint32Array.from({ length: 500_000 }, (_, at) => at).buffer);
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  socket.end(bytes);
  await once(socket, 'end');
  expect(Buffer.concat(received).equals(bytes)).toBe(true);
});

test('a cut resets what is open and refuses what comes; the others notice nothing', async () => {
  const [ada, bob] = [await dial('asia'), await dial('us-east')];
  const closed = closeOf(ada);
  wan.fault('europe', 'asia', 'cut');
  await closed;
  // Reset before or after it learned that it was connected.
  await dial('asia').then(closeOf, () => {});
  expect(await echoMs(bob, 'here')).toBeGreaterThanOrEqual(RTT_MS - 2);
  wan.heal();
  await echoMs(await dial('asia'), 'back');
});

test('a black hole tells nobody; when it is over, what was sent arrives', async () => {
  const ada = await dial('asia');
  await echoMs(ada, 'before');
  wan.faultPlace('europe', 'black-hole');
  const echoed = echoMs(ada, 'meanwhile');
  const bob = await dial('us-east');
  const first = await Promise.race([echoed.then(() => 'an echo'), silence(4 * RTT_MS)]);
  expect(first).toBe('silence');
  wan.heal();
  expect(await echoed).toBeGreaterThan(4 * RTT_MS);
  await echoMs(bob, 'dialed meanwhile');
});

test('an address that is nowhere is asked for in vain', async () => {
  await expect(wan.via('asia', '127.0.0.1:1')).rejects.toThrow('put()');
});

/** Not `once`: a reset is an error, too. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

function silence(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve('silence'), ms));
}
