import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerEngine } from '../../../infra/image/local/container-engine.ts';
import { KUBERNETES_FOLDER, kustomize } from '../../../infra/kubernetes/check/objects.ts';
import { workloadsOf } from '../../../infra/kubernetes/check/workload.ts';
import { podManifest } from '../../../infra/kubernetes/local/pods.ts';
import { eventually } from '../eventually.ts';
import { firstMessage } from '../forked-process.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { Listings, PodListing, ServiceListing } from './control-plane-process.ts';
import type { DuellistReport } from './duellist-process.ts';
import { PodNetwork } from './pod-network.ts';

type Objects = Awaited<ReturnType<typeof kustomize>>;

/** Which pods there are, in the order of their starts. The gateway's address is the overlay's REGION_HOST. */
const PODS = [
  { name: 'redis', deployment: 'redis', address: '10.77.0.11' },
  { name: 'profile', deployment: 'profile', address: '10.77.0.12' },
  { name: 'auth', deployment: 'auth', address: '10.77.0.13' },
  { name: 'game-a', deployment: 'game', address: '10.77.0.21' },
  { name: 'game-b', deployment: 'game', address: '10.77.0.22' },
  { name: 'gateway', deployment: 'gateway', address: '10.77.0.10' },
] as const;
const DOOR = '10.77.0.10:8443';
/** Four nodes start, on two cores that others use too. */
const START_MS = 240_000;

/** A player in a process of his own, in the network of the pods. */
export interface Duellist {
  ask(wish: 'play' | 'tell'): Promise<DuellistReport>;
}

/** overlays/local, run by podman: each pod in a network namespace of its own, with this machine in the place of Kubernetes. */
export class KubeRegion implements AsyncDisposable {
  readonly network: PodNetwork;
  readonly #engine: ContainerEngine;
  readonly #owned: AsyncDisposableStack;
  readonly #manifests = new Map<string, { readonly path: string; readonly namespace: string }>();
  readonly #logs = new Map<string, string>();
  #controlPlane: ChildProcess | null = null;
  #ready: readonly string[] = [];

  /** @param env - overrides of the region's ConfigMap */
  static async open(
    engine: ContainerEngine,
    env: Readonly<Record<string, string>> = {},
  ): Promise<KubeRegion> {
    await using opening = new AsyncDisposableStack();
    const network = opening.use(await PodNetwork.open());
    const region = new KubeRegion(engine, network, opening);
    const folder = opening.use(await temporaryFolder('kube'));
    const objects = await objectsOfRegion(env);
    const resolvConf = join(folder.path, 'resolv.conf');
    await writeFile(resolvConf, `nameserver ${PodNetwork.HUB}\n`);
    await region.#startControlPlane(listingsOf(objects));
    for (const place of PODS) {
      const namespace = await network.plug(place.name, place.address);
      const path = join(folder.path, `${place.name}.yaml`);
      const scratchFolder = join(folder.path, place.name);
      await mkdir(scratchFolder);
      await chmod(scratchFolder, 0o1777);
      await writeFile(path, podManifest(objects, { ...place, resolvConf, scratchFolder }));
      region.#manifests.set(place.name, { path, namespace });
      await region.#play(place.name);
      // The others want a Redis to start with.
      if (place.name === 'redis') await region.until('redis');
    }
    region.#owned.use(opening.move());
    return region;
  }

