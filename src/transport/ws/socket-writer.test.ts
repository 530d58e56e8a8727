import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import { SocketWriters } from './socket-writer.ts';
import { findStreamInternals, type StreamInternals } from './stream-internals.ts';

const STREAMS = findStreamInternals() as StreamInternals;
const writers = new SocketWriters(STREAMS);

/** Both ends of a connection, of which the server writes; the other one does not read before it is told to. */
async function openPair(): Promise<{ writing: Socket; reading: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reading = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [[writing]] = (await Promise.all([
    once(server, 'connection'),
    once(reading, 'connect'),
  ])) as [[Socket], unknown];
  for (const socket of [writing, reading]) {
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
  }
  onTestFinished(() => void server.close());
  return { writing, reading };
}

async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.resume();
  await once(socket, 'end');
  return Buffer.concat(chunks);
}

test('[RM-1] past the stream or through it, all bytes arrive as they were, in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ isDirect: fc.boolean(), kilobytes: fc.integer({ min: 1, max: 600 }) }), {
        minLength: 1,
        maxLength: 24,
      }),
      async (writes) => {
        const { writing, reading } = await openPair();
        const writer = writers.of(writing);
        const sent = writes.map(({ kilobytes }, i) => Buffer.alloc(kilobytes * 1_024, i + 1));
        for (const [i, { isDirect }] of writes.entries()) {
          const bytes = Buffer.from(sent[i] as Buffer);
          if (isDirect) writer?.write(bytes);
          else writing.write(bytes);
        }
        const reads = readAll(reading);
        writing.end();
        expect((await reads).equals(Buffer.concat(sent))).toBe(true);
        expect(writer?.waitingBytes).toBe(0);
      },
    ),
    { numRuns: 15 },
  );
}, 30_000);

test('[RM-1] bytes that wait are kept for their socket, and counted until the kernel has them', async () => {
  const { writing, reading } = await openPair();
  const writer = writers.of(writing);
  const frames = Array.from({ length: 40 }, (_, i) => Buffer.alloc(256 * 1_024, i));
  const expected = Buffer.concat(frames);
  for (const frame of frames.splice(0)) writer?.write(frame);
  const backlog = (writer?.waitingBytes ?? 0) + writing.writableLength;
  expect(backlog).toBeGreaterThan(1_024 * 1_024);
  // Had nobody kept them, others would write into this memory now.
  (globalThis as { gc?: () => void }).gc?.();
  for (let i = 0; i < 200; i++) Buffer.alloc(256 * 1_024, 0xee);
  const reads = readAll(reading);
  writing.end();
  expect((await reads).equals(expected)).toBe(true);
  expect((writer?.waitingBytes ?? 0) + writing.writableLength).toBe(0);
});

test('a write to a socket that the other side has reset ends it, and nothing else', async () => {
  const { writing, reading } = await openPair();
  const writer = writers.of(writing);
  // Not once(): the error is part of it.
  const closed = new Promise((resolve) => writing.once('close', resolve));
  reading.resetAndDestroy();
  await vi.waitFor(() => {
    writer?.write(Buffer.alloc(1_024));
    expect(writing.destroyed).toBe(true);
  });
  await closed;
  writer?.write(Buffer.alloc(1_024));
  expect(writer?.waitingBytes).toBe(0);
});

test('a socket that is destroyed while bytes wait forgets them', async () => {
  const { writing } = await openPair();
  const writer = writers.of(writing);
  writer?.write(Buffer.alloc(16 * 1_024 * 1_024));
  expect(writer?.waitingBytes).toBeGreaterThan(0);
  writing.destroy();
  await vi.waitFor(() => expect(writer?.waitingBytes).toBe(0));
});

test('is not for sockets without a plain TCP handle', async () => {
  const { writing } = await openPair();
  writing.destroy();
  expect(writers.of(writing)).toBeNull();
});
