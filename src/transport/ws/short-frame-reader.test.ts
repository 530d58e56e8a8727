import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { SharedReadBuffer } from './shared-read-buffer.ts';
import { type InputLane, layInputLane, readShortFrames } from './short-frame-reader.ts';
import { findStreamInternals } from './stream-internals.ts';

const MAX_PAYLOAD_BYTES = 4_096;
const STREAMS = findStreamInternals();

interface Frame {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly isMasked: boolean;
  readonly reservedBits: number;
  readonly payload: Uint8Array;
}

/** RFC 6455 §5.2, as a client writes it; also what no client should write. */
function encodeFrame(frame: Frame): Buffer {
  const { payload } = frame;
  const first = (frame.isFinal ? 0x80 : 0) | frame.reservedBits | frame.opcode;
  const maskBit = frame.isMasked ? 0x80 : 0;
  const header =
    payload.length < 126
      ? [first, maskBit | payload.length]
      : [first, maskBit | 126, payload.length >> 8, payload.length & 0xff];
  // Looks like the start of a frame to who has lost count.
  const mask = frame.isMasked ? [0x85, 0x82, 0x56, 0x90] : [];
  const body = payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0));
  return Buffer.concat([Uint8Array.from([...header, ...mask]), body]);
}

const binary = (payload: Uint8Array): Frame => ({
  opcode: 2,
  isFinal: true,
  isMasked: true,
  reservedBits: 0,
  payload,
});

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const frameSequence = fc.oneof(
  { weight: 12, arbitrary: bytes(125).map((payload) => [binary(payload)]) },
  { weight: 2, arbitrary: bytes(1_000).map((payload) => [binary(payload)]) },
  {
    weight: 2,
    arbitrary: fc
      .string({ maxLength: 40 })
      .map((text) => [{ ...binary(Buffer.from(text)), opcode: 1 }]),
  },
  // Pings and pongs, alone and between two fragments.
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(9, 10), bytes(20))
      .map(([opcode, payload]) => [{ ...binary(payload), opcode }]),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(bytes(50), bytes(50), bytes(50)).map(([a, b, ping]) => [
      { ...binary(a), isFinal: false },
      { ...binary(ping), opcode: 9 },
      { ...binary(b), opcode: 0 },
    ]),
  },
  // What must end the connection.
  { weight: 1, arbitrary: bytes(20).map((payload) => [{ ...binary(payload), isMasked: false }]) },
  {
    weight: 1,
    arbitrary: bytes(20).map((payload) => [{ ...binary(payload), reservedBits: 0x40 }]),
  },
  { weight: 1, arbitrary: bytes(20).map((payload) => [{ ...binary(payload), opcode: 0 }]) },
  {
    weight: 1,
    arbitrary: bytes(20).map((payload) => [
      { ...binary(payload), isFinal: false },
      binary(payload),
    ]),
  },
  { weight: 1, arbitrary: fc.constant([binary(new Uint8Array(MAX_PAYLOAD_BYTES + 1))]) },
  {
    weight: 1,
    arbitrary: fc.constant([{ ...binary(Uint8Array.of(0x0f, 0xa0, 0x62, 0x79)), opcode: 8 }]),
  },
);

