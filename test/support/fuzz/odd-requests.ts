import { gzipSync } from 'node:zlib';
import fc from 'fast-check';

// What no honest client sends: texts, bodies, headers and addresses.

/** Stands for the player's access token. */
export const TOKEN = '@token@';

export const JSON_TYPE = ['Content-Type', 'application/json'] as const;

/** For a place in an address. */
export const hostileText = fc.oneof(
  fc.constantFrom(
    '\0',
    '..',
    '__proto__',
    'constructor',
    'toString',
    '$ne',
    "'--",
    '\u202e',
    '\ufffd',
    'x'.repeat(3_000),
  ),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
);

/** Bodies that are no JSON, or hardly. */
export const brokenBytes: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  fc.constantFrom(
    ...[
      '{',
      '}',
      '{"a":',
      '{"a":1,}',
      "{'a':1}",
      '{a:1}',
      '[1,2',
      '"',
      '{}{}',
      '{} x',
      'NaN',
      'undefined',
      '\u0000',
      '// {}',
    ],
  ),
  fc.constantFrom<Uint8Array>(
    Buffer.from('{"displayName":"x"}', 'utf16le'),
    Buffer.from('\ufeff{}'),
    // Overlong, cut short, and a surrogate in UTF-8.
    Buffer.from([0x22, 0xc0, 0x80, 0x22]),
    Buffer.from([0x22, 0xf0, 0x9f, 0x22]),
    Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
    gzipSync('{}'),
    gzipSync('x'.repeat(10_000_000)),
    Buffer.alloc(40_000, 0x20),
  ),
  fc.uint8Array({ maxLength: 200 }),
);

/** How a body may be said to be what it is not. */
export const brokenEntity: fc.Arbitrary<readonly (readonly [string, string])[]> = fc.oneof(
  fc.constant([JSON_TYPE]),
  fc.constant([]),
  fc
    .constantFrom(
      ...[
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/xml',
        '',
        ';',
        '/',
        '*/*',
      ],
      ...[
        'application/json; charset=utf-16',
        'application/json; charset=utf-7',
        'application/json; charset=klingon',
      ],
      ...[
        'application/json;charset=utf-8;charset=utf-16',
        'application/vnd.x+json',
        'APPLICATION/JSON',
        'application/json;=',
      ],
    )
    .map((type) => [['Content-Type', type] as const]),
  fc
    .constantFrom('gzip', 'deflate', 'br', 'identity', 'gzip, gzip', 'klingon', '')
    .map((encoding) => [JSON_TYPE, ['Content-Encoding', encoding] as const]),
  fc
    .constantFrom('0', '1', '99999999', '-1', '+3', '1e3', '0x2', '', 'x')
    .map((length) => [JSON_TYPE, ['Content-Length', length] as const]),
  fc
    .constantFrom('chunked', 'gzip', 'chunked, chunked', 'identity', 'x')
    .map((coding) => [JSON_TYPE, ['Transfer-Encoding', coding] as const]),
);

const oddToken = fc.oneof(
  fc.constantFrom(
    ...[
      '',
      'Bearer',
      'Bearer ',
      `bearer ${TOKEN}`,
      `Bearer  ${TOKEN} x`,
      `Basic ${TOKEN}`,
      `Bearer ${TOKEN}x`,
      'Bearer null',
    ],
    ...[
      'Bearer a.b.c',
      'Bearer eyJhbGciOiJub25lIn0.e30.',
      `Bearer ${'x'.repeat(7_000)}`,
      'Bearer \u00ff\u00fe',
      `${TOKEN}`,
    ],
  ),
  // Its header, its claims, its signature of another.
  fc
    .tuple(fc.json(), fc.json())
    .map(
      (parts) =>
        `Bearer ${parts.map((part) => Buffer.from(part).toString('base64url')).join('.')}.x`,
    ),
);

