// Bad input of every kind on the port of services, drawn from the files in proto/: messages that fit, that almost fit, and bytes; calls that
// are signed, and that are not. MERIDIAN_FUZZ_RUNS=<n> makes 2n calls with messages to each method, and n/2 with heads.

import { Metadata, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANALYTICS_RPC } from '../../src/analytics/analytics-rpc.ts';
import { AUTH_RPC } from '../../src/auth/auth-rpc.ts';
import { ERRORS } from '../../src/errors/errors.ts';
import { MATCHMAKING_RPC } from '../../src/matchmaking/matchmaking-rpc.ts';
import { GAME_RPC } from '../../src/matchmaking/queue/match-placer-rpc.ts';
import { PROFILE_RPC } from '../../src/profiles/profile-rpc.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { RpcMetrics } from '../../src/telemetry/rpc-metrics.ts';
import { CallSigner, callKey } from '../../src/transport/rpc/peer-call.ts';
import type { RpcContract } from '../../src/transport/rpc/rpc-contract.ts';
import { RpcServer } from '../../src/transport/rpc/rpc-server.ts';
import { FUZZ_RUNS } from '../support/fuzz/fuzz-runs.ts';
import { openFuzzedAccounts } from '../support/fuzz/fuzzed-accounts.ts';
import { openFuzzedAnalytics } from '../support/fuzz/fuzzed-analytics.ts';
import { openFuzzedGame } from '../support/fuzz/fuzzed-game.ts';
import { openFuzzedMatchmaking } from '../support/fuzz/fuzzed-matchmaking.ts';
import { openFuzzedProfiles } from '../support/fuzz/fuzzed-profiles.ts';
import { type FuzzedService, SECRET_MARK } from '../support/fuzz/fuzzed-service.ts';
import { oddFrames, oddHeaders } from '../support/fuzz/odd-calls.ts';
import { brokenMessages, messagesOf } from '../support/fuzz/protobuf-messages.ts';
import { framed, type RawCall, type RawOutcome, rawCall } from '../support/fuzz/raw-grpc.ts';
import { methodsOf, type RpcMethodToFuzz } from '../support/fuzz/rpc-methods.ts';

const SECRET = `${SECRET_MARK}: at least thirty-two characters`;
const KEY = callKey(SECRET);
/** To each method: of messages, which are its own, more than of heads, which are the server's. */
const MESSAGES = 2 * FUZZ_RUNS;
const HEADS = Math.ceil(FUZZ_RUNS / 2);

const opened = new AsyncDisposableStack();
const logLines: string[] = [];
const log = pino({ level: 'trace' }, { write: (line: string) => void logLines.push(line) });

const CONTRACTS: readonly (readonly [RpcContract, () => Promise<FuzzedService>])[] = [
  [AUTH_RPC, () => openFuzzedAccounts(log)],
  [PROFILE_RPC, () => openFuzzedProfiles(log)],
  [MATCHMAKING_RPC, () => openFuzzedMatchmaking(log)],
  [GAME_RPC, openFuzzedGame],
  [ANALYTICS_RPC, openFuzzedAnalytics],
];
const METHODS = CONTRACTS.flatMap(([contract]) =>
  methodsOf(contract).map((method) => [method.path, contract.name, method] as const),
);

const services = new Map<string, FuzzedService>();
let port: number;
let called = 0;
/** By contract. */
const outcomes = new Map(CONTRACTS.map(([{ name }]) => [name, new Set<status>()]));
/** Contracts of which a call was done since they were prepared. */
const changed = new Set(outcomes.keys());
/** Tokens that were given away. */
const tokens = new Set<string>();

beforeAll(async () => {
  const metrics = new RpcMetrics(new Registry());
  const server = new RpcServer({ clock: systemClock, metrics, key: KEY, tls: null, log });
  for (const [{ name }, open] of CONTRACTS) {
    const service = opened.use(await open());
    services.set(name, service);
    service.serve(server);
  }
  port = await server.listen({ port: 0, address: '127.0.0.1' });
  opened.defer(() => server.close(0));
});
afterAll(() => opened.disposeAsync());

/**
 * @param byLibrary - statuses that the library may answer with by itself, before any code of ours is asked
 * @returns what is wrong with what came of a call; null: nothing
 */
