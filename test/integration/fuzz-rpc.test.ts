// Bad input of every kind on the port of services, drawn from the files in proto/: messages that fit, that almost fit, and bytes; calls that
// are signed, and that are not. MERIDIAN_FUZZ_RUNS=<n> makes n calls of each kind to each method.

import { gzipSync } from 'node:zlib';
import { Metadata, type MethodDefinition, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ERRORS } from '../../src/errors/errors.ts';
import { profileCalls } from '../../src/profiles/client.ts';
import { openSqliteProfiles } from '../../src/profiles/open-sqlite-profiles.ts';
import { PROFILE_RPC } from '../../src/profiles/profile-rpc.ts';
import { createProfileService, type ProfileService } from '../../src/profiles/service.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { SqliteDatabase } from '../../src/storage/sqlite/sqlite-database.ts';
import { RpcMetrics } from '../../src/telemetry/rpc-metrics.ts';
import { loadProto } from '../../src/transport/rpc/load-proto.ts';
import { callKey, signCall } from '../../src/transport/rpc/peer-call.ts';
import { RpcServer } from '../../src/transport/rpc/rpc-server.ts';
import { FUZZ_RUNS } from '../support/fuzz/fuzz-runs.ts';
import { hostileJson } from '../support/fuzz/json-texts.ts';
import { brokenMessages, type MessageType, messagesOf } from '../support/fuzz/protobuf-messages.ts';
import { framed, type RawCall, type RawOutcome, rawCall } from '../support/fuzz/raw-grpc.ts';

const ANN = 'p_annannannannannannan';
const KEY = callKey('a secret of at least thirty-two characters');

/** What fits the fields of strings. */
const TEXTS = Object.fromEntries(
  Object.entries({
    playerId: fc.constantFrom(ANN, ANN, ANN, 'p_benbenbenbenbenbenben'),
    displayName: fc.constantFrom('Ann', 'Brave Otter 42'),
    username: fc.stringMatching(/^[a-z][a-z0-9_]{2,19}$/),
    operationId: fc.stringMatching(/^[a-z]{1,3}:[0-9]{1,2}$/),
    reason: fc.constantFrom('won', 'bought'),
    key: fc.constantFrom('gold', 'sword', 'duel.wins'),
    dataJson: fc.oneof(fc.json({ maxDepth: 3 }), hostileJson, fc.constant('{"sound":false}')),
  }).map(([name, text]) => [name, text.map((value) => new TextEncoder().encode(value))]),
);

const opened = new AsyncDisposableStack();
const logLines: string[] = [];
let profiles: ProfileService;
let port: number;
let called = 0;
const outcomes = new Set<status>();
beforeAll(async () => {
  const database = opened.use(await SqliteDatabase.open({ path: ':memory:' }));
  const log = pino({ level: 'trace' }, { write: (line: string) => void logLines.push(line) });
  profiles = createProfileService({ storage: openSqliteProfiles(database), regionId: 'eu', log });
  const metrics = new RpcMetrics(new Registry());
  const server = new RpcServer({ clock: systemClock, metrics, key: KEY, tls: null, log });
  server.add(PROFILE_RPC, profileCalls(profiles));
  port = await server.listen({ port: 0, address: '127.0.0.1' });
  opened.defer(() => server.close(0));
});
afterAll(() => opened.disposeAsync());

/**
 * @param byLibrary - statuses that the library may answer with by itself, before any code of ours is asked
 * @returns what is wrong with what came of a call; null: nothing
 */
async function complaintAfter(
  raw: RawCall,
  byLibrary: ReadonlySet<status>,
): Promise<object | null> {
  if ((await profiles.read(ANN)) === null) {
    await profiles.create({ playerId: ANN, displayName: 'Ann' });
  }
  const before = await profiles.exportPlayer(ANN);
  const outcome = await rawCall(port, raw);
  called += 1;
  if (outcome.status !== null) outcomes.add(outcome.status);
  const about = complaintAbout(outcome, byLibrary);
  if (about !== null) return { about, outcome };
  if (outcome.status === status.OK) return null;
  const after = await profiles.exportPlayer(ANN);
  return JSON.stringify(after) === JSON.stringify(before)
    ? null
    : { about: 'It is refused, and done.', outcome, before, after };
}

/** A message beyond 1 MiB, and a deadline that is over. */
const OF_MESSAGES = new Set([
  status.RESOURCE_EXHAUSTED,
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
]);
/** Of what is no call of gRPC, and of its health service. */
const OF_HEADS = new Set([
  ...OF_MESSAGES,
  ...[status.INTERNAL, status.UNIMPLEMENTED, status.NOT_FOUND],
]);
const INSIDES = /\n\s+at |node:internal|node_modules|\.ts:\d|file:\/\/|\/src\//;

function complaintAbout(
  { status: code, message, error }: RawOutcome,
  byLibrary: ReadonlySet<status>,
): string | null {
  if (INSIDES.test(message + error)) return 'It shows its insides.';
  if (code === status.OK || code === null) return null;
  if (error === '') return byLibrary.has(code) ? null : 'It does not say what was wrong.';
  const said = (JSON.parse(error) as { readonly error: { readonly code: keyof typeof ERRORS } })
    .error;
  if (said.code === 'INTERNAL' || ERRORS[said.code] === undefined) return 'The server is to blame.';
  return status[ERRORS[said.code].grpc as keyof typeof status] === code
    ? null
    : 'It says two things.';
}

