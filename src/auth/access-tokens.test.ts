import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { AccessTokens } from './access-tokens.ts';

/** Long enough for HS512 too, so that only the pinned algorithm can refuse it. */
const secret = 'a secret that is long enough for every HMAC: 64 characters or more';
const player = { playerId: 'p_1', displayName: 'Ann' };
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
    expect(await otherNode.verify(issued.token)).toEqual(player);
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
    expect(await setUp().tokens.verify(await forge({}))).toEqual(player);
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
