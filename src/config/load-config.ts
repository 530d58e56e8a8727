import type { z } from 'zod';
import { MeridianConfig } from './config.ts';
import { nearestName } from './nearest-name.ts';

/** Names that Colyseus and the field already have; ours are `MERIDIAN_<SECTION>_<KEY>`. */
const WELL_KNOWN: Readonly<Record<string, readonly [section: string, key: string]>> = {
  PORT: ['http', 'port'],
  JWT_SECRET: ['auth', 'jwtSecret'],
  REDIS_URI: ['redis', 'uri'],
  MONGO_URI: ['mongo', 'uri'],
  NODE_ENV: ['process', 'environment'],
  OTEL_EXPORTER_OTLP_ENDPOINT: ['tracing', 'otlpEndpoint'],
  OTEL_EXPORTER_OTLP_HEADERS: ['tracing', 'otlpHeaders'],
  OTEL_SERVICE_NAME: ['tracing', 'serviceName'],
  OTEL_TRACES_SAMPLER_ARG: ['tracing', 'sampleRatio'],
  OTEL_BSP_SCHEDULE_DELAY: ['tracing', 'flushEveryMs'],
};

const PREFIX = 'MERIDIAN_';
/** Settings whose name by the pattern would read badly. */
const RENAMED: Readonly<Record<string, string>> = { MERIDIAN_REGION_ALL: 'MERIDIAN_REGIONS' };
/** Names with our prefix that are not configuration of the server: they steer the command line. */
export const NOT_CONFIG: ReadonlySet<string> = new Set([
  'MERIDIAN_FUZZ_RUNS',
  'MERIDIAN_NO_INSTALL',
  'MERIDIAN_PM2_APART',
  'MERIDIAN_TEST_LONG',
  'MERIDIAN_TEST_RUNTIME',
  'MERIDIAN_TEST_SEED',
  'MERIDIAN_TEST_SPLIT',
  'MERIDIAN_TEST_WORLD',
  'MERIDIAN_GAME',
]);

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

/** Every variable the configuration reads, with the path it sets; ours come after the well-known ones. */
export function environmentNames(): ReadonlyMap<string, readonly [string, string]> {
  const names = new Map(Object.entries(WELL_KNOWN));
  for (const [section, keys] of Object.entries(sectionKeys())) {
    for (const key of keys) names.set(environmentName(section, key), [section, key]);
  }
  return names;
}

/**
 * The node's configuration: defaults, overlaid by the environment; frozen. A variable that is set to nothing is not set,
 * and where both names of a setting are, ours wins over the well-known one.
 *
 * @throws {ConfigError} with every problem at once; unknown `MERIDIAN_*` names are problems
 */
export function loadConfig(environment: Environment): MeridianConfig {
  const { values, sources, problems } = readEnvironment(environment);
  const parsed = MeridianConfig.safeParse(values);
  if (!parsed.success) {
    problems.push(...parsed.error.issues.map((issue) => describe(issue, sources)));
  }
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return deepFreeze(parsed.data);
}

/**
 * Some sections alone, for a command that needs no more of them: what a node would want besides is not asked for.
 *
 * @throws {ConfigError} with every problem of these sections at once; unknown `MERIDIAN_*` names are problems
 */
export function loadSections<Name extends keyof MeridianConfig>(
  environment: Environment,
  names: readonly Name[],
): Pick<MeridianConfig, Name> {
  const { values, sources, problems } = readEnvironment(environment);
  const sections: Partial<Record<Name, unknown>> = {};
  for (const name of names) {
    const parsed = MeridianConfig.shape[name].safeParse(values[name]);
    if (parsed.success) sections[name] = parsed.data;
    const issues = parsed.error?.issues ?? [];
    problems.push(
      ...issues.map((issue) => describe({ ...issue, path: [name, ...issue.path] }, sources)),
    );
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return deepFreeze(sections as Pick<MeridianConfig, Name>);
}

/** What the environment says, section by section, and what of it is no setting. */
function readEnvironment(environment: Environment) {
  const names = environmentNames();
  const values: Record<string, Record<string, string>> = {};
  const sources = new Map<string, string>();
  for (const [name, [section, key]] of names) {
    const value = environment[name];
    if (value === undefined || value === '') continue;
    values[section] ??= {};
    values[section][key] = value;
    sources.set(`${section}.${key}`, name);
  }
  const problems = Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !names.has(name) && !NOT_CONFIG.has(name))
    .map((name) => `${name} is not a setting${suggestion(name, names)}`);
  return { values, sources, problems };
}

/** @param sources - which variable set a path */
function describe(issue: z.core.$ZodIssue, sources: ReadonlyMap<string, string>): string {
  const [section = '', key = ''] = issue.path.map(String);
  const name = sources.get(`${section}.${key}`) ?? environmentName(section, key);
  return `${issue.path.join('.')} (${name}): ${issue.message}`;
}

function environmentName(section: string, key: string): string {
  const name = `${PREFIX}${constant(section)}_${constant(key)}`;
  return RENAMED[name] ?? name;
}

function suggestion(name: string, names: ReadonlyMap<string, unknown>): string {
  // The prefix they all share would make short names look alike.
  const bare = (full: string) => full.slice(PREFIX.length);
  const ours = [...names.keys()].filter((known) => known.startsWith(PREFIX)).map(bare);
  const withoutSection = ours.find((known) => known.endsWith(`_${bare(name)}`));
  const meant = withoutSection ?? nearestName(bare(name), ours);
  return meant === null ? '' : `; did you mean ${PREFIX}${meant}?`;
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
