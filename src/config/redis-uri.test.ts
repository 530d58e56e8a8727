import { expect, test } from 'vitest';
import { parseRedisUri } from './redis-uri.ts';

const plain = { username: null, password: null, hasTls: false };

test.each([
  ['redis://h', { ...plain, kind: 'single', hosts: [{ host: 'h', port: 6379 }], database: 0 }],
  [
    'rediss://:p%40ss@[::1]:7000/2',
    {
      kind: 'single',
      username: null,
      password: 'p@ss',
      hasTls: true,
      hosts: [{ host: '::1', port: 7000 }],
      database: 2,
    },
  ],
  [
    'redis+sentinel://me:pw@a,b:1/main',
    {
      kind: 'sentinel',
      username: 'me',
      password: 'pw',
      hasTls: false,
      hosts: [
        { host: 'a', port: 26379 },
        { host: 'b', port: 1 },
      ],
      masterName: 'main',
    },
  ],
  [
    'redis+cluster://a:1,b:2',
    {
      ...plain,
      kind: 'cluster',
      hosts: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
      ],
    },
  ],
])('%s', (uri, target) => {
  expect(parseRedisUri(uri)).toEqual(target);
});

test.each([
  ...['', 'redis://', 'http://h', 'redis://h:0', 'redis://h:99999', 'redis://a,b', 'redis://h/x'],
  ...['redis+sentinel://a', 'redis+cluster://a/1', 'redis://%@h', 'redis://a b', 'redis://h/1?x=1'],
])('%s is none', (uri) => {
  expect(parseRedisUri(uri)).toBeNull();
});