function signed(path: string): Record<string, string> {
  const metadata = new Metadata();
  signCall(metadata, KEY, path, Date.now());
  return Object.fromEntries(
    Object.entries(metadata.getMap()).map(([name, value]) => [name, String(value)]),
  );
}

const { service } = loadProto(PROFILE_RPC);
const methods = Object.values(service) as (MethodDefinition<object, object> & {
  readonly requestType: { readonly type: MessageType };
})[];

const oddHeaders: fc.Arbitrary<Record<string, string>> = fc.oneof(
  fc.constantFrom<Record<string, string>>(
    {},
    { 'meridian-peer': '' },
    { 'meridian-peer': '1.x' },
    { 'meridian-peer': `${Date.now()}.${'A'.repeat(43)}` },
    { 'meridian-peer': `999999999999999.${'A'.repeat(43)}` },
    { 'content-type': 'application/json' },
    { 'content-type': 'application/grpc+json' },
    { 'grpc-encoding': 'gzip' },
    { 'grpc-encoding': 'klingon' },
    { 'grpc-timeout': '0n' },
    { 'grpc-timeout': '-1S' },
    { 'grpc-timeout': '99999999H' },
    { 'grpc-timeout': 'x' },
    { 'meridian-error-bin': '!!!' },
    { 'x-bin': 'AAA' },
    { traceparent: '00-zz' },
    { 'x-large': 'x'.repeat(9_000) },
    { ':method': 'GET' },
    { ':path': '/' },
    { ':path': '//' },
    { ':path': '/meridian.profile.v1.ProfileService/__proto__' },
    { ':path': '/meridian.profile.v1.ProfileService/Nothing' },
    { ':path': '/grpc.health.v1.Health/Check' },
  ),
  fc.stringMatching(/^[ -~]{0,60}$/).map((value) => ({ 'meridian-peer': value })),
);

const oddFrames: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.constantFrom<Uint8Array>(
    new Uint8Array(),
    Uint8Array.of(0),
    Uint8Array.of(0, 0, 0, 0, 9, 1),
    Uint8Array.of(9, 0, 0, 0, 0),
    Uint8Array.of(0, 255, 255, 255, 255),
    // Said to be compressed, and it is; a thousand times smaller than what it holds; and it is not.
    Buffer.concat([Uint8Array.of(1, 0, 0, 0, gzipSync('').length), gzipSync('')]),
    compressed(gzipSync('x'.repeat(50_000_000))),
    compressed(Buffer.from('no gzip at all')),
    Buffer.concat([framed(new Uint8Array()), framed(new Uint8Array())]),
  ),
  fc.uint8Array({ maxLength: 100 }),
);

function compressed(bytes: Uint8Array): Uint8Array {
  const head = Buffer.alloc(5);
  head.writeUInt8(1);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

// What fails here fails for a reason: a second try would only hide it.
describe('[SE-2, SE-9] whatever is sent to the port of services', { retry: 0 }, () => {
  test.each(methods.map((method) => [method.path, method] as const))(
    '%s: bad messages are BAD_REQUEST, and change nothing',
    async (path, { requestType }) => {
      const fitting = messagesOf(requestType.type, TEXTS);
      const messages = fc.oneof(fitting, brokenMessages(fitting));
      const property = fc.asyncProperty(messages, async (message) => {
        const raw = { path, headers: signed(path), body: framed(message) };
        expect(await complaintAfter(raw, OF_MESSAGES)).toBeNull();
      });
      await fc.assert(property, { numRuns: 4 * FUZZ_RUNS });
    },
    3_600_000,
  );

  test.each(methods.map((method) => [method.path, method] as const))(
    '%s: bad heads and frames are refused, and change nothing',
    async (path, { requestType }) => {
      const bodies = fc.oneof(messagesOf(requestType.type, TEXTS).map(framed), oddFrames);
      const property = fc.asyncProperty(
        bodies,
        oddHeaders,
        fc.boolean(),
        async (body, headers, isSigned) => {
          const raw = { path, headers: { ...(isSigned ? signed(path) : {}), ...headers }, body };
          expect(await complaintAfter(raw, OF_HEADS)).toBeNull();
        },
      );
      await fc.assert(property, { numRuns: 2 * FUZZ_RUNS });
    },
    3_600_000,
  );

  test('the service is as well as before, and blames itself for nothing', async () => {
    expect(called).toBeGreaterThanOrEqual(6 * FUZZ_RUNS * methods.length);
    for (const seen of ['OK', 'INVALID_ARGUMENT', 'UNAUTHENTICATED'] as const) {
      expect(outcomes).toContain(status[seen]);
    }
    const health = await rawCall(port, {
      ...{ path: '/grpc.health.v1.Health/Check', headers: {}, body: framed(new Uint8Array()) },
    });
    expect(health.status).toBe(status.OK);
    expect(logLines.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
  });
});
