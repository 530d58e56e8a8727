import { generateKeyPairSync } from 'node:crypto';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { SigningKeyEntry } from '../config/auth-entry.ts';
import { AccessTokens } from './access-tokens.ts';

/** Long enough for HS512 too, so that only the pinned algorithm can refuse it. */
const secret = 'a secret that is long enough for every HMAC: 64 characters or more';
const player = { playerId: 'p_1', displayName: 'Ann', signInId: 's_1' };
const START_MS = Date.UTC(2030, 0, 1);

function setUp(ttlMs = 60_000) {
  const clock = { wallNowMs: START_MS, wallMs: () => clock.wallNowMs, monotonicMs: () => 0 };
  return { clock, tokens: new AccessTokens({ clock }, { secret, ttlMs }) };
}

/** A token as ours, but with one thing wrong. */
function forge(wrong: {
  readonly alg?: string;
  readonly key?: string;
  readonly claims?: Record<string, unknown>;
}): Promise<string> {
  const issuedAtS = START_MS / 1_000;
  return new SignJWT({
    iss: 'meridian',
    aud: 'meridian:players',
    sub: 'p_1',
    name: 'Ann',
    sid: 's_1',
    jti: 'j',
    iat: issuedAtS,
    exp: issuedAtS + 60,
    ...wrong.claims,
  })
    .setProtectedHeader({ alg: wrong.alg ?? 'HS256' })
    .sign(Buffer.from(wrong.key ?? secret));
}

