import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  Client,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { describe, expect, test } from 'vitest';
import { GameError } from '../../src/errors/game-error.ts';
import { callContext, inCallContext } from '../../src/transport/rpc/call-context.ts';
import { loadProto } from '../../src/transport/rpc/load-proto.ts';
import { CallSigner, callKey } from '../../src/transport/rpc/peer-call.ts';
import { fromServiceError } from '../../src/transport/rpc/rpc-error.ts';
import { eventually } from '../support/eventually.ts';
import { framed, rawCall } from '../support/fuzz/raw-grpc.ts';
import { TcpRelay } from '../support/tcp-relay.ts';
import {
  TILL,
  TILL_DEADLINE_MS,
  TILL_PROTO_FOLDER,
  TILL_SECRET,
  TillChannel,
  TillServer,
} from '../support/till-service.ts';

const run = promisify(execFile);

const SOON = { withinMs: 10_000 };
const PAYMENT = { operationId: 'o1', amount: 5, note: null, receiptJson: {} };
const TRACE = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

test('[SE-1] values arrive as they were sent: large integers, JSON, and what is known to be absent', async () => {
  await using server = await TillServer.start({});
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  const receiptJson = { lines: [1, -0.5, null, { naïve: '🂡' }], empty: {} };
  const amount = Number.MAX_SAFE_INTEGER;
  expect(await channel.calls.payIn({ ...PAYMENT, amount, receiptJson })).toEqual({
    balance: amount,
    note: null,
    receiptJson,
  });
  expect(await channel.calls.payIn({ ...PAYMENT, note: '' })).toMatchObject({ note: '' });
  expect(await channel.calls.ring({})).toBeUndefined();
});

test('[SE-1] an error arrives with its code, details and time to wait; anything else says nothing', async () => {
  await using server = await TillServer.start({
    payIn: async () => {
      throw new GameError(
        'QUEUE_FULL',
        { waiting: 3 },
        { retryAfterMs: 1_500, message: 'Später.' },
      );
    },
    ring: async () => {
      throw new Error('the password is swordfish');
    },
  });
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  await expect(channel.calls.payIn(PAYMENT)).rejects.toMatchObject({
    name: 'GameError',
    code: 'QUEUE_FULL',
    message: 'Später.',
    details: { waiting: 3 },
    retryAfterMs: 1_500,
  });
  const internal = await channel.calls.ring({}).catch((error: unknown) => error as GameError);
  expect(internal).toMatchObject({ code: 'INTERNAL', details: {} });
  expect(JSON.stringify(internal) + (internal as Error).message).not.toContain('swordfish');
  expect(await server.registry.metrics()).toContain(
    'meridian_rpc_duration_seconds_count{side="server",method="TillService/PayIn",outcome="QUEUE_FULL"} 1',
  );
});

test('[SE-9] the cause of what fails is logged where it failed, and a refusal is none', async () => {
  const lines: string[] = [];
  let thrown: Error = new Error('the disk is on fire');
  await using server = await TillServer.start(
    { ring: () => Promise.reject(thrown) },
    { logged: (line) => lines.push(line) },
  );
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  const ring = async (error: Error) => {
    thrown = error;
    await channel.calls.ring({}).catch(() => null);
    return lines.splice(0).map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  const failed = (message: string) => [
    expect.objectContaining({
      method: 'TillService/Ring',
      err: expect.objectContaining({ message: expect.stringContaining(message) }),
    }),
  ];
  expect(await ring(thrown)).toEqual(failed('on fire'));
  const cause = new Error('the other disk too');
  expect(await ring(new GameError('STORE_UNAVAILABLE', {}, { cause }))).toEqual(
    failed('the other disk'),
  );
  expect(await ring(new GameError('CREDENTIALS_WRONG'))).toEqual([]);
  // Told to thousands when there are thousands.
  expect(await ring(new GameError('QUEUE_FULL'))).toEqual([]);
});

test('[SE-2] what does not fit is not handled, and a reply that does not fit is no reply', async () => {
  let handled = 0;
  await using server = await TillServer.start({
    payIn: async () => {
      handled += 1;
      return { balance: 0.5, note: null, receiptJson: {} };
    },
  });
  const refused = await callRaw(server.port, { operationId: '', amount: '-3', receiptJson: '{' });
  expect(refused).toMatchObject({
    code: 'BAD_REQUEST',
    details: {
      issues: [{ path: ['operationId'] }, { path: ['amount'] }, { path: ['receiptJson'] }],
    },
  });
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  await expect(channel.calls.payIn({ ...PAYMENT, amount: -3 })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    details: { issues: [{ path: ['amount'] }] },
  });
  expect(handled).toBe(0);
  await expect(channel.calls.payIn(PAYMENT)).rejects.toMatchObject({ code: 'INTERNAL' });
});

