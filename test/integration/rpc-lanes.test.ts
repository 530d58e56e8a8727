// Unary calls between services on a stream that they share. What calls bring, whichever way they go, is in rpc.test.ts.

import {
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  status,
} from '@grpc/grpc-js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GameError } from '../../src/errors/game-error.ts';
import { callContext, inCallContext } from '../../src/transport/rpc/call-context.ts';
import {
  asIs,
  LANE_PATH,
  readCalls,
  writeAnswer,
  writeCall,
} from '../../src/transport/rpc/lane-wire.ts';
import { loadProto } from '../../src/transport/rpc/load-proto.ts';
import { eventually } from '../support/eventually.ts';
import { RawLane, RING_PATH, tillSignature } from '../support/raw-lane.ts';
import { TcpRelay } from '../support/tcp-relay.ts';
import { TillProcess } from '../support/till-process.ts';
import {
  TILL,
  TILL_DEADLINE_MS,
  TILL_PROTO_FOLDER,
  TillChannel,
  TillServer,
} from '../support/till-service.ts';

const SOON = { withinMs: 10_000 };
const PAYMENT = { operationId: 'o1', amount: 5, note: null, receiptJson: {} };
const PAY_IN_PATH = '/meridian.test.till.v1.TillService/PayIn';
const TRACE = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
/** What one lane takes at once: from our own callers, and from any. */
const MOST_OF_CALLER = 1_024;
const MOST_OF_SERVICE = 2_048;

/** Calls until lanes are open: the next call goes by one. */
async function openLanes(channel: TillChannel, count = 1): Promise<void> {
  await eventually(async () => {
    await channel.calls.payIn(PAYMENT);
    return (await openCount(channel, 'client')) === count;
  }, SOON);
}

async function openCount(
  { registry }: TillChannel | TillServer,
  side: 'client' | 'server',
): Promise<number> {
  const text = await registry.metrics();
  const found = new RegExp(`^meridian_rpc_lanes\\{side="${side}"\\} (\\d+)$`, 'm').exec(text);
  return Number(found?.[1] ?? 0);
}

/** Calls that are being served, each ended by the test. */
function openRings() {
  const under: PromiseWithResolvers<void>[] = [];
  const ring = () => {
    const call = Promise.withResolvers<void>();
    under.push(call);
    return call.promise;
  };
  return { under, ring };
}

test('[SE-29] a call on a lane brings what a plain one does: values, errors, its deadline and its trace', async () => {
  const seen: { readonly traceparent: string; readonly leftMs: number }[] = [];
  await using server = await TillServer.start({
    ring: async () => {
      const { traceparent, deadlineMs } = callContext();
      seen.push({ traceparent, leftMs: deadlineMs - performance.now() });
      if (seen.length === 2) throw new GameError('QUEUE_FULL', { waiting: 3 }, { retryAfterMs: 9 });
      if (seen.length === 3) throw new Error('the password is swordfish');
    },
  });
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  await openLanes(channel);
  const receiptJson = { lines: [1, -0.5, null, { naïve: '🂡' }], empty: {} };
  const amount = Number.MAX_SAFE_INTEGER;
  const reply = await channel.calls.payIn({ ...PAYMENT, amount, receiptJson });
  expect(reply).toEqual({ balance: amount, note: null, receiptJson });
  const context = { traceparent: TRACE, deadlineMs: performance.now() + 1_000 };
  expect(await inCallContext(context, () => channel.calls.ring({}))).toBeUndefined();
  await expect(channel.calls.ring({})).rejects.toMatchObject({
    ...{ name: 'GameError', code: 'QUEUE_FULL', details: { waiting: 3 }, retryAfterMs: 9 },
  });
  const internal = await channel.calls.ring({}).catch((error: unknown) => error as GameError);
  expect(internal).toMatchObject({ code: 'INTERNAL', details: {} });
  expect(JSON.stringify(internal) + (internal as Error).message).not.toContain('swordfish');
  expect(seen.map(({ traceparent }) => traceparent)).toEqual([TRACE, '', '']);
  expect(seen[0]?.leftMs).toBeLessThanOrEqual(1_001);
  expect(seen[1]?.leftMs).toBeGreaterThan(1_001);
  expect(await server.registry.metrics()).toContain(
    'meridian_rpc_duration_seconds_count{side="server",method="TillService/Ring",outcome="QUEUE_FULL"} 1',
  );
});

