import { describe, expect, test } from 'vitest';
import { CorsPolicy } from './cors-policy.ts';

const host = 'game.example:2567';

describe('[ACC-10] CorsPolicy', () => {
  const policy = new CorsPolicy(['https://portal.example/', 'HTTP://localhost:5173']);

  test.each([
    [undefined, 'same-origin'],
    ['https://game.example:2567', 'same-origin'],
    ['http://game.example:2567', 'same-origin'],
    ['https://portal.example', 'listed'],
    ['http://localhost:5173', 'listed'],
    ['http://portal.example', 'refused'],
    ['https://portal.example.evil.example', 'refused'],
    ['https://game.example', 'refused'],
    ['null', 'refused'],
  ])('a page of %s is %s', (origin, standing) => {
    expect(policy.standingOf({ origin, host })).toBe(standing);
  });

  test('a listed origin may send credentials, and caches are told', () => {
    expect(policy.headersFor({ origin: 'https://portal.example', host })).toMatchObject({
      'Access-Control-Allow-Origin': 'https://portal.example',
      'Access-Control-Allow-Credentials': 'true',
      Vary: 'Origin',
    });
  });

  test('a refused origin gets no permission at all', () => {
    expect(policy.headersFor({ origin: 'https://evil.example', host })).toEqual({ Vary: 'Origin' });
  });

  test('`*` lets every page in, without credentials', () => {
    const headers = new CorsPolicy(['*']).headersFor({ origin: 'https://any.example', host });
    expect(headers['Access-Control-Allow-Origin']).toBe('*');
    expect(headers).not.toHaveProperty('Access-Control-Allow-Credentials');
  });
});
