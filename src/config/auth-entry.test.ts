import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from './load-config.ts';

const google = { kind: 'google', clientId: 'me', clientSecret: 'hunter2' };
const ec = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  kid: 'k1',
};
const ed = { ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }), kid: 'k2' };
const providers = (...all: readonly unknown[]) => ({
  MERIDIAN_AUTH_PROVIDERS: JSON.stringify(all),
});
const keys = (...all: readonly unknown[]) => ({ MERIDIAN_AUTH_SIGNING_KEYS: JSON.stringify(all) });

/** What a start with this environment complains of. */
function problemsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('[ACC-42] providers', () => {
  test('are JSON; what they leave out is as the provider has it', () => {
    const { auth } = loadConfig(providers(google, { kind: 'steam', appId: 480, webApiKey: 'k' }));
    expect(auth.providers).toMatchObject([
      { id: 'google', issuer: 'https://accounts.google.com' },
      { id: 'steam', identity: 'meridian', url: 'https://partner.steam-api.com' },
    ]);
    expect(loadConfig({}).auth).toMatchObject({ providers: [], redirectUris: [], signingKeys: [] });
  });

  test.each([
    ['no JSON', { MERIDIAN_AUTH_PROVIDERS: '[{' }, 'wants JSON'],
    ['one twice', providers(google, google), 'names a provider twice'],
    ['a kind nobody knows', providers({ ...google, kind: 'myspace' }), 'auth.providers.0'],
    ['no secret', providers({ ...google, clientSecret: '' }), 'clientSecret'],
    ['a key too many', providers({ ...google, secret: 'x' }), 'auth.providers.0'],
    [
      'an id that is a way in of its own',
      providers({ ...google, id: 'email' }),
      'auth.providers.0.id',
    ],
    [
      'an issuer anybody can read along with',
      providers({ ...google, issuer: 'http://id.example' }),
      'issuer',
    ],
    [
      'an issuer with a password',
      providers({ ...google, issuer: 'https://me:pw@id.example' }),
      'issuer',
    ],
  ])('with %s are a problem that is named', (_, environment, problem) => {
    const [first = '', ...others] = problemsOf(environment);
    expect(others).toEqual([]);
    expect(first).toContain('MERIDIAN_AUTH_PROVIDERS');
    expect(first).toContain(problem);
    // It is printed where many read it.
    expect(first).not.toContain('hunter2');
  });

  test.each([
    ['https://game.example/back', true],
    ['http://localhost:5173/', true],
    ['http://127.0.0.1/back', true],
    ['http://[::1]/back', true],
    ['com.example.game:/back', true],
    ['http://game.example/back', false],
    ['https://game.example/back?next=1', false],
    ['https://game.example/#back', false],
    ['https://me@game.example/', false],
    ['javascript:alert(1)', false],
    ['data:text/html', false],
    ['/back', false],
  ])('may send players to %s: %s', (address, isAllowed) => {
    expect(problemsOf({ MERIDIAN_AUTH_REDIRECT_URIS: address })).toHaveLength(isAllowed ? 0 : 1);
  });
});

describe('[ACC-49] signing keys', () => {
  test('are JWKs, of which those behind the first may be public only', () => {
    const { d: _, ...publicOnly } = ec;
    const { signingKeys } = loadConfig(keys(ed, publicOnly)).auth;
    expect(signingKeys.map(({ kid, alg }) => [kid, alg])).toEqual([
      ['k2', 'EdDSA'],
      ['k1', 'ES256'],
    ]);
  });

  test.each([
    ['a first one that cannot sign', keys({ ...ec, d: undefined }), 'the first one signs'],
    ['one kid twice', keys(ec, { ...ed, kid: 'k1' }), 'names a kid twice'],
    ['no kid', keys({ ...ec, kid: undefined }), 'kid'],
    ['another curve', keys({ ...ec, crv: 'P-384' }), 'crv'],
    ['RSA', keys({ kty: 'RSA', n: 'x', e: 'AQAB', kid: 'k1' }), 'auth.signingKeys.0'],
    ['a secret', keys({ kty: 'oct', k: 'eA', kid: 'k1' }), 'auth.signingKeys.0'],
    ['an algorithm it has not', keys({ ...ec, alg: 'HS256' }), 'alg'],
  ])('with %s are a problem that is named', (_, environment, problem) => {
    const problems = problemsOf(environment);
    expect(problems.join()).toContain('MERIDIAN_AUTH_SIGNING_KEYS');
    expect(problems.join()).toContain(problem);
    expect(problems.join()).not.toContain(String(ec.d));
  });
});
