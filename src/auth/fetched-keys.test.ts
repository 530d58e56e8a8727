import { generateKeyPairSync } from 'node:crypto';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { SigningKeyEntry } from '../config/auth-entry.ts';
import { GameError } from '../errors/game-error.ts';
import { AccessTokenReader } from './access-token-reader.ts';
import { AccessTokens } from './access-tokens.ts';
import { FetchedKeys } from './fetched-keys.ts';
import { type JsonWebKeySet, SigningKeys } from './signing-keys.ts';

const log = pino({ level: 'silent' });
const holder = { playerId: 'p_1', displayName: 'Ann', signInId: 's_1' };

function newKey(kid: string): SigningKeyEntry {
  const { privateKey } = generateKeyPairSync('ed25519');
  return SigningKeyEntry.parse({ ...privateKey.export({ format: 'jwk' }), kid });
}

/** The auth service, as far as its keys go, and a node that has only the public ones. */
function world(...keys: readonly SigningKeyEntry[]) {
  const clock = {
    nowMs: 0,
    wallMs: () => Date.UTC(2030, 0, 1) + clock.nowMs,
    monotonicMs: () => clock.nowMs,
  };
  const service = {
    keys,
    isAway: false,
    asked: 0,
    jwks: async (): Promise<JsonWebKeySet> => {
      service.asked += 1;
      if (service.isAway) throw new GameError('SERVICE_UNAVAILABLE');
      return new SigningKeys({ secret: '', keys: service.keys }).jwks;
    },
    issue: async (...signing: readonly SigningKeyEntry[]) => {
      const tokens = new AccessTokens(
        { clock },
        { secret: '', signingKeys: signing, ttlMs: 600_000 },
      );
      return (await tokens.issue(holder)).token;
    },
  };
  const own = new SigningKeys({ secret: '', keys: [] });
  const fetched = new FetchedKeys({ fetch: service.jwks, own, clock, log });
  const reader = new AccessTokenReader({ clock, keys: fetched });
  return { clock, service, fetched, reader };
}

describe('[SE-16] keys of an auth service elsewhere', () => {
  test('its tokens are verified without asking it', async () => {
    const key = newKey('k1');
    const { service, fetched, reader } = world(key);
    await fetched.start();
    service.isAway = true;
    for (let n = 0; n < 3; n += 1) {
      expect(await reader.verify(await service.issue(key))).toMatchObject({ playerId: 'p_1' });
    }
    expect(service.asked).toBe(1);
    fetched.stop();
  });

  test('a key that came since is asked for when its first token comes; one that is gone is not believed', async () => {
    const [old, young] = [newKey('old'), newKey('young')];
    const { clock, service, fetched, reader } = world(old);
    await fetched.start();
    clock.nowMs += 5_000;
    service.keys = [young];
    expect(await reader.verify(await service.issue(young))).toMatchObject({ playerId: 'p_1' });
    clock.nowMs += 5_000;
    await expect(reader.verify(await service.issue(old))).rejects.toMatchObject({
      code: 'TOKEN_INVALID',
    });
    fetched.stop();
  });

  test('tokens with keys of their own making make a node ask once in five seconds', async () => {
    const { clock, service, fetched, reader } = world(newKey('k1'));
    await fetched.start();
    const forged = await Promise.all(
      [1, 2, 3, 4].map((n) => service.issue(newKey(`made-up-${n}`))),
    );
    const refuse = () =>
      Promise.all(
        forged.map((token) =>
          expect(reader.verify(token)).rejects.toMatchObject({ code: 'TOKEN_INVALID' }),
        ),
      );
    await refuse();
    expect(service.asked).toBe(1);
    clock.nowMs += 5_000;
    await refuse();
    expect(service.asked).toBe(2);
    fetched.stop();
  });

  test.each([
    ['away since it answered', false],
    ['away from the start', true],
  ])('they do so too while the auth service is %s', async (_, isAwayFirst) => {
    const key = newKey('k1');
    const { clock, service, fetched, reader } = world(key);
    service.isAway = isAwayFirst;
    await fetched.start();
    service.isAway = true;
    clock.nowMs += 5_000;
    const young = newKey('young');
    const token = await service.issue(young);
    const askedFirst = service.asked;
    for (let n = 0; n < 4; n += 1) {
      await expect(reader.verify(token)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    }
    expect(service.asked).toBe(askedFirst + 1);
    service.isAway = false;
    service.keys = [young];
    clock.nowMs += 5_000;
    expect(await reader.verify(token)).toMatchObject({ playerId: 'p_1' });
    fetched.stop();
  });

  test('while nobody has ever answered, a token is neither good nor bad, and the node is not ready', async () => {
    const key = newKey('k1');
    const { clock, service, fetched, reader } = world(key);
    service.isAway = true;
    await fetched.start();
    await expect(fetched.ping()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    const token = await service.issue(key);
    await expect(reader.verify(token)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    service.isAway = false;
    clock.nowMs += 5_000;
    expect(await reader.verify(token)).toMatchObject({ playerId: 'p_1' });
    await fetched.ping();
    fetched.stop();
  });

  test('another algorithm than the key has, and one that is no key, are nobody’s', async () => {
    const key = newKey('k1');
    const { service, fetched, reader } = world(key);
    const { jwks } = service;
    service.jwks = async () => ({
      keys: [...(await jwks()).keys, { kty: 'oct', k: 'x', kid: 'k2' }],
    });
    await fetched.start();
    const forged = new AccessTokens(
      { clock: { wallMs: () => Date.UTC(2030, 0, 1), monotonicMs: () => 0 } },
      { secret: 'x'.repeat(32), ttlMs: 60_000 },
    );
    const { token } = await forged.issue(holder);
    await expect(reader.verify(token)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    await expect(fetched.keyOf({ kid: 'k1', alg: 'HS256' })).rejects.toThrow('algorithm');
    await expect(fetched.keyOf({ kid: 'k2', alg: 'HS256' })).rejects.toThrow();
    fetched.stop();
  });
});