describe.each([
  { reading: 'chunks of its own', reads: undefined },
  { reading: 'one shared buffer', reads: new SharedReadBuffer(null) },
  { reading: 'one shared buffer, past the stream', reads: new SharedReadBuffer(STREAMS) },
])('readShortFrames from $reading', ({ reads }) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: MAX_PAYLOAD_BYTES });

  beforeAll(async () => {
    if (server.address() === null) await once(server, 'listening');
  });
  afterAll(() => server.close());

  /** A connection: the raw socket of the client, and the server's end of it. */
  async function open(): Promise<{ client: Socket; ws: WebSocket }> {
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.setNoDelay(true);
    client.on('error', () => {});
    const connected = once(server, 'connection') as Promise<[WebSocket]>;
    client.write(
      'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    const [ws] = await connected;
    client.resume();
    return { client, ws };
  }

  /** Everything a server learns from `chunks`. */
  async function eventsOf(chunks: readonly Buffer[], isFast: boolean): Promise<string[]> {
    const { client, ws } = await open();
    const events: string[] = [];
    ws.on('message', (data: Buffer, isBinary) => {
      events.push(`message ${isBinary} ${data.toString('hex')}`);
    });
    ws.on('ping', (data) => events.push(`ping ${data.toString('hex')}`));
    ws.on('pong', (data) => events.push(`pong ${data.toString('hex')}`));
    ws.on('error', (error: NodeJS.ErrnoException) => events.push(`error ${error.code}`));
    // Not once(): an error is an event like others here.
    const closed = new Promise<string>((resolve) => {
      ws.on('close', (code, reason) => resolve(`close ${code} ${reason}`));
    });
    if (isFast) expect(readShortFrames(ws, reads)).toBe(true);
    const socket = (ws as unknown as { readonly _socket: Socket })._socket;
    let readBytes = socket.bytesRead;
    for (const chunk of chunks) {
      client.write(chunk);
      readBytes += chunk.length;
      // Lets the server read, so that chunks arrive one by one. It stops reading at a protocol error.
      for (let turn = 0; turn < 20 && socket.bytesRead < readBytes; turn++) await nextTurn();
    }
    client.end();
    events.push(await closed);
    client.destroy();
    return events;
  }

  test('the server learns the same as from ws alone, however frames are cut and whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(frameSequence, { minLength: 1, maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 30 }),
        async (sequences, sizes) => {
          const stream = Buffer.concat(sequences.flat().map(encodeFrame));
          const chunks = cut(stream, sizes);
          const plain = await eventsOf(chunks, false);
          expect(await eventsOf(chunks, true)).toEqual(plain);
        },
      ),
      { numRuns: 250 },
    );
  }, 30_000);

  test('a frame of which one byte has come is ws’ to finish', async () => {
    const stream = Buffer.concat(
      ['ab', 'cd', 'efghijkl'].map((text) => encodeFrame(binary(Buffer.from(text)))),
    );
    const chunks = [stream.subarray(0, 1), stream.subarray(1)];
    const plain = await eventsOf(chunks, false);
    expect(await eventsOf(chunks, true)).toEqual(plain);
    expect(plain.filter((event) => event.startsWith('message'))).toHaveLength(3);
  });

  test('a short frame between two fragments is the protocol error it is', async () => {
    const frames = [
      { ...binary(Buffer.from('first')), isFinal: false },
      binary(Buffer.from('intruder')),
    ];
    const chunks = frames.map(encodeFrame);
    expect(await eventsOf(chunks, true)).toEqual(await eventsOf(chunks, false));
  });

  test('whole short frames pass ws’ receiver by, several in one chunk', async () => {
    const { client, ws } = await open();
    readShortFrames(ws, reads);
    const receiver = (ws as unknown as { _receiver: { write(chunk: Buffer): boolean } })._receiver;
    using received = vi.spyOn(receiver, 'write');
    const messages: string[] = [];
    ws.on('message', (data: Buffer) => messages.push(data.toString()));
    const texts = ['', 'a', 'b'.repeat(125), 'last'];
    client.write(Buffer.concat(texts.map((text) => encodeFrame(binary(Buffer.from(text))))));
    while (messages.length < texts.length) await once(ws, 'message');
    expect(messages).toEqual(texts);
    expect(received).not.toHaveBeenCalled();

    // The counter-check: a frame of 126 bytes is ws'.
    client.write(encodeFrame(binary(Buffer.alloc(126, 'c'))));
    await once(ws, 'message');
    expect(received).toHaveBeenCalled();
    client.destroy();
  });

  test('so do pongs, and what they carry is theirs to keep', async () => {
    const { client, ws } = await open();
    readShortFrames(ws, reads);
    const receiver = (ws as unknown as { _receiver: { write(chunk: Buffer): boolean } })._receiver;
    using received = vi.spyOn(receiver, 'write');
    const echoes: Buffer[] = [];
    ws.on('pong', (echo: Buffer) => echoes.push(echo));
    const texts = ['12345678', '', 'once more'];
    const pong = (text: string) => encodeFrame({ ...binary(Buffer.from(text)), opcode: 10 });
    for (const [i, text] of texts.entries()) {
      client.write(pong(text));
      while (echoes.length <= i) await once(ws, 'pong');
    }
    expect(echoes.map(String)).toEqual(texts);
    expect(received).not.toHaveBeenCalled();
    client.destroy();
  });

  test('listeners that come and go are told what is theirs', async () => {
    const { client, ws } = await open();
    readShortFrames(ws, reads);
    const told: string[] = [];
    const say = async (text: string) => {
      const { bytesRead } = (ws as unknown as { readonly _socket: Socket })._socket;
      client.write(encodeFrame(binary(Buffer.from(text))));
      const socket = (ws as unknown as { readonly _socket: Socket })._socket;
      while (socket.bytesRead === bytesRead) await nextTurn();
    };
    const ada = (data: Buffer) => told.push(`ada ${data}`);
    await say('nobody');
    ws.on('message', ada);
    await say('one');
    ws.once('message', (data: Buffer) => told.push(`once ${data}`));
    await say('two');
    await say('three');
    ws.removeAllListeners('message');
    await say('nobody');
    ws.once('message', (data: Buffer) => told.push(`once ${data}`));
    await say('four');
    await say('nobody');
    expect(told).toEqual(['ada one', 'ada two', 'once two', 'ada three', 'once four']);
    client.destroy();
  });

  test('a lower limit of ws than ours is kept', async () => {
    const strict = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: 50 });
    await once(strict, 'listening');
    const client = connect((strict.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => {});
    client.write(
      'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    const [ws] = (await once(strict, 'connection')) as [WebSocket];
    const outcome = new Promise((resolve) => {
      ws.on('message', () => resolve('message'));
      ws.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    readShortFrames(ws, reads);
    client.write(encodeFrame(binary(new Uint8Array(51))));
    expect(await outcome).toBe('WS_ERR_UNSUPPORTED_MESSAGE_LENGTH');
    client.destroy();
    strict.close();
  });

  test('a message that is kept does not change with the next read', async () => {
    const { client, ws } = await open();
    readShortFrames(ws, reads);
    const kept: Buffer[] = [];
    ws.on('message', (data: Buffer) => kept.push(data));
    client.write(encodeFrame(binary(Buffer.from('first'))));
    await vi.waitFor(() => expect(kept).toHaveLength(1));
    client.write(encodeFrame(binary(Buffer.from('other'))));
    await vi.waitFor(() => expect(kept).toHaveLength(2));
    expect(kept.map(String)).toEqual(['first', 'other']);
    client.destroy();
  });

  test('a lane is shown short frames first; what it does not take is a message', async () => {
    const { client, ws } = await open();
    readShortFrames(ws, reads);
    const told: string[] = [];
    const listen = (data: Buffer) => told.push(`message ${data}`);
    ws.on('message', listen);
    const lane: InputLane = {
      take(memory, begin, end) {
        const text = memory.toString('utf8', begin, end);
        if (text.startsWith('no')) return false;
        told.push(`lane ${text}`);
        return true;
      },
    };
    layInputLane(ws, lane);
    const texts = ['one', 'no', 'two', 'three'];
    client.write(Buffer.concat(texts.map((text) => encodeFrame(binary(Buffer.from(text))))));
    await vi.waitFor(() => expect(told).toHaveLength(4));
    expect(told).toEqual(['lane one', 'message no', 'lane two', 'lane three']);

    // Whoever takes the listener away wants to hear no more: an evicted client, one that has left.
    ws.removeListener('message', listen);
    ws.on('message', listen);
    client.write(encodeFrame(binary(Buffer.from('four'))));
    await vi.waitFor(() => expect(told.at(-1)).toBe('message four'));
    client.destroy();
  });

  test('does nothing where ws is another implementation', () => {
    expect(readShortFrames({} as WebSocket)).toBe(false);
  });
});

