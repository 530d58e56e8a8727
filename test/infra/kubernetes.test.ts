import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { findProgram } from '../../bin/setup/find-program.ts';
import {
  KUBERNETES_FOLDER,
  type KubernetesObject,
  kustomize,
  nameOf,
  REGIONS,
} from '../../infra/kubernetes/check/objects.ts';
import {
  policyFaults,
  type Surroundings,
  sharedSettings,
} from '../../infra/kubernetes/check/policies.ts';
import { schemaFaults } from '../../infra/kubernetes/check/schema-faults.ts';
import { type Container, workloadsOf } from '../../infra/kubernetes/check/workload.ts';
import { addBuild, imageOf, removeBuild } from '../../infra/kubernetes/release.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { repositoryRoot } from '../support/repository.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ADAPTER_RULES = 'infra/kubernetes/platform/base/adapter-rules.yaml';

interface AdapterRule {
  readonly seriesQuery: string;
  readonly name: { readonly as: string };
}

describe.skipIf(findProgram(['kubectl']) === null)('Kubernetes', () => {
  const rules = adapterRules();
  const surroundings: Surroundings = {
    figures: new Set(rules.map(({ name }) => name.as)),
    probePaths: new Set(['/live', '/ready']),
  };
  const regions = new Map<string, readonly KubernetesObject[]>();

  beforeAll(async () => {
    const built = await Promise.all(
      REGIONS.map((region) => kustomize(join(KUBERNETES_FOLDER, 'overlays', region))),
    );
    REGIONS.forEach((region, n) => {
      regions.set(region, built[n] ?? []);
    });
  });

  describe.each(REGIONS)('%s', (region) => {
    const objects = () => regions.get(region) ?? [];

    test('fits together', () => {
      expect(policyFaults(objects(), surroundings)).toEqual([]);
    });

    test('every setting is one of ours, and a node would start with them', () => {
      const { deployments } = workloadsOf(objects());
      for (const { metadata, spec } of deployments) {
        const container = spec.template.spec.containers.find(({ name }) => name === 'meridian');
        if (container === undefined) continue;
        const env = { ...sharedSettings(objects()), ...secretSettings(objects()) };
        expect(() => loadConfig(settingsOf(container, env)), metadata.name).not.toThrow();
      }
    });

    test('what the cluster has around it is there', async () => {
      const around = await kustomize(join(KUBERNETES_FOLDER, 'overlays', region, 'platform'));

      expect(around.map(nameOf)).toEqual(
        expect.arrayContaining([
          'ConfigMap meridian-adapter-rules',
          'PrometheusRule meridian',
          'PodMonitor meridian',
        ]),
      );
      // What is measured is told apart by region, whoever looks at all of them.
      expect(JSON.stringify(around)).toContain(`"replacement":"${region}"`);
    });
  });

  test('schemas of Kubernetes and of its extensions know every field', async () => {
    const all: KubernetesObject[] = [];
    // A region of each cloud: the others differ in values.
    for (const region of ['us-east', 'europe']) {
      all.push(...(regions.get(region) ?? []));
      all.push(...(await kustomize(join(KUBERNETES_FOLDER, 'overlays', region, 'platform'))));
    }

    expect(await schemaFaults(all)).toEqual([]);
  });

  test('all regions have the same objects, but for their cloud’s own', () => {
    const own = new Set(['Certificate gateway', 'TargetGroupBinding gateway', 'Service gateway']);
    const namesIn = (region: string) =>
      (regions.get(region) ?? [])
        .map(nameOf)
        // Names of generated maps end with a hash of what is in them.
        .map((name) => name.replace(/^(ConfigMap \w+)-\w{10}$/, '$1'))
        .filter((name) => !own.has(name))
        .sort();

    for (const region of REGIONS) expect(namesIn(region), region).toEqual(namesIn('us-east'));
  });

  test('figures that autoscalers ask for are made of metrics that nodes export', () => {
    const exported = readFileSync(join(repositoryRoot, 'docs/reference/metrics.md'), 'utf8');

    for (const { seriesQuery } of rules) {
      const series = /^\w+/.exec(seriesQuery)?.[0].replace(/_(count|sum|bucket)$/, '');
      expect(exported).toContain(`| \`${series}\` |`);
    }
  });

  describe('a build beside another one', () => {
    const digest = `sha256:${'5'.repeat(64)}`;
    const images = {
      aws: `aws.example.com/meridian@${digest}`,
      gcp: `gcp.example.com/m/meridian@${digest}`,
    };

    test('has its own pods, image and autoscaler in every region, and goes again without a trace', async () => {
      await using folder = await temporaryFolder('k8s');
      cpSync(KUBERNETES_FOLDER, folder.path, { recursive: true });
      const overlays = join(folder.path, 'overlays');
      addBuild(overlays, 'b2', images);
      for (const [region, cloud] of [
        ['us-east', 'aws'],
        ['europe', 'gcp'],
      ] as const) {
        const objects = await kustomize(join(overlays, region));
        expect(policyFaults(objects, surroundings)).toEqual([]);
        const { deployments } = workloadsOf(objects);
        const imageOfGame = (name: string) =>
          deployments.find(({ metadata }) => metadata.name === name)?.spec.template.spec
            .containers[0]?.image;
        expect(imageOfGame('game-b2')).toBe(images[cloud]);
        expect(imageOfGame('game-first')).toBe(
          `registry.example.com/meridian@sha256:${'0'.repeat(64)}`,
        );
        expect(objects.map(nameOf)).toContain('HorizontalPodAutoscaler game-b2');
        expect(imageOf(overlays, region, 'b2')).toBe(images[cloud]);
      }
      expect(() => addBuild(overlays, 'b2', images)).toThrow('us-east has b2 already');

      removeBuild(overlays, 'b2');
      for (const region of REGIONS) {
        const now = readFileSync(join(overlays, region, 'kustomization.yaml'), 'utf8');
        expect(now).toBe(
          readFileSync(join(KUBERNETES_FOLDER, 'overlays', region, 'kustomization.yaml'), 'utf8'),
        );
      }
      expect(() => removeBuild(overlays, 'first')).toThrow('first is the only build');
      expect(() => removeBuild(overlays, 'b9')).toThrow('has no b9');
    });
  });

  describe('planted faults are found', () => {
    const owned = new AsyncDisposableStack();
    afterAll(() => owned.disposeAsync());

    test.each(FAULTS)('$finds', async ({ file, change: [from, to], finds }) => {
      const folder = owned.use(await temporaryFolder('k8s'));
      cpSync(KUBERNETES_FOLDER, folder.path, { recursive: true });
      const path = join(folder.path, file);
      const content = readFileSync(path, 'utf8');
      expect(content).toContain(from);
      writeFileSync(path, content.replace(from, to));

      const objects = await kustomize(join(folder.path, 'overlays/us-east'));
      const bySchema = await schemaFaults(objects);
      // What is not even an object of its kind has no place among the others.
      const faults = bySchema.length > 0 ? bySchema : policyFaults(objects, surroundings);

      expect(faults.filter((it) => it.includes(finds))).not.toEqual([]);
    });
  });
});

