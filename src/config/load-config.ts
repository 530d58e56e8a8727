import type { z } from 'zod';
import { MeridianConfig } from './config.ts';

/** Names that Colyseus and the field already have; ours are `MERIDIAN_<SECTION>_<KEY>`. */
const WELL_KNOWN: Readonly<Record<string, readonly [section: string, key: string]>> = {
  PORT: ['http', 'port'],
  JWT_SECRET: ['auth', 'jwtSecret'],
  NODE_ENV: ['process', 'environment'],
};

const PREFIX = 'MERIDIAN_';
/** Names with our prefix that are not configuration of the server: they steer the command line. */
const NOT_CONFIG = new Set(['MERIDIAN_NO_INSTALL', 'MERIDIAN_TEST_SEED', 'MERIDIAN_GAME']);

type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration is wrong. `problems` names every one, with its environment variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration has ${problems.length} problem(s):\n  ${problems.join('\n  ')}`);
    this.problems = problems;
  }
}

/** Every variable the configuration reads, with the path it sets. */
export function environmentNames(): ReadonlyMap<string, readonly [string, string]> {
  const names = new Map<string, readonly [string, string]>();
  for (const [section, keys] of Object.entries(sectionKeys())) {
    for (const key of keys)
      names.set(`${PREFIX}${constant(section)}_${constant(key)}`, [section, key]);
  }
  for (const [name, path] of Object.entries(WELL_KNOWN)) names.set(name, path);
  return names;
}

/**
 * The node's configuration: defaults, overlaid by the environment; frozen.
 *
 * @throws {ConfigError} with every problem at once; unknown `MERIDIAN_*` names are problems
 */
export function loadConfig(environment: Environment): MeridianConfig {
  const names = environmentNames();
  const values: Record<string, Record<string, string>> = {};
  const problems: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue;
    const path = names.get(name);
    if (path === undefined) {
      if (name.startsWith(PREFIX) && !NOT_CONFIG.has(name)) {
        problems.push(`${name} is not a setting${suggestion(name, names)}`);
      }
      continue;
    }
    const [section, key] = path;
    values[section] ??= {};
    values[section][key] = value;
  }
  const parsed = MeridianConfig.safeParse(values);
  if (!parsed.success) problems.push(...parsed.error.issues.map((issue) => describe(issue, names)));
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return deepFreeze(parsed.data);
}

function describe(
  issue: z.core.$ZodIssue,
  names: ReadonlyMap<string, readonly [string, string]>,
): string {
  const path = issue.path.map(String);
  const name = [...names].find(([, to]) => to.join('.') === path.slice(0, 2).join('.'))?.[0];
  return `${path.join('.')}${name === undefined ? '' : ` (${name})`}: ${issue.message}`;
}

function suggestion(name: string, names: ReadonlyMap<string, unknown>): string {
  const words = new Set(name.split('_'));
  let best: string | undefined;
  let bestScore = 2;
  for (const candidate of names.keys()) {
    const score = candidate.split('_').filter((word) => words.has(word)).length;
    if (score > bestScore) [best, bestScore] = [candidate, score];
  }
  return best === undefined ? '' : `; did you mean ${best}?`;
}

function sectionKeys(): Record<string, readonly string[]> {
  const defaults = MeridianConfig.parse({});
  return Object.fromEntries(
    Object.entries(defaults).map(([section, keys]) => [section, Object.keys(keys)]),
  );
}

/** `socketsPerAddress` → `SOCKETS_PER_ADDRESS` */
function constant(camelCase: string): string {
  return camelCase.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  }
  return Object.freeze(value);
}