/** `stream` in pieces of `sizes`, over and over. */
function cut(stream: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < stream.length; i++) {
    const end = at + (sizes[i % sizes.length] as number);
    chunks.push(stream.subarray(at, end));
    at = end;
  }
  return chunks;
}

test('this Node has what is needed to read and write past its streams', () => {
  expect(STREAMS).not.toBeNull();
});

test('past its stream, a socket still tells of its end, and is not read while it is paused', async () => {
  const server = createServer({ allowHalfOpen: false }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  const heard: string[] = [];
  const takeShared = (buffer: Buffer, count: number) => {
    heard.push(buffer.toString('utf8', 0, count));
  };
  new SharedReadBuffer(STREAMS).readInto(socket, { takeShared });
  socket.resume();
  const stock = onreadOf(socket);
  for (const text of ['one', 'two']) {
    client.write(text);
    await vi.waitFor(() => expect(heard.at(-1)).toBe(text));
  }
  // The counter-check: it did go past the stream.
  expect(onreadOf(socket)).not.toBe(stock);

  socket.pause();
  await new Promise<void>((resolve) => client.write('three', () => resolve()));
  for (let turn = 0; turn < 20; turn++) await nextTurn();
  expect(heard).toEqual(['one', 'two']);
  socket.resume();
  await vi.waitFor(() => expect(heard).toEqual(['one', 'two', 'three']));

  const ended = once(socket, 'end');
  client.end('four');
  await ended;
  expect(heard.at(-1)).toBe('four');
  await once(socket, 'close');
  server.close();
});

function onreadOf(socket: Socket): unknown {
  return (socket as unknown as { readonly _handle: { readonly onread: unknown } })._handle.onread;
}

test('this Node lets a socket read into a shared buffer', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = (await once(server, 'connection')) as [Socket];
  const read = Promise.withResolvers<string>();
  const reads = new SharedReadBuffer(STREAMS);
  const taker = {
    takeShared: (buffer: Buffer, count: number) => read.resolve(buffer.toString('utf8', 0, count)),
  };
  expect(reads.readInto(socket, taker)).toBe(true);
  socket.resume();
  client.write('hello');
  expect(await read.promise).toBe('hello');
  client.destroy();
  server.close();
});
