import { describe, expect, test } from 'vitest';
import { MeridianConfig } from './config.ts';
import { ConfigError, environmentNames, loadConfig } from './load-config.ts';

function problemsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test('[ND-40] without an environment every setting has its default, and nothing can be changed', () => {
  const config = loadConfig({});
  expect(config).toEqual(MeridianConfig.parse({}));
  expect(() => Object.assign(config.http, { port: 1 })).toThrow(TypeError);
  expect(() => (config.http.corsOrigins as string[]).push('*')).toThrow(TypeError);
});

test('[ND-40] every setting can be set by its own variable', () => {
  const names = environmentNames();
  const settings = Object.entries(MeridianConfig.parse({})).flatMap(([section, keys]) =>
    Object.keys(keys).map((key) => `${section}.${key}`),
  );
  const ours = [...names].filter(([name]) => name.startsWith('MERIDIAN_'));
  expect(ours.map(([, path]) => path.join('.')).sort()).toEqual(settings.sort());
  expect(loadConfig({ MERIDIAN_HTTP_SOCKETS_PER_ADDRESS: '7' }).http.socketsPerAddress).toBe(7);
});

test('[ND-40] lists are separated by commas', () => {
  const { http } = loadConfig({
    MERIDIAN_HTTP_CORS_ORIGINS: ' https://a.example , http://b.example:8080/ ,',
    MERIDIAN_HTTP_TRUSTED_PROXIES: 'loopback,10.0.0.0/8,fd00::/8,192.0.2.1',
  });
  expect(http.corsOrigins).toEqual(['https://a.example', 'http://b.example:8080/']);
  expect(http.trustedProxies).toEqual(['loopback', '10.0.0.0/8', 'fd00::/8', '192.0.2.1']);
});

test('[ND-40] the names of the field are heard, ours win over them, and nothing means not set', () => {
  expect(loadConfig({ PORT: '1' }).http.port).toBe(1);
  expect(loadConfig({ MERIDIAN_HTTP_PORT: '2', PORT: '1' }).http.port).toBe(2);
  expect(loadConfig({ PORT: '1', MERIDIAN_HTTP_PORT: '2' }).http.port).toBe(2);
  expect(loadConfig({ PORT: '', MERIDIAN_ADMIN_PASSWORD: '' })).toEqual(loadConfig({}));
});

test('[ND-41] all problems come at once, each with the variable to change', () => {
  const problems = problemsOf({
    PORT: 'x',
    MERIDIAN_HTTP_CORS_ORIGINS: 'https://game.example/path',
    MERIDIAN_HTTP_TRUSTED_PROXIES: '10.0.0.0/33',
    MERIDIAN_ROOMS_SEND_GATE_BYTES: '1',
    MERIDIAN_AUTH_REFRESH_TOKEN_TTL_MS: '1000',
    NODE_ENV: 'production',
  });
  expect(problems).toHaveLength(6);
  for (const name of [
    'http.port (PORT)',
    'http.corsOrigins.0 (MERIDIAN_HTTP_CORS_ORIGINS)',
    'http.trustedProxies.0 (MERIDIAN_HTTP_TRUSTED_PROXIES)',
    'rooms.sendGateBytes (MERIDIAN_ROOMS_SEND_GATE_BYTES)',
    'auth.refreshTokenTtlMs (MERIDIAN_AUTH_REFRESH_TOKEN_TTL_MS)',
    'auth.jwtSecret (MERIDIAN_AUTH_JWT_SECRET)',
  ]) {
    expect(problems).toContainEqual(expect.stringContaining(name));
  }
});

test('[ND-41] a secret that is refused is not repeated', () => {
  const secret = 'hunter2';
  const problems = problemsOf({ MERIDIAN_ADMIN_PASSWORD: secret, JWT_SECRET: secret });
  expect(problems).toHaveLength(2);
  expect(problems.join()).not.toContain(secret);
});

test('[CL-15] with Redis the nodes need a common key and an address, and its URI is not repeated', () => {
  const region = { REDIS_URI: 'redis://me:hunter2@h', MERIDIAN_CLUSTER_PEER_BIND_ADDRESS: '::' };
  const problems = problemsOf({ ...region, MERIDIAN_CLUSTER_LEASE_RENEW_MS: '300' });
  expect(problems).toHaveLength(3);
  for (const name of ['jwtSecret', 'peerAdvertiseHost', 'leaseTtlMs']) {
    expect(problems).toContainEqual(expect.stringContaining(name));
  }
  const wrong = problemsOf({ REDIS_URI: 'redis://me:hunter2@h/no' });
  expect(wrong).toContainEqual(expect.stringContaining('redis.uri (REDIS_URI)'));
  expect([...problems, ...wrong].join()).not.toContain('hunter2');
  const JWT_SECRET = 'a secret of the whole region, long';
  expect(loadConfig({ REDIS_URI: 'redis://h', JWT_SECRET }).redis.uri).toBe('redis://h');
});