test('[SE-29] calls take the lane, and no stream of their own, once it is open', async () => {
  // Knows no other method: a plain call would be UNIMPLEMENTED.
  await using lanes = await LaneOnlyServer.start();
  using channel = new TillChannel(`127.0.0.1:${lanes.port}`);
  await eventually(
    () => channel.calls.ring({}).then(...([() => true, () => false] as const)),
    SOON,
  );
  const calls = Array.from({ length: 100 }, () => channel.calls.ring({}));
  expect(await Promise.all(calls)).toHaveLength(100);
});

test('[SE-29] who waits on a lane waits for his own call only', async () => {
  const { under, ring } = openRings();
  await using server = await TillServer.start({ ring });
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  await openLanes(channel);
  const answered: number[] = [];
  const calls = [0, 1, 2].map((n) => channel.calls.ring({}).then(() => answered.push(n)));
  await eventually(() => under.length === 3, SOON);
  for (const n of [2, 0, 1]) {
    under[n]?.resolve();
    await eventually(() => answered.includes(n), SOON);
  }
  expect(answered).toEqual([2, 0, 1]);
  await Promise.all(calls);
});

test('[SE-29] a service without lanes is called plainly', async () => {
  const server = new Server();
  const { service } = loadProto(TILL, TILL_PROTO_FOLDER);
  let rings = 0;
  server.addService(service, {
    Ring: (_call: unknown, respond: (error: null, reply: object) => void) => {
      rings += 1;
      respond(null, {});
    },
  });
  const port = await listen(server);
  using channel = new TillChannel(`127.0.0.1:${port}`);
  for (let call = 0; call < 20; call += 1) await channel.calls.ring({});
  expect(rings).toBe(20);
  expect(await openCount(channel, 'client')).toBe(0);
  server.forceShutdown();
});

test('[SE-4] a call on a lane is given up when its time is over, and not begun after', async () => {
  const { under, ring } = openRings();
  await using server = await TillServer.start({ ring });
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  await openLanes(channel);
  const startedMs = performance.now();
  await expect(channel.calls.ring({})).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  expect(performance.now() - startedMs).toBeGreaterThan(0.9 * TILL_DEADLINE_MS);
  expect(under.length).toBe(1);
  // The late answer disturbs nobody.
  under[0]?.resolve();
  expect(await channel.calls.payIn(PAYMENT)).toMatchObject({ balance: 5 });
  using lane = new RawLane(server.port);
  lane.ring({ id: 7, timeoutMs: 0 });
  await eventually(() => lane.answers.length === 1, SOON);
  expect(lane.answers[0]).toMatchObject({ id: 7, status: status.UNAVAILABLE });
  expect(under.length).toBe(1);
});

describe('[SE-3] a lane is as strict as a plain call', () => {
  test.each([
    ['no signature', ''],
    ['that of a method', tillSignature(RING_PATH)],
  ])('who opens one with %s is refused', async (_what, signature) => {
    const { under, ring } = openRings();
    await using server = await TillServer.start({ ring });
    using lane = new RawLane(server.port, signature);
    lane.ring({ id: 1 });
    expect(await lane.ended).toMatchObject({ code: status.UNAUTHENTICATED });
    expect(under).toEqual([]);
  });

  test.each([
    ['no signature', ''],
    ['that of the lane', tillSignature(LANE_PATH)],
    ['that of another method', tillSignature(PAY_IN_PATH)],
  ])('a call with %s is refused, and the others on it are not', async (_what, peer) => {
    await using server = await TillServer.start({});
    using lane = new RawLane(server.port);
    lane.ring({ id: 1, peer });
    lane.ring({ id: 2 });
    await eventually(() => lane.answers.length === 2, SOON);
    const [refused, rung] = lane.answers.toSorted((a, b) => a.id - b.id);
    expect(refused?.status).toBe(status.UNAUTHENTICATED);
    expect(JSON.parse(String(refused?.error))).toMatchObject({ error: { code: 'PEER_UNKNOWN' } });
    expect(rung?.status).toBe(status.OK);
  });
});