describe('AccessTokens', () => {
  test('[ACC-21] verifies what it issued, on another node with the same key', async () => {
    const { tokens, clock } = setUp();
    const issued = await tokens.issue(player);
    expect(issued.expiresAtMs).toBe(START_MS + 60_000);
    const otherNode = new AccessTokens({ clock }, { secret, ttlMs: 60_000 });
    expect(await otherNode.verify(issued.token)).toEqual({ ...player, issuedAtMs: START_MS });
  });

  test('[ACC-21] a token expires, five seconds late for the sake of clocks that differ', async () => {
    const { tokens, clock } = setUp();
    const { token, expiresAtMs } = await tokens.issue(player);
    clock.wallNowMs = expiresAtMs + 4_000;
    await tokens.verify(token);
    clock.wallNowMs = expiresAtMs + 5_000;
    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  test('[ACC-21] the forger of these tests would succeed with nothing wrong', async () => {
    expect(await setUp().tokens.verify(await forge({}))).toEqual({
      ...player,
      issuedAtMs: START_MS,
    });
  });

  test.each([
    ['another key', { key: 'another secret of 32 characters ..' }],
    ['another algorithm with the right key', { alg: 'HS512' }],
    ['another issuer', { claims: { iss: 'elsewhere' } }],
    ['another audience', { claims: { aud: 'elsewhere' } }],
    ['no subject', { claims: { sub: undefined } }],
    ['no name', { claims: { name: undefined } }],
    ['a name that is no string', { claims: { name: { toString: 'x' } } }],
    ['no id', { claims: { jti: undefined } }],
    ['no expiry', { claims: { exp: undefined } }],
    ['not valid yet', { claims: { nbf: START_MS / 1_000 + 60 } }],
  ])('[ACC-21] refuses a token with %s', async (_, wrong) => {
    const token = await forge(wrong);
    await expect(setUp().tokens.verify(token)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });

  test('[ACC-21] refuses alg=none, changed bytes and what is no token', async () => {
    const { tokens } = setUp();
    const { token } = await tokens.issue(player);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const unsecured = new UnsecuredJWT({ name: 'Ann' })
      .setSubject('p_1')
      .setIssuer('meridian')
      .setAudience('meridian:players')
      .setJti('j')
      .setIssuedAt(START_MS / 1_000)
      .setExpirationTime(START_MS / 1_000 + 60)
      .encode();
    const stranger = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub: 'p_2' }),
    ).toString('base64url');
    const bad = [
      unsecured,
      `${unsecured}${signature}`,
      `${header}.${stranger}.${signature}`,
      `${header}.${payload}.`,
      '',
      'a.b.c',
      'x'.repeat(1_000_000),
    ];
    for (const forged of bad) {
      await expect(tokens.verify(forged)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    }
  });

  test('without a secret the key is random: another process knows none of its tokens', async () => {
    const { clock } = setUp();
    const options = { secret: '', ttlMs: 60_000 };
    const { token } = await new AccessTokens({ clock }, options).issue(player);
    const restarted = new AccessTokens({ clock }, options);
    await expect(restarted.verify(token)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });
});

/** A key pair as an operator writes it into `auth.signingKeys`. */
function signingKey(kid: string, kind: 'ES256' | 'EdDSA' = 'ES256'): SigningKeyEntry {
  const { privateKey } =
    kind === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('ed25519');
  return SigningKeyEntry.parse({ ...privateKey.export({ format: 'jwk' }), kid });
}

describe('AccessTokens with signing keys', () => {
  const clock = { wallMs: () => START_MS, monotonicMs: () => 0 };
  const tokensOf = (...signingKeys: readonly SigningKeyEntry[]) =>
    new AccessTokens({ clock }, { secret, signingKeys, ttlMs: 60_000 });
  const publicOf = ({ d: _, ...key }: SigningKeyEntry) => SigningKeyEntry.parse(key);

  test.each(['ES256', 'EdDSA'] as const)(
    '[ACC-49] %s: the key is named in the header, and anybody checks the token by the published set',
    async (alg) => {
      const tokens = tokensOf(signingKey('k1', alg), signingKey('k2', alg));
      const { token } = await tokens.issue(player);
      expect(decodeProtectedHeader(token)).toEqual({ alg, kid: 'k1', typ: 'JWT' });
      expect(tokens.jwks.keys.map(({ kid }) => kid)).toEqual(['k1', 'k2']);
      const jwks = createLocalJWKSet(JSON.parse(JSON.stringify(tokens.jwks)));
      const { payload } = await jwtVerify(token, jwks, { currentDate: new Date(START_MS) });
      expect(payload).toMatchObject({ sub: 'p_1', sid: 's_1' });
    },
  );

  test('[ACC-49] what is published holds nothing secret', () => {
    const keys = [signingKey('k1'), signingKey('k2', 'EdDSA')];
    const published = JSON.stringify(tokensOf(...keys).jwks);
    for (const { d = '' } of keys) expect(published).not.toContain(d);
    expect(JSON.parse(published).keys).toHaveLength(2);
    expect(tokensOf().jwks.keys).toEqual([]);
  });

  test('[ACC-49] a rotation in steps refuses no token: not between builds, not after', async () => {
    const [older, newer] = [signingKey('old'), signingKey('new', 'EdDSA')];
    const steps = [
      tokensOf(),
      tokensOf(older),
      tokensOf(older, newer),
      tokensOf(newer, publicOf(older)),
      tokensOf(newer),
    ];
    for (let step = 1; step < steps.length; step += 1) {
      // Nodes of two neighbouring steps run at once, and each takes the other's tokens; but the last, who waits for the old ones to end.
      const [before, after] = [steps[step - 1], steps[step]];
      const { token } = await (before as AccessTokens).issue(player);
      const isLast = step === steps.length - 1;
      const issued = isLast ? await (after as AccessTokens).issue(player) : { token };
      expect(await after?.verify(issued.token)).toMatchObject(player);
      if (step > 1) {
        const back = await (after as AccessTokens).issue(player);
        expect(await before?.verify(back.token)).toMatchObject(player);
      }
    }
    const { token } = await tokensOf(older).issue(player);
    await expect(tokensOf(newer).verify(token)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });

  test('[ACC-49] a key is used by its own algorithm only, whatever the header says', async () => {
    const key = signingKey('k1');
    const tokens = tokensOf(key);
    const claims = { name: 'Ann', sub: 'p_1', iss: 'meridian', aud: 'meridian:players', jti: 'j' };
    const times = { iat: START_MS / 1_000, exp: START_MS / 1_000 + 60 };
    // The classic: the public key as the secret of an HMAC.
    const publicKey = Buffer.from(JSON.stringify(publicOf(key)));
    for (const header of [
      { alg: 'HS256', kid: 'k1' },
      { alg: 'HS256', kid: 'unknown' },
    ]) {
      const forged = await new SignJWT({ ...claims, ...times })
        .setProtectedHeader(header)
        .sign(publicKey);
      await expect(tokens.verify(forged)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    }
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (const header of [{ alg: 'ES256', kid: 'k1' }, { alg: 'ES256' }]) {
      const forged = await new SignJWT({ ...claims, ...times })
        .setProtectedHeader(header)
        .sign(privateKey);
      await expect(tokens.verify(forged)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    }
  });
});