async function complaintAfter(
  contract: string,
  raw: RawCall,
  byLibrary: ReadonlySet<status>,
): Promise<object | null> {
  const service = serviceOf(contract);
  const method = raw.path.slice(raw.path.lastIndexOf('/') + 1);
  if (changed.delete(contract)) await service.prepare();
  const before = await service.kept(method);
  const outcome = await rawCall(port, raw);
  called += 1;
  if (outcome.status !== null) outcomes.get(contract)?.add(outcome.status);
  for (const [token] of outcome.reply.matchAll(TOKENS)) tokens.add(token);
  const about = complaintAbout(outcome, byLibrary);
  if (about !== null) return { about, outcome };
  if (outcome.status === status.OK) {
    changed.add(contract);
    return null;
  }
  const after = await service.kept(method);
  return after === before ? null : { about: 'It is refused, and done.', outcome, before, after };
}

function serviceOf(contract: string): FuzzedService {
  const service = services.get(contract);
  if (service === undefined) throw new TypeError(`no ${contract}`);
  return service;
}

/** Refresh tokens, and JWTs. */
const TOKENS = /r_[\w.-]{43,120}|eyJ[\w-]+\.[\w-]+\.[\w-]+/g;

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
  new CallSigner(KEY).sign(metadata, path, Date.now());
  return Object.fromEntries(
    Object.entries(metadata.getMap()).map(([name, value]) => [name, String(value)]),
  );
}

function messagesTo(contract: string, { request, types }: RpcMethodToFuzz, fittingToOne: number) {
  const { texts, sometimes = [] } = serviceOf(contract);
  return messagesOf(request, { types, texts, sometimes: new Set(sometimes), fittingToOne });
}

// What fails here fails for a reason: a second try would only hide it.
describe('[SE-2, SE-9, SE-18] whatever is sent to the port of services', { retry: 0 }, () => {
  test.each(METHODS)(
    '%s: bad messages are BAD_REQUEST, and change nothing',
    async (path, contract, method) => {
      // Of a large message nearly everything must fit, or only its first fault is seen.
      const fitting = messagesTo(contract, method, 80);
      const messages = fc.oneof(fitting, messagesTo(contract, method, 6), brokenMessages(fitting));
      const property = fc.asyncProperty(messages, async (message) => {
        const { isStream } = method;
        const raw = { path, headers: signed(path), body: framed(message), isStream };
        expect(await complaintAfter(contract, raw, OF_MESSAGES)).toBeNull();
      });
      await fc.assert(property, { numRuns: MESSAGES });
    },
    3_600_000,
  );

  test.each(METHODS)(
    '%s: bad heads and frames are refused, and change nothing',
    async (path, contract, method) => {
      const bodies = fc.oneof(messagesTo(contract, method, 80).map(framed), oddFrames);
      const property = fc.asyncProperty(
        bodies,
        oddHeaders,
        fc.boolean(),
        async (body, odd, isSigned) => {
          const headers = { ...(isSigned ? signed(path) : {}), ...odd };
          const raw = { path, headers, body, isStream: method.isStream };
          expect(await complaintAfter(contract, raw, OF_HEADS)).toBeNull();
        },
      );
      await fc.assert(property, { numRuns: HEADS });
    },
    3_600_000,
  );

  test('the services are as well as before, blame themselves for nothing, and tell no secret', async () => {
    expect(called).toBeGreaterThanOrEqual((MESSAGES + HEADS) * METHODS.length);
    for (const [contract, seen] of outcomes) {
      expect(seen.size, contract).toBeGreaterThan(0);
      const health = await rawCall(port, {
        ...{ path: '/grpc.health.v1.Health/Check', headers: {} },
        body: framed(Buffer.concat([Buffer.of(0x0a, contract.length), Buffer.from(contract)])),
      });
      // HealthCheckResponse: SERVING.
      expect(health, contract).toMatchObject({ status: status.OK, reply: '\0\0\0\0\x02\x08\x01' });
    }
    const all = new Set([...outcomes.values()].flatMap((seen) => [...seen]));
    for (const seen of ['OK', 'INVALID_ARGUMENT', 'UNAUTHENTICATED'] as const) {
      expect(all).toContain(status[seen]);
    }
    expect(logLines.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
    expect(tokens.size).toBeGreaterThan(0);
    const secrets = [SECRET_MARK, ...tokens];
    expect(logLines.filter((line) => secrets.some((secret) => line.includes(secret)))).toEqual([]);
  });
});