const FAULTS = [
  {
    file: 'services/template/service.yaml',
    change: [
      'unhealthyPodEvictionPolicy: AlwaysAllow\n  selector:\n    matchLabels: {',
      'unhealthyPodEvictionPolicy: AlwaysAllow\n  selector:\n    matchLabels: { tier: none,',
    ],
    finds: 'PodDisruptionBudget profile: no pod is',
  },
  {
    file: 'base/game.yaml',
    change: ['targetPort: grpc', 'targetPort: rpc'],
    finds: 'Service game: its pods have no port "rpc"',
  },
  {
    file: 'game/autoscaler.yaml',
    change: ['name: meridian_seats', 'name: meridian_seat'],
    finds: 'HorizontalPodAutoscaler game-first: nobody exports meridian_seat',
  },
  {
    file: 'base/game.yaml',
    change: ['maxUnavailable: 1', 'maxUnavailable: 0'],
    finds: 'PodDisruptionBudget game: no machine under it can ever be emptied',
  },
  {
    file: 'game/deployment.yaml',
    change: ['path: /ready', 'path: /readyz'],
    finds: 'Deployment game-first: nobody answers /readyz',
  },
  {
    file: 'game/deployment.yaml',
    change: ['terminationGracePeriodSeconds: 150', 'terminationGracePeriodSeconds: 60'],
    finds: 'Deployment game-first: has 60 s to end, and needs 130',
  },
  {
    file: 'game/deployment.yaml',
    change: ['readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false'],
    finds: 'Deployment game-first: may write to its own files',
  },
  {
    file: 'base/namespace-defaults.yaml',
    change: ['policyTypes: [Ingress, Egress]', 'policyTypes: [Egress]'],
    finds: 'NetworkPolicy: everybody may talk to everybody',
  },
  {
    file: 'overlays/us-east/kustomization.yaml',
    change: [
      'digest: sha256:0000000000000000000000000000000000000000000000000000000000000000',
      'newTag: latest',
    ],
    finds: 'meridian:latest may be another image tomorrow',
  },
  {
    file: 'game/deployment.yaml',
    change: ['containerPort: 2567', 'containerPrt: 2567'],
    finds: 'containerPrt',
  },
  {
    file: 'game/autoscaler.yaml',
    change: ['minReplicas: 3', 'minReplicas: "3"'],
    finds: 'minReplicas',
  },
] as const;

function adapterRules(): readonly AdapterRule[] {
  const map = parse(readFileSync(join(repositoryRoot, ADAPTER_RULES), 'utf8')) as {
    readonly data: { readonly 'config.yaml': string };
  };
  const { rules } = parse(map.data['config.yaml']) as { readonly rules: readonly AdapterRule[] };
  return rules;
}

/** What a container is started with, as the configuration reads it. @param shared - what all get */
function settingsOf(
  { env, args }: Container,
  shared: Readonly<Record<string, string>>,
): Record<string, string> {
  const own = env.map(({ name, value }) => [name, value ?? '10.0.0.7'] as const);
  // As the command line says it: each service wants other settings.
  const [, , services] = args;
  const settings: Record<string, string> = { ...shared, ...Object.fromEntries(own) };
  if (services !== undefined) settings['MERIDIAN_PROCESS_SERVICES'] = services;
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      value.replace(/\$\((\w+)\)/g, (_, it) => settings[it] ?? '?'),
    ]),
  );
}

/** Secrets as they would be: of the right form. */
function secretSettings(objects: readonly KubernetesObject[]): Record<string, string> {
  const secret = objects.find(({ kind }) => kind === 'ExternalSecret') as unknown as {
    readonly spec: { readonly data: readonly { readonly secretKey: string }[] };
  };
  const values: Readonly<Record<string, string>> = {
    JWT_SECRET: 'a secret of at least thirty-two characters',
    MONGO_URI: 'mongodb+srv://user:password@cluster.example.com/meridian',
    REDIS_URI: 'rediss://meridian:password@redis.example.com:6379',
    MERIDIAN_ADMIN_PASSWORD: 'long enough to be one',
    MERIDIAN_INCIDENTS_TOKEN: 'a-token-of-at-least-thirty-two-characters',
  };
  return Object.fromEntries(
    secret.spec.data.map(({ secretKey }) => [secretKey, values[secretKey] ?? '']),
  );
}