  private constructor(engine: ContainerEngine, network: PodNetwork, opening: AsyncDisposableStack) {
    this.#engine = engine;
    this.network = network;
    this.#owned = new AsyncDisposableStack();
    opening.defer(() => this.#endAll());
  }

  /** Names of the pods whose readiness probe is answered. */
  get ready(): readonly string[] {
    return this.#ready;
  }

  /** Waits until the pod is ready. @throws {Error} with its log when it does not get so */
  async until(name: string): Promise<void> {
    try {
      await eventually(() => this.#ready.includes(name), { withinMs: START_MS, everyMs: 100 });
    } catch (error) {
      throw new Error(`${name} did not get ready:\n${this.logOf(name)}`, { cause: error });
    }
  }

  async allReady(): Promise<void> {
    for (const { name } of PODS) await this.until(name);
  }

  /** What its container has written so far. */
  logOf(name: string): string {
    return this.#logs.get(name) ?? '';
  }

  nameAt(publicAddress: string): string {
    const address = publicAddress.replace(`${DOOR}/g/`, '');
    return PODS.find((it) => it.address === address)?.name ?? `nobody at ${publicAddress}`;
  }

  /** As a kubelet ends a pod: out of the Services, then preStop, then SIGTERM and its grace; but preStop's seconds, which nobody here waits for. */
  async end(name: string): Promise<void> {
    this.#controlPlane?.send({ leaving: name });
    await eventually(() => !this.#ready.includes(name), { withinMs: 10_000 });
    await this.#down(name);
  }

  async duellist(): Promise<Duellist> {
    const child = this.#run('duellist-process.ts', DOOR);
    await firstMessage<DuellistReport>(child, () => `the player ended: ${child.exitCode}`);
    return {
      ask: async (wish) => {
        const answered = once(child, 'message') as Promise<[DuellistReport]>;
        child.send(wish);
        const [report] = await answered;
        return report;
      },
    };
  }

  async #play(name: string): Promise<void> {
    const manifest = this.#manifests.get(name);
    if (manifest === undefined) throw new Error(`there is no pod ${name}`);
    const engine = this.#engine.within(manifest.namespace);
    await engine.podman('kube', 'play', manifest.path);
    const id = (await engine.podman('ps', '--filter', `pod=${name}`, '--quiet', '--no-trunc'))
      .trim()
      .split('\n')
      .at(0);
    const follower = engine.follow('logs', '--follow', id ?? '');
    for (const stream of [follower.stdout, follower.stderr]) {
      stream?.on('data', (part: Buffer) => {
        this.#logs.set(name, this.logOf(name) + part.toString());
      });
    }
  }

  async #down(name: string): Promise<void> {
    const manifest = this.#manifests.get(name);
    if (manifest === undefined) return;
    this.#manifests.delete(name);
    await this.#engine.within(manifest.namespace).podman('kube', 'down', manifest.path);
  }

  async #startControlPlane(listings: Listings): Promise<void> {
    const child = this.#run('control-plane-process.ts');
    await firstMessage(child, () => `the control plane ended: ${child.exitCode}`);
    child.on('message', ({ ready }: { readonly ready: readonly string[] }) => {
      this.#ready = ready;
    });
    child.send(listings);
    this.#controlPlane = child;
  }

  #run(file: string, ...args: string[]): ChildProcess {
    const child = spawn(
      'nsenter',
      [
        ...[`--net=${this.network.hub}`, process.execPath, '--conditions=meridian-source'],
        ...[join(import.meta.dirname, file), ...args],
      ],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    this.#owned.defer(() => void child.kill('SIGKILL'));
    return child;
  }

  async #endAll(): Promise<void> {
    await this.#owned.disposeAsync();
    await this.#engine.podman('pod', 'rm', '--all', '--force', '--time', '0');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}

/** What the overlay says, and the Secret that a cloud would have given. */
async function objectsOfRegion(env: Readonly<Record<string, string>>): Promise<Objects> {
  const objects = await kustomize(join(KUBERNETES_FOLDER, 'overlays/local'));
  const map = objects.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && /^meridian-/.test(metadata.name),
  );
  Object.assign((map?.['data'] ?? {}) as Record<string, string>, env);
  const secrets = {
    JWT_SECRET: randomBytes(32).toString('hex'),
    REDIS_URI: 'redis://redis.meridian.svc.cluster.local:6379',
    MERIDIAN_ADMIN_PASSWORD: randomBytes(16).toString('hex'),
  };
  const data = Object.fromEntries(
    Object.entries(secrets).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
  );
  return [...objects, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'meridian' }, data }];
}

function listingsOf(objects: Objects): Listings {
  const { deployments, services } = workloadsOf(objects);
  const pods = PODS.map(({ name, deployment, address }): PodListing => {
    const found = deployments.find((it) => it.metadata.name.replace(/-first$/, '') === deployment);
    const [container] = found?.spec.template.spec.containers ?? [];
    const probe = container?.readinessProbe?.httpGet;
    const port = container?.ports.find((it) => it.name === probe?.port)?.containerPort;
    return {
      name,
      address,
      labels: found?.spec.template.metadata.labels ?? {},
      readyUrl: probe === undefined ? null : `http://${address}:${port}${probe.path}`,
    };
  });
  return {
    pods,
    services: services.map(
      ({ metadata, spec }): ServiceListing => ({
        name: metadata.name,
        selector: spec.selector,
        publishNotReadyAddresses: spec['publishNotReadyAddresses'] === true,
      }),
    ),
  };
}