test('[SE-2] bytes that are no message are the caller’s fault, if he is one', async () => {
  await using server = await TillServer.start({});
  const path = '/meridian.test.till.v1.TillService/PayIn';
  const body = framed(Uint8Array.of(0x0a, 0xff, 0xff));
  const stranger = await rawCall(server.port, { path, headers: {}, body });
  expect(JSON.parse(stranger.error)).toMatchObject({ error: { code: 'PEER_UNKNOWN' } });
  const metadata = new Metadata();
  new CallSigner(callKey(TILL_SECRET)).sign(metadata, path, Date.now());
  const headers = { 'meridian-peer': String(metadata.getMap()['meridian-peer']) };
  const refused = await rawCall(server.port, { path, headers, body });
  expect(refused.status).toBe(status.INVALID_ARGUMENT);
  expect(JSON.parse(refused.error)).toMatchObject({ error: { code: 'BAD_REQUEST' } });
});

test('[SE-1] an error with more details than a trailer takes arrives without them', async () => {
  const details = { names: Array.from({ length: 2_000 }, (_, i) => `name ${i}`) };
  await using server = await TillServer.start({
    ring: async () => {
      throw new GameError('QUEUE_FULL', details);
    },
  });
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  const error = await channel.calls.ring({}).catch((thrown: unknown) => thrown as GameError);
  expect(error).toMatchObject({ code: 'QUEUE_FULL' });
  expect((error as GameError).details).toEqual({});
});

test('[SE-3] a service of another game is refused', async () => {
  await using server = await TillServer.start({});
  using stranger = new TillChannel(`127.0.0.1:${server.port}`, {
    secret: 'another secret of thirty-two characters',
  });
  await expect(stranger.calls.ring({})).rejects.toMatchObject({ code: 'PEER_UNKNOWN' });
});

test('[SE-4, SE-9] a call whose time is over when it arrives is not begun', async () => {
  let begun = 0;
  await using server = await TillServer.start({
    ring: async () => {
      begun += 1;
      return undefined;
    },
  });
  const path = '/meridian.test.till.v1.TillService/Ring';
  const metadata = new Metadata();
  new CallSigner(callKey(TILL_SECRET)).sign(metadata, path, Date.now());
  const peer = String(metadata.getMap()['meridian-peer']);
  const ring = (timeout: string) =>
    rawCall(server.port, {
      ...{ path, body: framed(new Uint8Array()) },
      headers: { 'meridian-peer': peer, 'grpc-timeout': timeout },
    });
  const late = await ring('0n');
  expect([status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.CANCELLED]).toContain(late.status);
  expect((await ring('9S')).status).toBe(status.OK);
  expect(begun).toBe(1);
});

