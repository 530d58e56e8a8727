import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from './load-config.ts';
import { placementOf } from './placement.ts';
import { keepsProfiles, runningServices, SERVICES, unplacedServices } from './services.ts';

const SECRET = { JWT_SECRET: 'a secret that all services have in common' };
const REDIS = { REDIS_URI: 'redis://redis.example:6379' };
const TARGETS = {
  MERIDIAN_RPC_AUTH_TARGET: 'auth:2570',
  MERIDIAN_RPC_PROFILE_TARGET: 'profile:2570',
  MERIDIAN_RPC_MATCHMAKING_TARGET: 'matchmaking:2570',
  MERIDIAN_RPC_ANALYTICS_TARGET: 'analytics:2570',
};

function running(environment: Readonly<Record<string, string>>): readonly string[] {
  return [...runningServices(placementOf(loadConfig(environment)))];
}

function problemsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

const only = (services: string) => ({ ...SECRET, ...REDIS, MERIDIAN_PROCESS_SERVICES: services });

describe('[SE-12] what a process runs', () => {
  test('is everything that has no target, unless it is told by name', () => {
    expect(running({})).toEqual(SERVICES.filter((service) => service !== 'incidents'));
    const profileElsewhere = { ...SECRET, MERIDIAN_RPC_PROFILE_TARGET: 'profile:2570' };
    expect(running(profileElsewhere)).toEqual(['auth', 'matchmaking', 'game', 'analytics']);
    expect(running({ ...SECRET, ...REDIS, ...TARGETS })).toEqual(['game']);
    // All of them may have the same targets, their own included.
    expect(running({ ...only('profile'), ...TARGETS })).toEqual(['profile']);
    expect(running({ ...only(' auth , profile '), ...TARGETS })).toEqual(['auth', 'profile']);
  });

  test('[IB-1] the incident bot alone needs no secret of players, whatever else it is told', () => {
    const bot = { ...REDIS, MERIDIAN_INCIDENTS_TOKEN: 'a-token-of-sixteen-letters' };
    const alone = { ...bot, MERIDIAN_PROCESS_SERVICES: 'incidents' };
    expect(problemsOf({ ...alone, NODE_ENV: 'production' })).toEqual([]);
    const both = { ...bot, MERIDIAN_PROCESS_SERVICES: 'all,incidents' };
    expect(problemsOf(both)).toEqual([expect.stringContaining('auth.jwtSecret')]);
  });

  test.each([
    ['auth', ['MERIDIAN_RPC_PROFILE_TARGET']],
    ['profile', []],
    ['analytics', []],
    ['matchmaking', ['MERIDIAN_RPC_PROFILE_TARGET']],
    ['profile,auth', []],
    [
      'game',
      [
        'MERIDIAN_RPC_AUTH_TARGET',
        'MERIDIAN_RPC_PROFILE_TARGET',
        'MERIDIAN_RPC_MATCHMAKING_TARGET',
        'MERIDIAN_RPC_ANALYTICS_TARGET',
      ],
    ],
    ['game,matchmaking,analytics,auth,profile', []],
  ])('%s alone asks for %j', (services, names) => {
    const problems = problemsOf(only(services));
    expect(problems).toHaveLength(names.length);
    for (const name of names) expect(problems).toContainEqual(expect.stringContaining(name));
    expect(problemsOf({ ...only(services), ...TARGETS })).toEqual([]);
  });

  test.each(['games', 'auth;profile', ','])('%j is told which names there are', (services) => {
    const [problem, ...more] = problemsOf(only(services));
    expect(more).toEqual([]);
    expect(problem).toContain('(MERIDIAN_PROCESS_SERVICES)');
    for (const service of ['all', ...SERVICES]) expect(problem).toContain(service);
  });

  test('what is missing does not run here, and is not missing once it has a target', () => {
    const places = fc.record({
      services: fc.subarray(['all', ...SERVICES] as const, { minLength: 1 }),
      targets: fc.record({
        auth: fc.constantFrom('', 'auth:1'),
        profile: fc.constantFrom('', 'profile:1'),
        matchmaking: fc.constantFrom('', 'matchmaking:1'),
        analytics: fc.constantFrom('', 'analytics:1'),
      }),
    });
    fc.assert(
      fc.property(places, (place) => {
        const missing = unplacedServices(place);
        const here = runningServices(place);
        expect(missing.filter((service) => here.has(service))).toEqual([]);
        const told = Object.fromEntries(missing.map((service) => [service, 'somewhere:1']));
        const mended = { ...place, targets: { ...place.targets, ...told } };
        expect(unplacedServices(mended)).toEqual([]);
        expect(runningServices(mended)).toEqual(here);
      }),
    );
  });
});

test.each([
  ['matchmaking', true],
  ['auth', true],
  ['profile', true],
  ['all', true],
  ['analytics', false],
])(
  '[SE-28] with a MongoDB and no profile service, %s keeps profiles itself: %j',
  (services, isItself) => {
    const config = { ...TARGETS, ...only(services), MONGO_URI: 'mongodb://mongo.example/game' };
    const { MERIDIAN_RPC_PROFILE_TARGET: _, ...without } = config;
    expect(keepsProfiles(placementOf(loadConfig(without)))).toBe(isItself);
    expect(keepsProfiles(placementOf(loadConfig(config)))).toBe(services === 'profile');
  },
);