describe('[ND-41] an unknown name with our prefix is a problem', () => {
  test.each([
    ['MERIDIAN_HTTP_PROT', 'MERIDIAN_HTTP_PORT'],
    ['MERIDIAN_ROOM_MESSAGES_PER_SECOND', 'MERIDIAN_ROOMS_MESSAGES_PER_SECOND'],
    ['MERIDIAN_CORS_ORIGINS', 'MERIDIAN_HTTP_CORS_ORIGINS'],
    ['MERIDIAN_LOG_LEVEL', 'MERIDIAN_PROCESS_LOG_LEVEL'],
  ])('%s: did you mean %s?', (typed, meant) => {
    expect(problemsOf({ [typed]: '1' })).toEqual([
      `${typed} is not a setting; did you mean ${meant}?`,
    ]);
  });

  test('what is near nothing is guessed at by nobody', () => {
    expect(problemsOf({ MERIDIAN_WEATHER: '1' })).toEqual(['MERIDIAN_WEATHER is not a setting']);
  });
});

describe('[RG-1] the catalogue of regions', () => {
  const JWT_SECRET = 'a secret of all the regions, long';
  const position = { latitude: 50.1, longitude: 8.7 };
  const eu = { id: 'eu', name: 'Europe', url: 'https://eu.play.example', position };
  const us = { ...eu, id: 'us', name: 'USA', url: 'https://us.play.example/way/' };
  const regions = (...all: readonly unknown[]) => ({
    MERIDIAN_REGION_ID: 'eu',
    MERIDIAN_REGIONS: JSON.stringify(all),
    JWT_SECRET,
  });

  test('is JSON in one variable; without it this region is the only one, and `local`', () => {
    expect(loadConfig(regions(eu, us)).region).toMatchObject({
      id: 'eu',
      all: [
        { ...eu, priceClass: 0 },
        { ...us, priceClass: 0 },
      ],
    });
    expect(loadConfig({}).region).toMatchObject({ id: 'local', all: [] });
  });

  test.each([
    ['no JSON', { ...regions(), MERIDIAN_REGIONS: '[{' }, 'region.all (MERIDIAN_REGIONS)'],
    ['no list', { ...regions(), MERIDIAN_REGIONS: '{}' }, 'region.all (MERIDIAN_REGIONS)'],
    ['null', regions(null), 'region.all.0 (MERIDIAN_REGIONS)'],
    ['this region', regions(us), 'region.id (MERIDIAN_REGION_ID)'],
    ['each id once', regions(eu, eu), 'names a region twice'],
    ['ids', regions({ ...eu, id: 'E U' }), 'region.all.0.id'],
    ['web addresses', regions({ ...eu, url: 'ftp://eu.example' }), 'region.all.0.url'],
    ['no passwords', regions({ ...eu, url: 'https://me:pw@eu.example' }), 'region.all.0.url'],
    ['the globe', regions({ ...eu, position: { latitude: 91, longitude: 0 } }), 'latitude'],
    ['known keys', regions({ ...eu, colour: 'red' }), 'region.all.0'],
  ])('wants %s', (_, environment, problem) => {
    expect(problemsOf(environment)).toEqual([expect.stringContaining(problem)]);
  });

  test.each([
    ['a region that is none', [{ id: 'mars', redisUri: 'redis://mars' }], 'region.links'],
    ['this region', [{ id: 'eu', redisUri: 'redis://eu' }], 'region.links'],
    ['no Redis', [{ id: 'us', redisUri: 'http://us' }], 'region.links.0.redisUri'],
  ])('[RG-5] a link to %s is refused', (_, links, problem) => {
    const env = { ...regions(eu, us), REDIS_URI: 'redis://eu' };
    const linked = { ...env, MERIDIAN_REGION_LINKS: JSON.stringify(links) };
    expect(problemsOf(linked).join()).toContain(problem);
  });

  test('[RG-5] links need a Redis to send from, and their passwords are in no error', () => {
    const links = [{ id: 'us', redisUri: 'redis://me:hunter2@us' }];
    const env = { ...regions(eu, us), MERIDIAN_REGION_LINKS: JSON.stringify(links) };
    expect(problemsOf(env).join()).toMatch(/redis\.uri/);
    expect(problemsOf(env).join()).not.toContain('hunter2');
    expect(loadConfig({ ...env, REDIS_URI: 'redis://eu' }).region.links).toEqual(links);
  });

  test('asks for a common secret as soon as there are two', () => {
    const alone = (...all: readonly unknown[]) => ({ ...regions(...all), JWT_SECRET: '' });
    expect(problemsOf(alone(eu))).toEqual([]);
    expect(problemsOf(alone(eu, us))).toEqual([expect.stringContaining('auth.jwtSecret')]);
  });
});
