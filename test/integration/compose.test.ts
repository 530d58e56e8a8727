// compose.yaml and the CI job that uses it, as far as they can be checked without Docker: pinned, closed, bounded, and what they run
// exists.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadSections } from '../../src/config/load-config.ts';
import { parseMongoZones } from '../../src/config/mongo-zones.ts';
import { repositoryFiles, repositoryRoot } from '../support/repository.ts';

// The parser that pm2 brings.
const requireOfPm2 = createRequire(createRequire(import.meta.url).resolve('pm2/package.json'));
const yaml = requireOfPm2('js-yaml') as { load(text: string): unknown };

interface Service {
  readonly image: string;
  readonly command?: string | readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: string; readonly retries: number };
  readonly mem_limit?: string;
  readonly network_mode?: string;
  readonly privileged?: boolean;
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Job {
  readonly 'timeout-minutes'?: number;
  readonly permissions?: unknown;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
  }[];
}

const read = (path: string) => yaml.load(readFileSync(join(repositoryRoot, path), 'utf8'));
const compose = read('compose.yaml') as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const workflow = read('.github/workflows/mongodb.yml') as Workflow;
const services = Object.entries(compose.services);
const theService = (name: string): Service => {
  const found = compose.services[name];
  if (!found) throw new Error(`no service ${name}`);
  return found;
};

/** The Node that the set-up fetches. */
const [, NODE_VERSION = ''] =
  readFileSync(join(repositoryRoot, 'bin/setup/toolchain.js'), 'utf8').match(
    /NODE_VERSION = '([\d.]+)'/,
  ) ?? [];

const wordsOf = ({ command = [] }: Service): readonly string[] =>
  typeof command === 'string' ? command.split(' ') : command;

/** A member of a replica set: its service's name, less the number. */
const setOf = (name: string) => name.replace(/-\d$/, '');

describe('[DB-30] compose.yaml', () => {
  test('has a config server, three shards and a router, of one member each, or three with a profile', () => {
    const members = (profile: string | undefined) =>
      services
        .filter(([, service]) => wordsOf(service)[0] === 'mongod')
        .filter(([, { profiles }]) => profiles?.[0] === profile)
        .map(([name]) => name);
    expect(members(undefined)).toEqual(['config-1', 'shard-a-1', 'shard-b-1', 'shard-c-1']);
    expect(members('three')).toHaveLength(8);
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(['mongos', 'prepare']));
  });

  test.each(services)(
    '%s: a pinned image, bounded memory, nothing that is open to others',
    (name, service) => {
      expect(service.image).toMatch(/^(mongo|node):\d+\.\d+\.\d+(-[a-z-]+)?$/);
      expect(service.mem_limit).toMatch(/^\d+m$/);
      expect(service.privileged).toBeUndefined();
      expect(service.network_mode).toBeUndefined();
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
      if (name === 'prepare') return;
      expect(service.healthcheck?.test).toContain('mongosh');
      expect(service.healthcheck?.retries).toBeGreaterThan(0);
      // It is asked on the port that it listens on.
      const words = wordsOf(service);
      const port = Number(words[words.indexOf('--port') + 1]);
      expect(port).toBeGreaterThan(0);
      expect(service.healthcheck?.test).toContain(`--port ${port} `);
    },
  );

  test('only the router can be reached, and only from this machine', () => {
    const open = services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name);
    expect(open).toEqual(['mongos']);
  });

  test('each member is in the set of its name, and has a volume of its own', () => {
    const seen = new Set<string>();
    for (const [name, service] of services) {
      const { volumes = [] } = service;
      const words = wordsOf(service);
      if (words[0] !== 'mongod') continue;
      expect(words[words.indexOf('--replSet') + 1]).toBe(setOf(name));
      expect(volumes).toHaveLength(1);
      const [volume = ''] = volumes[0]?.split(':') ?? [];
      expect(volume).toBe(name);
      expect(compose.volumes).toHaveProperty(volume);
      seen.add(name);
    }
    expect(seen.size).toBe(12);
  });

  test('whoever is waited for exists, and is healthy by a check of its own', () => {
    const waits = services.flatMap(([, { depends_on = {} }]) => Object.entries(depends_on));
    expect(waits.length).toBeGreaterThanOrEqual(6);
    for (const [name, { condition }] of waits) {
      expect(theService(name).profiles).toBeUndefined();
      if (condition === 'service_healthy') expect(theService(name).healthcheck).toBeDefined();
    }
  });

  test('what prepares it runs scripts that exist, with settings and shards that are some', () => {
    const prepare = theService('prepare');
    const { environment = {}, image } = prepare;
    expect(image).toBe(`node:${NODE_VERSION}-bookworm-slim`);
    const lines = wordsOf(prepare)[2]?.trim().split('\n') ?? [];
    expect(lines.map((line) => line.split(' ').slice(-2).join(' '))).toEqual([
      'node infra/mongodb/prepare.ts',
      'db shard',
      'db migrate',
    ]);
    const scripts = lines.flatMap((line) => line.match(/\S+\.ts/g) ?? []);
    expect(scripts).toHaveLength(3);
    for (const script of scripts) expect(existsSync(join(repositoryRoot, script))).toBe(true);

    const zones = environment['MERIDIAN_MONGO_ZONES']?.match(/:-(.*)}$/)?.[1] ?? '';
    const shards = parseMongoZones(zones)?.flatMap((zone) => zone.shards) ?? [];
    expect(shards.sort()).toEqual(['shard-a', 'shard-b', 'shard-c']);
    const settings = { ...environment, MERIDIAN_MONGO_ZONES: zones };
    expect(loadSections(settings, ['mongo']).mongo.uri).toContain('mongos:27017');
  });
});