describe('[SE-17] what services apart need', () => {
  test.each(['auth', 'analytics', 'game'])(
    '%s apart wants a Redis, for revocations and events',
    (services) => {
      const { REDIS_URI: _, ...without } = { ...only(services), ...TARGETS };
      expect(problemsOf(without)).toEqual([expect.stringContaining('redis.uri')]);
    },
  );

  test('profiles alone want none', () => {
    expect(problemsOf({ ...SECRET, MERIDIAN_PROCESS_SERVICES: 'profile' })).toEqual([]);
    expect(problemsOf({ ...SECRET, MERIDIAN_RPC_PROFILE_TARGET: 'profile:2570' })).toEqual([]);
  });

  test.each([
    ['analytics', { MERIDIAN_ANALYTICS_SINK: 'none' }],
    ['matchmaking,analytics', { MERIDIAN_ANALYTICS_SINK: 'none' }],
    ['analytics,auth', { MERIDIAN_PROFILES_SQLITE_PATH: ':memory:' }],
  ])('%s with %j would write nothing', (services, nowhere) => {
    const problems = problemsOf({ ...only(services), ...TARGETS, ...nowhere });
    expect(problems).toEqual([expect.stringContaining('MERIDIAN_ANALYTICS_SINK')]);
  });

  test('a game may record nothing, and so may what asks for analytics elsewhere', () => {
    const nothing = { ...TARGETS, MERIDIAN_ANALYTICS_SINK: 'none' };
    for (const services of ['all', 'game,analytics', 'game', 'matchmaking']) {
      expect(problemsOf({ ...only(services), ...nothing })).toEqual([]);
    }
    const folder = { MERIDIAN_ANALYTICS_FOLDER: 'events' };
    const inMemory = { ...TARGETS, MERIDIAN_PROFILES_SQLITE_PATH: ':memory:' };
    expect(problemsOf({ ...only('analytics'), ...inMemory, ...folder })).toEqual([]);
  });

  test.each(['0.0.0.0', '::'])(
    'matchmaking elsewhere calls a node on %s by its host',
    (address) => {
      const everywhere = { ...TARGETS, MERIDIAN_RPC_BIND_ADDRESS: address };
      const problemsWith = (host: string, services = 'game') =>
        problemsOf({
          ...{ ...only(services), ...everywhere },
          MERIDIAN_CLUSTER_PEER_ADVERTISE_HOST: host,
        });
      for (const host of ['', '127.0.0.1', '127.1.2.3', '::1', 'localhost']) {
        expect(problemsWith(host)).toEqual([
          expect.stringContaining('MERIDIAN_CLUSTER_PEER_ADVERTISE_HOST'),
        ]);
      }
      for (const host of ['10.0.0.7', 'fd00::7', 'game-7.game'])
        expect(problemsWith(host)).toEqual([]);
      // Nobody asks them for rooms.
      for (const services of ['auth', 'profile', 'analytics', 'matchmaking', 'game,matchmaking']) {
        expect(problemsWith('', services)).toEqual([]);
      }
    },
  );

  test('a secret that all of them have', () => {
    const { JWT_SECRET: _, REDIS_URI: __, ...without } = only('profile');
    expect(problemsOf(without)).toEqual([expect.stringContaining('MERIDIAN_RPC_SECRET')]);
  });
});

describe('[IB-1] the incident bot', () => {
  const token = { MERIDIAN_INCIDENTS_TOKEN: 'a-token-of-thirty-characters' };

  test('runs where it is named, with a token and a Redis, and asks for no target', () => {
    expect(running({ ...only('incidents'), ...token })).toEqual(['incidents']);
    expect(running({ ...SECRET, ...REDIS, ...token })).not.toContain('incidents');
    expect(running({ ...only('all,incidents'), ...token })).toContain('incidents');
    expect(problemsOf(only('incidents')).join()).toContain('MERIDIAN_INCIDENTS_TOKEN');
    const alone = { ...SECRET, ...token, MERIDIAN_PROCESS_SERVICES: 'incidents' };
    expect(problemsOf(alone).join()).toContain('MERIDIAN_REDIS_URI');
  });

  test('may never evacuate unattended, nor do what nobody knows', () => {
    const set = (name: string, value: string) =>
      problemsOf({ ...only('incidents'), ...token, [`MERIDIAN_INCIDENTS_${name}`]: value });
    expect(set('UNATTENDED_ACTIONS', 'drain-node,close-region')).toEqual([]);
    expect(set('UNATTENDED_ACTIONS', 'evacuate-region').join()).toContain('UNATTENDED_ACTIONS');
    expect(set('ACTIONS', 'delete-everything').join()).toContain('MERIDIAN_INCIDENTS_ACTIONS');
    expect(set('BLAST_RADIUS_RATIO', '1.5')).not.toEqual([]);
    expect(set('MODE', 'dry-run')).toEqual([]);
  });
});
