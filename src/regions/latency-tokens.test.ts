import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { peerKey } from '../cluster/peers/peer-auth.ts';
import { LatencyTokens, latencyKey } from './latency-tokens.ts';

const START_MS = Date.UTC(2030, 0, 1);
const SECRET = 'a secret that all regions have, 32 characters and more';
const key = latencyKey({ secret: '' }, { jwtSecret: SECRET });
const measured = { rttMs: 31.4, jitterMs: 2.5, samples: 5, playerId: 'p_1' };

function setUp(ownRegionId = 'eu', regionIds: readonly string[] = ['eu', 'us']) {
  const clock = { wallNowMs: START_MS, wallMs: () => clock.wallNowMs, monotonicMs: () => 0 };
  return { clock, tokens: new LatencyTokens({ clock }, { key, ownRegionId, regionIds }) };
}

/** A token as ours, but with something wrong. */
function forge(wrong: {
  readonly alg?: string;
  readonly key?: Uint8Array;
  readonly claims?: Record<string, unknown>;
}): Promise<string> {
  const issuedAtS = START_MS / 1_000;
  return new SignJWT({
    ...{ iss: 'meridian', aud: 'meridian:latency', sub: 'p_1', regionId: 'eu' },
    ...{ rttMs: 31.4, jitterMs: 2.5, samples: 5, iat: issuedAtS, exp: issuedAtS + 900 },
    ...wrong.claims,
  })
    .setProtectedHeader({ alg: wrong.alg ?? 'HS256' })
    .sign(wrong.key ?? key);
}

const refusal = (reason: string) =>
  expect.objectContaining({ code: 'LATENCY_INVALID', details: { reason } });

describe('[RG-12] a latency token', () => {
  test('is good in every region, for fifteen minutes and the 30 s by which clocks may differ', async () => {
    const { tokens } = setUp('eu');
    const { tokens: elsewhere, clock } = setUp('us');
    const { token, expiresAtMs } = await tokens.issue(measured);
    expect(expiresAtMs).toBe(START_MS + 900_000);
    const proved = { ...measured, regionId: 'eu', measuredAtMs: START_MS };
    expect(await elsewhere.verify(token, { playerId: 'p_1', regionId: 'eu' })).toEqual(proved);
    clock.wallNowMs = expiresAtMs + 29_000;
    expect(await elsewhere.verify(token)).toEqual(proved);
    clock.wallNowMs = expiresAtMs + 31_000;
    await expect(elsewhere.verify(token)).rejects.toThrow(refusal('stale'));
  });

  test('of a clock that is more than 30 s ahead is refused', async () => {
    const { tokens } = setUp();
    const { tokens: elsewhere, clock } = setUp();
    const { token } = await tokens.issue(measured);
    clock.wallNowMs = START_MS - 30_000;
    await elsewhere.verify(token);
    clock.wallNowMs = START_MS - 31_000;
    await expect(elsewhere.verify(token)).rejects.toThrow(refusal('clock'));
  });

  test('that was tampered with is refused, wherever', async () => {
    const { tokens } = setUp();
    const { token } = await tokens.issue(measured);
    const [head = '', body = '', mac = ''] = token.split('.');
    const faster = Buffer.from(
      Buffer.from(body, 'base64url').toString().replace('31.4', '1.40'),
    ).toString('base64url');
    expect(faster).not.toBe(body);
    const none = new UnsecuredJWT({ regionId: 'eu', rttMs: 1 }).encode();
    for (const forged of [`${head}.${faster}.${mac}`, none, 'x', '', 'a'.repeat(5_000)]) {
      await expect(tokens.verify(forged)).rejects.toThrow(refusal('forged'));
    }
  });

  test.each([
    ['another key', { key: latencyKey({ secret: 'x'.repeat(32) }, { jwtSecret: SECRET }) }],
    ['the secret itself as key', { key: Buffer.from(SECRET) }],
    ['another algorithm', { alg: 'HS512' }],
    ['another audience', { claims: { aud: 'meridian:players' } }],
    ['another issuer', { claims: { iss: 'somebody' } }],
  ])('with %s is refused', async (_, wrong) => {
    await expect(setUp().tokens.verify(await forge(wrong))).rejects.toThrow(refusal('forged'));
  });

  test.each([
    ['NaN', { rttMs: Number.NaN }],
    ['infinite', { rttMs: Number.POSITIVE_INFINITY }],
    ['negative', { rttMs: -1 }],
    ['textual', { rttMs: '31' }],
    ['negative in its jitter', { jitterMs: -0.1 }],
    ['of too few samples', { samples: 4 }],
    ['of too many samples', { samples: 17 }],
    ['without a region', { regionId: undefined }],
  ])('that is %s is refused, even when it is signed', async (_, claims) => {
    await expect(setUp().tokens.verify(await forge({ claims }))).rejects.toThrow(
      refusal('figures'),
    );
  });

  test('of a region that is none of ours, or not the one it stands for, is refused', async () => {
    const { tokens } = setUp();
    const { token: foreign } = await setUp('mars', ['mars']).tokens.issue(measured);
    await expect(tokens.verify(foreign)).rejects.toThrow(refusal('region'));
    const { token } = await tokens.issue(measured);
    await expect(tokens.verify(token, { regionId: 'us' })).rejects.toThrow(refusal('region'));
  });

  test('[RG-13] of somebody else, or of nobody, is refused for a player', async () => {
    const { tokens } = setUp();
    const { token } = await tokens.issue(measured);
    await expect(tokens.verify(token, { playerId: 'p_2' })).rejects.toThrow(refusal('player'));
    const { token: anonymous } = await tokens.issue({ ...measured, playerId: null });
    expect(await tokens.verify(anonymous)).toMatchObject({ playerId: null, rttMs: 31.4 });
    for (const playerId of ['p_1', 'anonymous:']) {
      await expect(tokens.verify(anonymous, { playerId })).rejects.toThrow(refusal('player'));
    }
  });

  test('has a key that is derived: from the cluster’s secret where there is one, else from that of accounts', () => {
    const cluster = { secret: 'c'.repeat(32) };
    expect(latencyKey(cluster, { jwtSecret: SECRET })).toEqual(
      latencyKey(cluster, { jwtSecret: '' }),
    );
    expect(latencyKey(cluster, { jwtSecret: SECRET })).not.toEqual(key);
    const alone = () => latencyKey({ secret: '' }, { jwtSecret: '' });
    expect(alone()).not.toEqual(alone());
    expect(key, 'not that of the nodes').not.toEqual(
      peerKey({ secret: '' }, { jwtSecret: SECRET }),
    );
  });
});