test('[SE-30] over a lane that breaks, what may be repeated is, and nothing else', async () => {
  const handled = { payIn: 0, ring: 0 };
  await using server = await TillServer.start({
    payIn: async ({ amount, note, receiptJson }) => {
      handled.payIn += 1;
      if (amount === 7 && handled.ring === 0) return await new Promise<never>(() => {});
      return { balance: amount, note, receiptJson };
    },
    ring: async () => {
      handled.ring += 1;
      relay.cut();
      return await new Promise<never>(() => {});
    },
  });
  await using relay = await TcpRelay.open(server.port);
  using channel = new TillChannel(`127.0.0.1:${relay.port}`);
  await openLanes(channel);
  handled.payIn = 0;
  const paid = channel.calls.payIn({ ...PAYMENT, amount: 7 });
  await eventually(() => handled.payIn === 1, SOON);
  await expect(channel.calls.ring({})).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  expect(await paid).toMatchObject({ balance: 7 });
  expect(handled).toEqual({ payIn: 2, ring: 1 });
  // And it is opened again.
  await openLanes(channel);
});

test('[SE-30] a service that is killed under calls: each is repeated, or given up, and none is done twice', async () => {
  const handled = { payIn: 0, ring: 0 };
  await using killed = await TillProcess.start();
  await using other = await TillServer.start({
    payIn: async ({ amount, note, receiptJson }) => {
      handled.payIn += 1;
      return { balance: amount, note, receiptJson };
    },
    ring: async () => {
      handled.ring += 1;
    },
  });
  using channel = new TillChannel(`ipv4:127.0.0.1:${killed.port},127.0.0.1:${other.port}`);
  await openLanes(channel, 2);
  await killed.hang();
  handled.payIn = 0;
  const count = 50;
  const payments = Array.from({ length: count }, () => channel.calls.payIn(PAYMENT));
  const rings = Array.from({ length: count }, () =>
    channel.calls.ring({}).then(...([() => 'rung', (error: GameError) => error.code] as const)),
  );
  await eventually(() => killed.taken.ring > 0 && killed.taken.payIn > 0, SOON);
  await eventually(() => killed.taken.ring + handled.ring === count, SOON);
  await killed.kill();
  await Promise.all(payments);
  const outcomes = await Promise.all(rings);
  expect(handled.payIn).toBe(count);
  expect(outcomes.filter((outcome) => outcome === 'rung')).toHaveLength(handled.ring);
  expect(outcomes.filter((outcome) => outcome === 'SERVICE_UNAVAILABLE')).toHaveLength(
    killed.taken.ring,
  );
  expect(await openCount(channel, 'client')).toBe(1);
});

test('[SE-30] a service that closes answers what it got first, and the other one is asked', async () => {
  const tills = [openRings(), openRings()] as const;
  await using a = await TillServer.start(tills[0]);
  await using b = await TillServer.start(tills[1]);
  using channel = new TillChannel(`ipv4:127.0.0.1:${a.port},127.0.0.1:${b.port}`);
  await openLanes(channel, 2);
  const rings = Array.from({ length: 10 }, () => channel.calls.ring({}));
  await eventually(() => tills[0].under.length + tills[1].under.length === 10, SOON);
  expect(tills[0].under.length).toBe(5);
  const closed = a.close(60_000);
  await eventually(async () => (await openCount(channel, 'client')) === 1, SOON);
  const later = Array.from({ length: 10 }, () => channel.calls.ring({}));
  await eventually(() => tills[1].under.length === 15, SOON);
  for (const { resolve } of [...tills[0].under, ...tills[1].under]) resolve();
  await Promise.all([...rings, ...later, closed]);
  expect(tills[0].under.length).toBe(5);
});

test('[SE-30] a service that closes waits for no caller that does not end his lane', async () => {
  const { under, ring } = openRings();
  await using server = await TillServer.start({ ring });
  using lane = new RawLane(server.port);
  lane.ring({ id: 1 });
  await eventually(() => under.length === 1, SOON);
  await server.close(50);
  expect(lane.isToldToLeave).toBe(true);
  expect(await lane.ended).toMatchObject({ code: status.UNAVAILABLE });
});

