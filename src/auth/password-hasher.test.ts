import { describe, expect, test } from 'vitest';
import { PasswordHasher } from './password-hasher.ts';

/** RFC 9106 has no vector without secret and data; this one is of the reference implementation's test.c (argon2id, v=19, m=2^16, t=2, p=1). */
const REFERENCE =
  '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';

describe('PasswordHasher', () => {
  const hasher = new PasswordHasher();

  test('[ACC-41] a hash has OWASP’s parameters and a salt of its own, and tells its password only', async () => {
    const [one, other] = await Promise.all([
      hasher.hash('a b c d e f'),
      hasher.hash('a b c d e f'),
    ]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(other).not.toBe(one);
    expect(await hasher.check('a b c d e f', one)).toEqual({ isRight: true, isOutdated: false });
    expect((await hasher.check('a b c d e g', one)).isRight).toBe(false);
  });

  test('[ACC-41] reads what others wrote, and says that it is outdated', async () => {
    expect(await hasher.check('password', REFERENCE)).toEqual({ isRight: true, isOutdated: true });
    expect((await hasher.check('passwords', REFERENCE)).isRight).toBe(false);
  });

  test('[ACC-41] a letter that is composed is the letter', async () => {
    const phc = await hasher.hash('caf\u00e9 au lait');
    expect((await hasher.check('cafe\u0301 au lait', phc)).isRight).toBe(true);
  });

  test.each([null, '', '$argon2id$v=16$m=8,t=1,p=1$AAAAAAAAAAA$AAAA', '$2b$10$bcrypt'])(
    '[ACC-41] without a hash that is one (%s) no password is right',
    async (phc) => {
      expect((await hasher.check('', phc)).isRight).toBe(false);
    },
  );

  test('[ACC-41] asks to come back when too many wait, and works on', async () => {
    const busy = new PasswordHasher();
    const outcomes = await Promise.allSettled(Array.from({ length: 40 }, () => busy.hash('x')));
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(40 - 34);
    expect(refused[0]).toMatchObject({ reason: { code: 'RATE_LIMITED', retryAfterMs: 1_000 } });
    expect(await busy.hash('y')).toContain('argon2id');
  });
});
