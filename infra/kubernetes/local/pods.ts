import { stringify } from 'yaml';
import { z } from 'zod';
import type { KubernetesObject } from '../check/objects.ts';

// What `podman kube play` (4.3) understands of a region's objects. A Deployment becomes a pod of its template, with the same containers, settings,
// user and limits. What podman has no notion of, or another one, is taken out here, and nowhere else:
//
//   fields of the pod itself, $(NAME)  filled in: podman knows of no address before the pod runs
//   probes                             asked by who runs it; podman would call `curl` in the container, which has none
//   preStop, the grace                 done by who runs it: `kube down` of podman 4.3 kills, so `podman pod stop --time` goes before it
//   emptyDir                           a folder of this machine
//   projected volumes                  one ConfigMap
//   Secrets                            among the settings: podman 4.3 keeps them in a form that it cannot read
//   names                              a file, since podman asks who its own network asks
//   the pod's network                  the one that podman itself runs in: a network namespace for each pod

const envSchema = z.looseObject({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z.looseObject({ fieldRef: z.looseObject({ fieldPath: z.string() }) }).optional(),
});

const volumeSchema = z.looseObject({
  name: z.string(),
  projected: z
    .looseObject({
      sources: z.array(z.looseObject({ configMap: z.looseObject({ name: z.string() }) })),
    })
    .optional(),
});

const containerSchema = z.looseObject({
  env: z.array(envSchema).default([]),
  envFrom: z
    .array(
      z.looseObject({
        configMapRef: z.looseObject({ name: z.string() }).optional(),
        secretRef: z.looseObject({ name: z.string() }).optional(),
      }),
    )
    .default([]),
  volumeMounts: z.array(z.looseObject({ name: z.string() })).default([]),
});

const deploymentSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({
        containers: z.array(containerSchema),
        volumes: z.array(volumeSchema).default([]),
      }),
    }),
  }),
});

type Container = z.infer<typeof containerSchema>;
type Data = Readonly<Record<string, string>>;

export interface PodPlace {
  /** Name of the Deployment, without the suffix of a build. */
  readonly deployment: string;
  readonly name: string;
  readonly address: string;
  /** Folder that its emptyDirs are, writable by all. */
  readonly scratchFolder: string;
  /** File that says who knows names, in the place of the kubelet's. */
  readonly resolvConf: string;
}

/**
 * A manifest for `podman kube play`: the pod, and the maps that it names. It has secrets in it.
 *
 * @param objects - of an overlay, and the Secret that its ExternalSecret would have become
 * @throws {Error} when no Deployment is called that
 */
export function podManifest(objects: readonly KubernetesObject[], place: PodPlace): string {
  const deployment = objects.find(
    (it) =>
      it.kind === 'Deployment' && it.metadata.name.replace(/-first$/, '') === place.deployment,
  );
  if (deployment === undefined) throw new Error(`there is no Deployment ${place.deployment}`);
  const { metadata, spec } = deploymentSchema.parse(deployment).spec.template;
  const maps = mapsOf(objects);
  const joined = spec.volumes.flatMap((volume) => joinedMap(volume, maps));
  const kept = new Set(joined.map(({ metadata: { name } }) => name));
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: place.name, labels: metadata.labels },
    spec: {
      ...spec,
      hostNetwork: true,
      restartPolicy: 'OnFailure',
      volumes: [
        ...[...kept].map((name) => ({ name, configMap: { name } })),
        { name: 'temporary', hostPath: { path: place.scratchFolder, type: 'Directory' } },
        { name: 'names', hostPath: { path: place.resolvConf, type: 'File' } },
      ],
      containers: spec.containers.map((container) => ({
        ...withoutProbes(container),
        // What listens is reached; podman would forward it from another network.
        ports: [],
        imagePullPolicy: 'Never',
        envFrom: container.envFrom.filter(({ secretRef }) => secretRef === undefined),
        env: [
          ...secretsOf(container, objects),
          ...filledIn(container, settingsOf(container, maps), metadata.labels, place.address),
        ],
        volumeMounts: [
          ...container.volumeMounts.filter(({ name }) => kept.has(name)),
          { name: 'temporary', mountPath: '/tmp' },
          { name: 'names', mountPath: '/etc/resolv.conf', readOnly: true },
        ],
      })),
    },
  };
  const named = objects.filter(({ kind }) => kind === 'ConfigMap');
  return [...named, ...joined, pod].map((object) => stringify(object)).join('---\n');
}

function mapsOf(objects: readonly KubernetesObject[]): ReadonlyMap<string, Data> {
  return new Map(
    objects
      .filter(({ kind }) => kind === 'ConfigMap')
      .map(({ metadata, ...rest }) => [metadata.name, (rest['data'] ?? {}) as Data]),
  );
}

/** The ConfigMap that a projected volume comes to, under the volume's name. */
function joinedMap(
  { name, projected }: z.infer<typeof volumeSchema>,
  maps: ReadonlyMap<string, Data>,
) {
  if (projected === undefined) return [];
  const data = Object.assign({}, ...projected.sources.map((it) => maps.get(it.configMap.name)));
  return [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: data as Data }];
}

function withoutProbes(container: Container): Record<string, unknown> {
  const {
    startupProbe: _,
    livenessProbe: __,
    readinessProbe: ___,
    lifecycle: ____,
    ...rest
  } = container;
  return rest;
}

function settingsOf({ envFrom }: Container, maps: ReadonlyMap<string, Data>): Data {
  return Object.assign({}, ...envFrom.map((it) => maps.get(it.configMapRef?.name ?? '') ?? {}));
}

function secretsOf({ envFrom }: Container, objects: readonly KubernetesObject[]) {
  const names = envFrom.map(({ secretRef }) => secretRef?.name);
  return objects
    .filter(({ kind, metadata }) => kind === 'Secret' && names.includes(metadata.name))
    .flatMap((secret) => Object.entries((secret['data'] ?? {}) as Data))
    .map(([name, base64]) => ({ name, value: Buffer.from(base64, 'base64').toString() }));
}

function filledIn({ env }: Container, shared: Data, labels: Data, address: string) {
  const known: Record<string, string> = { ...shared };
  return env.map(({ name, value, valueFrom }) => {
    const path = valueFrom?.fieldRef.fieldPath;
    const text = path === undefined ? (value ?? '') : fieldOf(path, labels, address);
    const filled = text.replace(/\$\((\w+)\)/g, (whole, key: string) => known[key] ?? whole);
    known[name] = filled;
    return { name, value: filled };
  });
}

/** @throws {Error} for a field that is not known here */
function fieldOf(path: string, labels: Data, address: string): string {
  if (path === 'status.podIP') return address;
  const label = /^metadata\.labels\['(.+)'\]$/.exec(path)?.[1];
  const value = label === undefined ? undefined : labels[label];
  if (value === undefined) throw new Error(`of the pod’s field ${path} nothing is known here`);
  return value;
}
