// Bad input of every kind, drawn from the OpenAPI document that a node serves: for each of its operations what fits, what almost fits, and
// what is meant to hurt. MERIDIAN_FUZZ_RUNS=<n> draws n requests of each kind for each operation.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BadPlayer } from '../support/fuzz/bad-player.ts';
import { FUZZ_RUNS } from '../support/fuzz/fuzz-runs.ts';
import { type OpenApi, type Operation, operationsOf } from '../support/fuzz/openapi-operations.ts';
import { MISUSES, matchmakeRequests, requestsOf } from '../support/fuzz/rest-requests.ts';
import { type MeridianProcess, startMeridian } from '../support/start-meridian.ts';

const MANY = '100000000';

let node: MeridianProcess;
let document: OpenApi;
let operations: readonly Operation[];
let player: BadPlayer;
beforeAll(async () => {
  node = await startMeridian('test/support/match-game.ts', {
    JWT_SECRET: 'the key of a node that has seen everything',
    MERIDIAN_HTTP_REQUESTS_PER_MINUTE: MANY,
    MERIDIAN_HTTP_MATCHMAKE_PER_MINUTE: MANY,
    MERIDIAN_HTTP_TRUSTED_PROXIES: 'loopback',
    MERIDIAN_AUTH_SIGN_INS_PER_MINUTE: MANY,
    MERIDIAN_AUTH_REDIRECT_URIS: 'http://127.0.0.1/back',
    MERIDIAN_PROCESS_LOG_LEVEL: 'trace',
  });
  document = (await (await fetch(`${node.url}/v1/openapi.json`)).json()) as OpenApi;
  operations = operationsOf(document);
  player = new BadPlayer(node, operations);
});
afterAll(() => node?.[Symbol.asyncDispose]());

// What fails here fails for a reason: a second try would only hide it.
describe('[ACC-30, ACC-35] whatever is sent', { retry: 0 }, () => {
  test.each(MISUSES)(
    '%s, to every operation: nothing breaks, shows, or is half done',
    async (misuse) => {
      expect(operations.length).toBeGreaterThanOrEqual(30);
      for (const operation of operations) {
        const requests = requestsOf(operation, document.components.schemas)[misuse];
        const property = fc.asyncProperty(requests, async (drawn) => {
          expect(await player.complaintAfter(drawn), operation.id).toBeNull();
        });
        await fc.assert(property, { numRuns: FUZZ_RUNS });
      }
    },
    3_600_000,
  );

  test('to the way into rooms: the same', async () => {
    const property = fc.asyncProperty(matchmakeRequests, async (drawn) => {
      expect(await player.complaintAfter(drawn)).toBeNull();
    });
    await fc.assert(property, { numRuns: FUZZ_RUNS * 10 });
  }, 3_600_000);

  test('the node is as well as before, and its log has nothing that was told in confidence', async () => {
    expect(player.asked).toBeGreaterThanOrEqual(FUZZ_RUNS * MISUSES.length * operations.length);
    expect(player.done.size).toBeGreaterThanOrEqual(12);
    expect((await fetch(`${node.url}/ready`)).status).toBe(200);
    expect(node.child.exitCode).toBeNull();
    expect(node.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
    expect(player.secrets.size).toBeGreaterThan(50);
    expect([...player.secrets].filter((secret) => node.output.includes(secret))).toEqual([]);
  });
});
