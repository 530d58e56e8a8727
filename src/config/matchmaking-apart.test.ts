import { expect, test } from 'vitest';
import { ConfigError, loadConfig } from './load-config.ts';

const BASE = {
  JWT_SECRET: 'a secret of at least thirty-two characters',
  REDIS_URI: 'redis://127.0.0.1:6379',
};

function problemsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test('[SE-28] matchmaking apart is refused without what its processes have in common', () => {
  const service = { MERIDIAN_PROCESS_SERVICES: 'matchmaking' };
  const profiles = { MERIDIAN_RPC_PROFILE_TARGET: 'profiles:2570' };
  const node = { MERIDIAN_RPC_MATCHMAKING_TARGET: 'queues:2570' };
  expect(problemsOf({ ...BASE, ...service, ...profiles })).toEqual([]);
  expect(problemsOf({ ...BASE, ...service, MONGO_URI: 'mongodb://host:1/players' })).toEqual([]);
  expect(problemsOf({ ...BASE, ...node })).toEqual([]);

  const { REDIS_URI: _redis, ...alone } = BASE;
  for (const apart of [{ ...service, ...profiles }, node]) {
    expect(problemsOf({ ...alone, ...apart })).toEqual([expect.stringContaining('REDIS_URI')]);
    const { JWT_SECRET: _secret, ...open } = BASE;
    expect(problemsOf({ ...open, ...apart }).join()).toContain('JWT_SECRET');
  }
  // Ratings of its own would be nobody's.
  expect(problemsOf({ ...BASE, ...service })).toEqual([
    expect.stringContaining('MERIDIAN_RPC_PROFILE_TARGET'),
  ]);
  // All processes may have the same targets, its own included.
  expect(problemsOf({ ...BASE, ...service, ...profiles, ...node })).toEqual([]);
});