describe('[DB-30] the CI job', () => {
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);
  const commands = steps.flatMap(({ run }) => run?.trim().split('\n') ?? []).join('\n');

  test('may read the sources and nothing else, and ends in time', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(jobs).toHaveLength(1);
    for (const job of jobs) {
      expect(job.permissions).toBeUndefined();
      expect(job['timeout-minutes']).toBeLessThanOrEqual(30);
    }
  });

  test('uses actions by their commit, and leaves no credentials behind', () => {
    const uses = steps.flatMap((step) => (step.uses === undefined ? [] : [step]));
    expect(uses.length).toBeGreaterThanOrEqual(2);
    for (const { uses: action } of uses) expect(action).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40}$/);
    expect(uses[0]?.with).toMatchObject({ 'persist-credentials': false });
  });

  test('starts the cluster, runs the suites on it under MONGO_URI, and takes it down', () => {
    expect(jobs[0]?.env?.['MONGO_URI']).toMatch(/^mongodb:\/\/127\.0\.0\.1:27017\/\w+$/);
    expect(commands).toContain('docker compose run --rm -T prepare');
    expect(commands).toContain('docker compose down --volumes');
    const suites = commands.match(/test\/\S+\.test\.ts/g) ?? [];
    expect(suites).toContain('test/contracts/mongo-stores.test.ts');
    // A new suite on MongoDB is one for the real one, too.
    const onMongo = repositoryFiles().filter(
      (path) =>
        /^test\/contracts\/.*\.test\.ts$/.test(path) &&
        readFileSync(join(repositoryRoot, path), 'utf8').includes('MongoServer.start'),
    );
    expect(onMongo.length).toBeGreaterThanOrEqual(5);
    expect(suites).toEqual(expect.arrayContaining(onMongo));
    for (const suite of suites) expect(existsSync(join(repositoryRoot, suite))).toBe(true);
  });

  test('runs on the Node that everybody has', () => {
    const setup = steps.find(({ uses }) => uses?.startsWith('actions/setup-node@'));
    expect(setup?.with?.['node-version']).toBe(NODE_VERSION);
  });
});
