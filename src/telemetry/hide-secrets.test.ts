import { expect, test } from 'vitest';
import { hideNamedSecrets, hideSecrets } from './hide-secrets.ts';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwXzEyMyJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ';
const REFRESH = `r_s_0123456789abcdefghij.p_0123456789abcdefghij.${'A'.repeat(43)}`;

test.each([
  ['a token', `bad token ${JWT} of a player`, [JWT]],
  ['a refresh token', `{"msg":"spent: ${REFRESH}"}`, [REFRESH]],
  ['an authorization header', `authorization: Bearer abcdefgh12345678`, ['abcdefgh12345678']],
  ['a password of HTTP', 'Basic b3BlcmF0b3I6c2VjcmV0', ['b3BlcmF0b3I6c2VjcmV0']],
  [
    'a password in an address',
    'connect redis://app:hunter2hunter2@cache:6379 failed',
    ['hunter2hunter2'],
  ],
  ['a token in an address', 'GET /x?_authToken=abc123&a=1', ['abc123']],
  [
    'an e-mail address',
    '{"msg":"no mail to ada.lovelace+duel@mail.example.org"}',
    ['ada.lovelace', 'example.org'],
  ],
])('[TR-13] %s is not in a line', (_, line, secrets) => {
  const clean = hideSecrets(line);
  for (const secret of secrets) expect(clean).not.toContain(secret);
  expect(clean).toContain('[redacted]');
});

test('[TR-13] what is no secret stays, and a line of JSON stays one', () => {
  const line = JSON.stringify({
    msg: 'room r_1 of eu; at node_modules/@colyseus/core/build/Room.mjs:12',
    err: { stack: 'Error: pinned@1.2.3\n at x' },
    url: 'http://127.0.0.1:2567/v1/regions',
  });
  expect(hideSecrets(line)).toBe(line);
  expect(JSON.parse(hideSecrets(JSON.stringify({ a: `"${JWT}"`, b: 'a@b.org' })))).toEqual({
    a: '"[redacted]"',
    b: '[redacted]',
  });
});

test('[TR-13] a value with the name of a secret is not in a line, whatever it is and wherever it stands', () => {
  const line = JSON.stringify({
    token: 'se"cret,"token":1\\',
    req: { headers: { authorization: ['secret', { cookie: 'secret' }], host: 'h' }, cookie: 1.5 },
    list: [{ email: null, name: 'ada' }, { password: '' }],
    end: 1,
  });
  expect(JSON.parse(hideNamedSecrets(line))).toEqual({
    token: '[redacted]',
    req: { headers: { authorization: '[redacted]', host: 'h' }, cookie: '[redacted]' },
    list: [{ email: '[redacted]', name: 'ada' }, { password: '[redacted]' }],
    end: 1,
  });
});

test('[TR-13] a line without such a name stays the line it is', () => {
  const line = JSON.stringify({ tokens: 3, note: '{"token":"of whoever wrote this text"}' });
  expect(hideNamedSecrets(line)).toBe(line);
});
