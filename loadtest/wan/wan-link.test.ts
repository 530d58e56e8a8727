import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../test/support/eventually.ts';
import { type Path, steadyPath, WanLink, type WanLinkOptions } from './wan-link.ts';

let server: Server;
/** The server's ends of what was dialed. */
let accepted: Socket[];
let path: Path;
let link: WanLink;
let dialed: Socket[];

beforeEach(async () => {
  accepted = [];
  dialed = [];
  path = steadyPath(1);
  server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    accepted.push(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  for (const socket of [...dialed, ...accepted]) socket.destroy();
  await link[Symbol.asyncDispose]();
  server.close();
});

const soon = (fact: () => boolean) => eventually(fact, { withinMs: 10_000 });

async function open(options: WanLinkOptions = {}): Promise<void> {
  const { port } = server.address() as AddressInfo;
  link = await WanLink.open({ host: '127.0.0.1', port }, () => path, options);
}
/** @returns both ends of a connection over the link */
async function dial(): Promise<{ readonly client: Socket; readonly peer: Socket }> {
  const client = connect({ port: link.port, host: '127.0.0.1', noDelay: true });
  client.on('error', () => {});
  dialed.push(client);
  await once(client, 'connect');
  const count = dialed.length;
  await soon(() => accepted.length === count);
  return { client, peer: accepted[count - 1] as Socket };
}
function counted(socket: Socket): { bytes: number } {
  const count = { bytes: 0 };
  socket.on('data', (bytes: Buffer) => {
    count.bytes += bytes.length;
  });
  return count;
}

describe('a bottleneck', () => {
  test('lets through what it is wide, and leaves the rest with its sender', async () => {
    await open();
    const { client, peer } = await dial();
    const received = counted(client);
    path = { ...steadyPath(1), bottleneck: { bytesPerSecond: 20_000, queueBytes: 4_000 } };
    const startedAtMs = performance.now();
    // More than the kernel takes off a sender for nobody who reads.
    peer.write(Buffer.alloc(16 * 1024 * 1024));
    await soon(() => received.bytes >= 6_000);
    const seconds = (performance.now() - startedAtMs) / 1_000;
    // No faster; how much slower is the machine's affair.
    expect(received.bytes).toBeLessThanOrEqual(20_000 * seconds + 1_448);
    // One read may be 64 kB and begin while there is room.
    expect(link.traffic.heldDownBytes).toBeLessThan(4_000 + 65_536);
    expect(peer.writableLength).toBeGreaterThan(0);
  });

  test('is over when the path says so', async () => {
    await open();
    const { client, peer } = await dial();
    const received = counted(client);
    path = { ...steadyPath(1), bottleneck: { bytesPerSecond: 10_000, queueBytes: 1_000 } };
    peer.write(Buffer.alloc(1_000));
    await soon(() => received.bytes === 1_000);
    path = steadyPath(1);
    peer.write(Buffer.alloc(1_000_000));
    await soon(() => received.bytes === 1_001_000);
  });
});

describe('faults', () => {
  test('a stall leaves everything with its sender, until it is over', async () => {
    await open();
    const { client, peer } = await dial();
    const received = counted(client);
    path = { ...steadyPath(1), fault: 'stall' };
    const sentBytes = 16 * 1024 * 1024;
    peer.write(Buffer.alloc(sentBytes));
    await soon(() => link.traffic.heldDownBytes > 0);
    expect(link.traffic.heldDownBytes).toBeLessThanOrEqual(65_536);
    expect(received.bytes).toBe(0);
    path = steadyPath(1);
    await soon(() => received.bytes === sentBytes);
  });

  test('half open: the server has lost the connection, and its client is not told', async () => {
    await open();
    const { client, peer } = await dial();
    let hasClosed = false;
    client.on('close', () => {
      hasClosed = true;
    });
    link.halfOpen();
    await soon(() => peer.destroyed);
    client.write('is anybody there?');
    const { client: another, peer: fresh } = await dial();
    const heard = once(another, 'data');
    fresh.write('a new connection is as good as ever');
    await heard;
    expect(hasClosed).toBe(false);
  });

  test('tries to get through a black hole become rarer, where a link backs off', async () => {
    await open({ backsOff: true });
    const { client, peer } = await dial();
    const received = counted(client);
    path = { ...steadyPath(1), fault: 'black-hole' };
    const sentAtMs = performance.now();
    peer.write('lost');
    await soon(() => link.traffic.heldDownBytes === 4);
    // After 200 ms and 400 more: the third try comes 800 ms later.
    await soon(() => performance.now() - sentAtMs > 700);
    path = steadyPath(1);
    await soon(() => received.bytes === 4);
    expect(performance.now() - sentAtMs).toBeGreaterThan(1_390);
  });
});

test('what went over it, each way, is counted, connections that ended too', async () => {
  await open();
  for (let i = 0; i < 2; i++) {
    const { client, peer } = await dial();
    const [down, up] = [counted(client), counted(peer)];
    peer.write(Buffer.alloc(300));
    client.write(Buffer.alloc(70));
    await soon(() => down.bytes === 300 && up.bytes === 70);
    client.destroy();
  }
  await soon(() => link.farPorts.length === 0);
  expect(link.traffic).toEqual({ upBytes: 140, downBytes: 600, heldUpBytes: 0, heldDownBytes: 0 });
});