test('[SE-31] a message too large for a lane goes plainly, one too large at all is refused, and calls under way go on', async () => {
  const { under, ring } = openRings();
  await using server = await TillServer.start({ ring });
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  await openLanes(channel);
  const rung = channel.calls.ring({});
  const textOf = (kib: number) => ({ ...PAYMENT, receiptJson: { text: 'x'.repeat(kib * 1_024) } });
  const { receiptJson } = await channel.calls.payIn(textOf(200));
  expect(receiptJson['text']).toHaveLength(200 * 1_024);
  await expect(channel.calls.payIn(textOf(2_048))).rejects.toMatchObject({
    code: 'PAYLOAD_TOO_LARGE',
  });
  await eventually(() => under.length === 1, SOON);
  under[0]?.resolve();
  await rung;
  expect(await openCount(channel, 'client')).toBe(1);
});

test('[SE-31] a reply of many megabytes comes by lane; one too large at all is refused, and calls under way go on', async () => {
  const { under, ring } = openRings();
  await using server = await TillServer.start({
    ring,
    payIn: async ({ amount, note }) => ({
      ...{ balance: amount, note },
      receiptJson: { text: 'x'.repeat(amount * 1024 * 1024) },
    }),
  });
  using lane = new RawLane(server.port);
  const patient = { timeoutMs: 60_000 };
  lane.ring({ id: 1, ...patient });
  for (const [id, amount] of [
    [2, 65],
    [3, 6],
  ] as const) {
    lane.ring({ id, path: PAY_IN_PATH, request: payInBytes(amount), ...patient });
  }
  await eventually(() => lane.answers.length === 2, { withinMs: 30_000 });
  under[0]?.resolve();
  await eventually(() => lane.answers.length === 3, SOON);
  const answers = lane.answers.toSorted((a, b) => a.id - b.id);
  expect(answers.map((answer) => answer.status)).toEqual([
    ...[status.OK, status.RESOURCE_EXHAUSTED, status.OK],
  ]);
  expect(answers[1]?.reply).toHaveLength(0);
  expect(answers[2]?.reply.length).toBeGreaterThan(6 * 1024 * 1024);
}, 60_000);

test('[SE-31] a caller has no more calls under way on a lane than it takes; what is more goes plainly', async () => {
  const { under, ring } = openRings();
  await using server = await TillServer.start({ ring });
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  await openLanes(channel);
  const count = MOST_OF_CALLER + 50;
  const rings = Array.from({ length: count }, () => channel.calls.ring({}));
  await eventually(() => under.length === count, SOON);
  for (const { resolve } of under) resolve();
  expect(await Promise.all(rings)).toHaveLength(count);
});

test('[SE-31] of a flood a service works on so many, and refuses the others at once', async () => {
  const { under, ring } = openRings();
  await using server = await TillServer.start({ ring });
  using lane = new RawLane(server.port);
  const over = 500;
  for (let id = 1; id <= MOST_OF_SERVICE + over; id += 1) lane.ring({ id, timeoutMs: 60_000 });
  await eventually(() => lane.answers.length === over, SOON);
  expect(under.length).toBe(MOST_OF_SERVICE);
  expect(new Set(lane.answers.map((answer) => answer.status))).toEqual(
    new Set([status.UNAVAILABLE]),
  );
  for (const { resolve } of under) resolve();
  await eventually(() => lane.answers.length === MOST_OF_SERVICE + over, SOON);
  // There is room again.
  lane.ring({ id: 1 });
  await eventually(() => under.length === MOST_OF_SERVICE + 1, SOON);
});

test('[SE-31] calls that nobody waits for any more take no room', async () => {
  const { under, ring } = openRings();
  await using server = await TillServer.start({ ring });
  using lane = new RawLane(server.port);
  for (let id = 1; id <= MOST_OF_SERVICE; id += 1) lane.ring({ id, timeoutMs: 60_000 });
  await eventually(() => under.length === MOST_OF_SERVICE, SOON);
  lane.ring({ id: 10_000 });
  await eventually(() => lane.answers.length === 1, SOON);
  using second = new RawLane(server.port);
  for (let id = 1; id <= MOST_OF_SERVICE; id += 1) second.ring({ id, timeoutMs: 1 });
  await eventually(() => under.length === 2 * MOST_OF_SERVICE, SOON);
  second.ring({ id: 10_000 });
  await eventually(() => under.length === 2 * MOST_OF_SERVICE + 1, SOON);
  expect(second.answers).toEqual([]);
});