/** Headers that are malformed, in the wrong place, or too many. */
export const oddHeader: fc.Arbitrary<readonly [string, string]> = fc.oneof(
  oddToken.map((token) => ['Authorization', token] as const),
  fc.constantFrom<readonly [string, string]>(
    JSON_TYPE,
    ['Content-Type', 'text/plain'],
    ['Content-Length', '3'],
    ['Transfer-Encoding', 'chunked'],
    ['Host', ''],
    ['Host', 'elsewhere.example:99999'],
    ['Origin', 'https://evil.example'],
    ['Origin', 'null'],
    ['Origin', '://'],
    ['X-Forwarded-For', `${'1.1.1.1, '.repeat(500)}x`],
    ['X-Forwarded-For', '::ffff:1.2.3.4%eth0, \u00ff'],
    ['X-Request-Id', '../../x'],
    ['X-HTTP-Method-Override', 'DELETE'],
    ['Expect', '100-continue'],
    ['Expect', 'a miracle'],
    ['Upgrade', 'h2c'],
    ['Connection', 'upgrade'],
    ['Accept', 'text/html'],
    ['If-None-Match', '*'],
    ['If-Match', '"x"'],
    ['Range', 'bytes=0-1'],
    ['Cookie', `${'a=b; '.repeat(500)}`],
    ['traceparent', '00-zz'],
    ['X-Large', 'x'.repeat(9_000)],
    ['X-Larger', 'x'.repeat(40_000)],
    ['__proto__', 'x'],
    ['X-\u00e9', 'x'],
    ['X-Nul', 'a\u0000b'],
    ['X Space', 'x'],
    ['', 'x'],
  ),
  fc.tuple(fc.stringMatching(/^[A-Za-z-]{1,20}$/), fc.stringMatching(/^[\t -~\x80-\xff]{0,80}$/)),
);

/** Methods that operations have not, and what is none. */
export const OTHER_METHODS = [
  ...[
    'GET',
    'HEAD',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'TRACE',
    'PROPFIND',
    'M-SEARCH',
    'QUERY',
  ],
  ...['FETCH', 'get', 'G\u00c9T', ''],
];

/** What may be done to a target: it stays one, or something like it. */
export const oddTarget: fc.Arbitrary<(target: string) => string> = fc.oneof(
  fc.constantFrom<(target: string) => string>(
    (target) => `/${target}`,
    (target) => `${target}/`,
    (target) => `${target}//`,
    (target) => `${target}/..`,
    (target) => `${target}/%2e%2e/%2e%2e/x`,
    (target) => `/x/..${target}`,
    (target) => `/%2e${target}`,
    (target) => target.replaceAll('/', '\\'),
    (target) => target.replaceAll('/', '%2f'),
    (target) => target.toUpperCase(),
    (target) => `${target}%00`,
    (target) => `${target}%E0%A4%A`,
    (target) => `${target}%`,
    (target) => `${target}\u00ff\u0001`,
    (target) => `${target};x=1`,
    (target) => `${target}#x`,
    (target) => `${target}/${'a/'.repeat(2_000)}`,
    (target) => `${target}/${'x'.repeat(20_000)}`,
    (target) => `http://elsewhere.example${target}`,
    (target) => `http://[::1${target}`,
    (target) => `//elsewhere.example${target}`,
    (target) => `ftp:${target}`,
    () => '/',
    () => '//',
    () => '*',
    () => '',
    () => '?',
    () => 'x',
    () => '/v1',
    () => '/v1/',
    () => '/v1//',
    () => '/v1/..',
    () => '/v1/%2e%2e/matchmake/joinOrCreate/match',
    () => '/.well-known/',
    () => '/__proto__',
    () => '/v1/profiles/constructor',
    () => '/v1/queues/__proto__/tickets',
    () => '/matchmake',
    () => '/matchmake/__proto__/x',
    () => '/matchmake/joinOrCreate/__proto__',
  ),
  fc
    .constantFrom(
      '?',
      '?&&&',
      '?a[b]=1&a[__proto__][x]=2',
      '?__proto__=1',
      '?a=1&a=2',
      '?%00=%00',
      '?=',
      '?%',
      `?${'a&'.repeat(3_000)}`,
      '?a=%ED%A0%80',
      '??',
    )
    .map((query) => (target: string) => target + query),
);