test('[SE-4] nobody waits longer than the deadline, nor longer than whoever asked', async () => {
  const seenMs: number[] = [];
  const never = new Promise<never>(() => {});
  await using server = await TillServer.start({
    payIn: async () => {
      seenMs.push(callContext().deadlineMs - performance.now());
      return await never;
    },
  });
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  await expect(channel.calls.payIn(PAYMENT)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  expect(seenMs[0]).toBeGreaterThan(0.5 * TILL_DEADLINE_MS);
  expect(seenMs[0]).toBeLessThanOrEqual(TILL_DEADLINE_MS + 5);
  const context = { traceparent: '', deadlineMs: performance.now() + 300 };
  await inCallContext(context, () =>
    expect(channel.calls.payIn(PAYMENT)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' }),
  );
  expect(seenMs[1]).toBeLessThanOrEqual(305);
});

test('[SE-5] over a broken connection, what may be repeated is, and nothing else', async () => {
  const handled = { payIn: 0, ring: 0 };
  await using server = await TillServer.start({
    payIn: async ({ amount, note, receiptJson }) => {
      handled.payIn += 1;
      if (handled.payIn === 1) relay.cut();
      return { balance: amount, note, receiptJson };
    },
    ring: async () => {
      handled.ring += 1;
      relay.cut();
      return undefined;
    },
  });
  await using relay = await TcpRelay.open(server.port);
  using channel = new TillChannel(`127.0.0.1:${relay.port}`);
  expect(await channel.calls.payIn(PAYMENT)).toMatchObject({ balance: 5 });
  expect(handled.payIn).toBe(2);
  await expect(channel.calls.ring({})).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  expect(handled.ring).toBe(1);
});

test('[SE-5] what the service has answered is its answer: it is not asked again', async () => {
  let handled = 0;
  await using server = await TillServer.start({
    payIn: async () => {
      handled += 1;
      throw new GameError('STORE_UNAVAILABLE');
    },
  });
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  await expect(channel.calls.payIn(PAYMENT)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(handled).toBe(1);
});

test('[SE-1] a reply of many megabytes arrives', async () => {
  const receiptJson = { text: 'x'.repeat(6 * 1024 * 1024) };
  await using server = await TillServer.start({
    payIn: async ({ amount, note }) => ({ balance: amount, note, receiptJson }),
  });
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  const { receiptJson: arrived } = await channel.calls.payIn(PAYMENT);
  expect(arrived['text']).toHaveLength(receiptJson.text.length);
});

test('[SE-6] of several addresses one may go away, and come back', async () => {
  const answered = { a: 0, b: 0 };
  const counting = (name: keyof typeof answered) => ({
    ring: async () => {
      answered[name] += 1;
      return undefined;
    },
  });
  await using a = await TillServer.start(counting('a'));
  await using b = await TillServer.start(counting('b'));
  await using relay = await TcpRelay.open(b.port);
  using channel = new TillChannel(`ipv4:127.0.0.1:${a.port},127.0.0.1:${relay.port}`);
  const untilBoth = async () => {
    answered.a = 0;
    answered.b = 0;
    await eventually(async () => {
      await channel.calls.ring({});
      return answered.a > 0 && answered.b > 0;
    }, SOON);
  };
  await untilBoth();
  relay.refuse(true);
  relay.cut();
  const isAnswered = () => channel.calls.ring({}).then(...([() => true, () => false] as const));
  await eventually(isAnswered, SOON);
  answered.b = 0;
  for (let call = 0; call < 10; call += 1) await channel.calls.ring({});
  expect(answered.b).toBe(0);
  relay.refuse(false);
  await untilBoth();
});

test('[SE-7] a trace goes along, a malformed one does not', async () => {
  const seen: string[] = [];
  await using server = await TillServer.start({
    ring: async () => {
      seen.push(callContext().traceparent);
      return undefined;
    },
  });
  using channel = new TillChannel(`127.0.0.1:${server.port}`);
  for (const traceparent of [TRACE, '00-nonsense', `${TRACE}\r\nx: y`]) {
    const context = { traceparent, deadlineMs: Number.POSITIVE_INFINITY };
    await inCallContext(context, () => channel.calls.ring({}));
  }
  expect(seen).toEqual([TRACE, '', '']);
});

test('[SE-8] the health of the whole, of each service, and of none that is not there', async () => {
  await using server = await TillServer.start({});
  const client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
  const { Check } = healthService;
  if (Check === undefined) throw new TypeError('no health service');
  const check = (service: string) => invoke(client, Check, { service });
  expect(await check('')).toMatchObject({ status: 'SERVING' });
  expect(await check('meridian.test.till.v1.TillService')).toMatchObject({ status: 'SERVING' });
  expect(await check('nothing')).toMatchObject({ code: status.NOT_FOUND });
  client.close();
});

describe.skipIf(!existsSync('/usr/bin/openssl') && process.env['CI'] === undefined)(
  'with openssl',
  () => {
    test('[SE-3] with mutual TLS a caller without a certificate of ours is not heard', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'meridian-tls-'));
      try {
        const ours = await certificates(folder, 'ours');
        const theirs = await certificates(folder, 'theirs');
        await using server = await TillServer.start({}, { tls: ours });
        const target = `localhost:${server.port}`;
        using friend = new TillChannel(target, { tls: ours });
        expect(await friend.calls.ring({})).toBeUndefined();
        using stranger = new TillChannel(target, { tls: { ...theirs, caPath: ours.caPath } });
        await expect(stranger.calls.ring({})).rejects.toMatchObject({
          code: 'SERVICE_UNAVAILABLE',
        });
        using plain = new TillChannel(target);
        await expect(plain.calls.ring({})).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  },
);

/** An authority and one certificate of it, for localhost. */
async function certificates(folder: string, name: string) {
  const at = (file: string) => join(folder, `${name}-${file}.pem`);
  const openssl = (...flags: string[]) => run('openssl', flags);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl(
    ...['req', '-x509', ...curve, '-days', '1', '-subj', `/CN=${name}`],
    ...['-keyout', at('ca-key'), '-out', at('ca')],
  );
  await openssl(
    ...['req', '-x509', ...curve, '-days', '1', '-subj', '/CN=localhost'],
    ...['-CA', at('ca'), '-CAkey', at('ca-key'), '-addext', 'subjectAltName=DNS:localhost'],
    ...['-addext', 'basicConstraints=critical,CA:FALSE'],
    ...['-keyout', at('key'), '-out', at('cert')],
  );
  return { caPath: at('ca'), certPath: at('cert'), keyPath: at('key') };
}

/** A call of a known service, with a message that our own client would not send. */
async function callRaw(port: number, message: object): Promise<unknown> {
  const { service } = loadProto(TILL, TILL_PROTO_FOLDER);
  const method = service['PayIn'];
  if (method === undefined) throw new TypeError('no PayIn');
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const metadata = new Metadata();
  new CallSigner(callKey(TILL_SECRET)).sign(metadata, method.path, Date.now());
  const reply = await invoke(client, method, message, metadata);
  client.close();
  return reply instanceof Error ? fromServiceError(reply as ServiceError) : reply;
}

/** @returns the reply, or the error */
function invoke(
  client: Client,
  { path, requestSerialize, responseDeserialize }: MethodDefinition<object, object>,
  message: object,
  metadata = new Metadata(),
): Promise<unknown> {
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      ...[path, requestSerialize, responseDeserialize, message, metadata],
      (error, reply) => resolve(error ?? reply),
    );
  });
}