test('[SE-31] a caller that takes no answers gets no more of them than fit', async () => {
  let handled = 0;
  const text = 'x'.repeat(256 * 1024);
  await using server = await TillServer.start({
    payIn: async ({ amount, note }) => {
      handled += 1;
      return { balance: amount, note, receiptJson: { text } };
    },
  });
  using lane = new RawLane(server.port);
  lane.stopReading();
  const request = payInBytes(5);
  const count = 400;
  for (let id = 1; id <= count; id += 1) lane.ring({ id, path: PAY_IN_PATH, request });
  await eventually(() => handled > 0, SOON);
  // As long as it takes others to be served many times, nothing more is.
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  for (let call = 0; call < 50; call += 1) await channel.calls.ring({});
  expect(handled).toBeLessThan(count / 2);
  lane.goOnReading();
  await eventually(() => lane.answers.length === count, { withinMs: 30_000 });
});

test('[SE-31] what is no call ends its lane, and blames the caller; the service is as well as before', async () => {
  await using server = await TillServer.start({});
  const good = writeCall({
    ...{ id: 1, path: RING_PATH, peer: tillSignature(RING_PATH), traceparent: '' },
    ...{ timeoutMs: 5_000, request: Buffer.alloc(0) },
  });
  const cut = fc
    .integer({ min: 1, max: good.length - 1 })
    .map((length) => good.subarray(0, length));
  const bytes = fc.oneof(cut, fc.uint8Array({ maxLength: 64 }).map(Buffer.from));
  await fc.assert(
    fc.asyncProperty(bytes, async (sent) => {
      using lane = new RawLane(server.port);
      lane.sendBytes(sent);
      lane.end();
      const { code } = await lane.ended;
      expect([status.OK, status.INVALID_ARGUMENT]).toContain(code);
      for (const answer of lane.answers) expect(answer.status).not.toBe(status.INTERNAL);
    }),
    { numRuns: 100 },
  );
  using twice = new RawLane(server.port);
  twice.sendBytes(Buffer.concat([good, good]));
  expect(await twice.ended).toMatchObject({ code: status.INVALID_ARGUMENT });
  using stranger = new RawLane(server.port);
  stranger.ring({ id: 1, path: '/nothing/Nowhere' });
  stranger.ring({ id: 2, request: Buffer.of(0x0a, 0xff) });
  await eventually(() => stranger.answers.length === 2, SOON);
  expect(stranger.answers.map((answer) => [answer.id, answer.status])).toEqual([
    [1, status.UNIMPLEMENTED],
    [2, status.INVALID_ARGUMENT],
  ]);
  await eventually(async () => (await openCount(server, 'server')) === 1, SOON);
});

/** A message of `PayIn`. */
function payInBytes(amount: number): Buffer {
  const { service } = loadProto(TILL, TILL_PROTO_FOLDER);
  const { requestSerialize } = service['PayIn'] as MethodDefinition<object, object>;
  return requestSerialize({ operationId: 'o1', amount, receiptJson: '{}' });
}

async function listen(server: Server): Promise<number> {
  const listening = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    if (error === null) listening.resolve(port);
    else listening.reject(error);
  });
  return await listening.promise;
}

/** Answers every call that comes by lane, and knows nothing else. */
class LaneOnlyServer implements AsyncDisposable {
  readonly #server: Server;
  readonly port: number;

  static async start(): Promise<LaneOnlyServer> {
    const server = new Server();
    const bytes = { requestSerialize: asIs, requestDeserialize: asIs };
    const replies = { responseSerialize: asIs, responseDeserialize: asIs };
    const streams = { requestStream: true, responseStream: true } as const;
    server.addService(
      { Exchange: { path: LANE_PATH, ...streams, ...bytes, ...replies } },
      {
        Exchange: (stream: ServerDuplexStream<Buffer, Buffer>) => {
          stream.sendMetadata(new Metadata());
          stream.on('data', (sent: Buffer) => {
            for (const { id } of readCalls(sent)) stream.write(writeAnswer({ id }));
          });
          stream.on('end', () => stream.end());
        },
      },
    );
    return new LaneOnlyServer(server, await listen(server));
  }

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
  }
}
