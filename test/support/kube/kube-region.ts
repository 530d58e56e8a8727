import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerEngine } from '../../../infra/image/local/container-engine.ts';
import { podManifest } from '../../../infra/kubernetes/local/pods.ts';
import { eventually } from '../eventually.ts';
import { firstMessage } from '../forked-process.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { Readiness } from './control-plane-process.ts';
import type { DuellistReport } from './duellist-process.ts';
import { PodNetwork } from './pod-network.ts';
import { weighAsProcesses } from './pod-weight.ts';
import { DOOR, graceOf, listingsOf, objectsOfRegion, PODS } from './region-objects.ts';

/** A node takes a few seconds; two cores that others use too, more. */
const START_MS = 60_000;
const LOG_LINES = 12;

/** A player in a process of his own, in the network of the pods. */
export interface Duellist {
  /** @throws {Error} when he cannot, with what he and the region said last */
  ask(wish: 'play' | 'tell'): Promise<DuellistReport>;
}

interface Helper {
  readonly child: ChildProcess;
  /** What it wrote before it ended. */
  readonly complaint: () => string;
}

interface Pod {
  readonly engine: ContainerEngine;
  readonly manifest: string;
  readonly containerId: string;
  readonly pid: number;
  /** Between SIGTERM and SIGKILL, in s. */
  readonly graceS: number;
}

/** overlays/local, run by podman: each pod in a network namespace of its own, with this machine in the place of Kubernetes. */
export class KubeRegion implements AsyncDisposable {
  readonly network: PodNetwork;
  readonly #engine: ContainerEngine;
  readonly #owned = new AsyncDisposableStack();
  readonly #pods = new Map<string, Pod>();
  readonly #openedMs = performance.now();
  #controlPlane: ChildProcess | null = null;
  #readiness: Readiness = { ready: [], answers: {} };

  /** All its pods are ready. One at a time on a machine: what an earlier one has left behind is removed. */
  static async open(engine: ContainerEngine): Promise<KubeRegion> {
    await engine.podman('pod', 'rm', '--all', '--force', '--time', '0');
    await using opening = new AsyncDisposableStack();
    const network = opening.use(await PodNetwork.open());
    const region = new KubeRegion(engine, network, opening);
    const folder = opening.use(await temporaryFolder('kube'));
    const objects = await objectsOfRegion();
    const resolvConf = join(folder.path, 'resolv.conf');
    await writeFile(resolvConf, `nameserver ${PodNetwork.HUB}\n`);
    await region.#startControlPlane(listingsOf(objects));
    for (const place of PODS) {
      const manifest = join(folder.path, `${place.name}.yaml`);
      const scratchFolder = join(folder.path, place.name);
      await mkdir(scratchFolder);
      await chmod(scratchFolder, 0o1777);
      await writeFile(manifest, podManifest(objects, { ...place, resolvConf, scratchFolder }));
      const namespace = await network.plug(place.name, place.address);
      await region.#play(place.name, {
        engine: engine.within(namespace),
        manifest,
        graceS: graceOf(objects, place.deployment),
      });
      // The others want it to start with, and it has no probe.
      if (place.name === 'redis') await region.#untilRedisListens();
    }
    for (const { name } of PODS) await region.#untilReady(name);
    region.#owned.use(opening.move());
    return region;
  }

  private constructor(engine: ContainerEngine, network: PodNetwork, opening: AsyncDisposableStack) {
    this.#engine = engine;
    this.network = network;
    opening.defer(() => this.#endAll());
  }

  /** Names of the pods whose readiness probe is answered. */
  get ready(): readonly string[] {
    return this.#readiness.ready;
  }

  /** Name of the pod that players reach there. */
  nameAt(publicAddress: string): string {
    const address = publicAddress.replace(`${DOOR}/g/`, '');
    return PODS.find((it) => it.address === address)?.name ?? `nobody at ${publicAddress}`;
  }

  /**
   * As a kubelet ends a pod: out of the Services, then preStop, then SIGTERM and its grace; but preStop's seconds, which nobody here waits for. `kube down`
   * of podman 4.3 knows no grace, it kills (github.com/containers/podman/issues/22397): `pod stop` goes before it.
   */
  async end(name: string): Promise<{ readonly exitCode: number; readonly log: string }> {
    const { engine, manifest, containerId, graceS } = this.#podOf(name);
    this.#say(`${name} is to go`);
    this.#controlPlane?.send({ leaving: name });
    await eventually(() => !this.ready.includes(name), { withinMs: 10_000 });
    await engine.podman('pod', 'stop', '--time', String(graceS), name);
    const exitCode = Number(
      await engine.podman('inspect', '--format', '{{.State.ExitCode}}', containerId),
    );
    const log = await this.#logOf(name);
    await engine.podman('kube', 'down', manifest);
    this.#pods.delete(name);
    this.#say(`${name} is down, exit code ${exitCode}`);
    return { exitCode, log };
  }

  /** Sits at the table when this resolves. */
  async duellist(): Promise<Duellist> {
    const player = this.#run('duellist-process.ts', DOOR);
    await this.#heard(player);
    this.#say('a player sits at his table');
    return {
      ask: async (wish) => {
        player.child.send(wish);
        return await this.#heard(player);
      },
    };
  }

  async #heard({ child, complaint }: Helper): Promise<DuellistReport> {
    try {
      return await firstMessage<DuellistReport>(child, complaint);
    } catch (error) {
      const story = await Promise.all(
        [...this.#pods.keys()]
          .filter((name) => /gateway|game|auth/.test(name))
          .map((name) => this.#storyOf(name)),
      );
      throw new Error([complaint(), ...story].join('\n\n'), { cause: error });
    }
  }

  async #play(name: string, parts: Pick<Pod, 'engine' | 'manifest' | 'graceS'>): Promise<void> {
    const said = await parts.engine.podman('kube', 'play', parts.manifest);
    // Last it says the container: there is one in each pod.
    const containerId = said.trim().split('\n').at(-1) ?? '';
    const pid = Number(
      await parts.engine.podman('inspect', '--format', '{{.State.Pid}}', containerId),
    );
    this.#pods.set(name, { ...parts, containerId, pid });
    if (name === PODS[0].name) await weighAsProcesses(pid, PODS.length);
  }

  /** @throws {Error} at once when its container ends, with what its probe and its log said last */
  async #untilReady(name: string): Promise<void> {
    const { pid } = this.#podOf(name);
    const hasEnded = () => !existsSync(`/proc/${pid}`);
    const isReady = () => this.ready.includes(name);
    await eventually(() => isReady() || hasEnded(), { withinMs: START_MS, everyMs: 50 }).catch(
      // Why is said below.
      () => {},
    );
    if (!isReady()) {
      throw new Error(
        `${name} did not get ready ${hasEnded() ? 'and has ended' : `within ${START_MS} ms`}.\n${await this.#storyOf(name)}`,
      );
    }
    this.#say(`${name} is ready`);
  }

  async #untilRedisListens(): Promise<void> {
    await eventually(async () => (await this.#logOf('redis')).includes('Ready to accept'), {
      withinMs: START_MS,
      everyMs: 50,
    });
  }

  /** What its probe was answered, and the end of its log. */
  async #storyOf(name: string): Promise<string> {
    const log = await this.#logOf(name).catch((error: Error) => error.message);
    const answer = this.#readiness.answers[name] ?? 'nobody asked';
    return `${name}: ready? ${answer}\n${log.trim().split('\n').slice(-LOG_LINES).join('\n')}`;
  }

  /** What its container has written so far, to both streams: podman keeps them in one file. */
  async #logOf(name: string): Promise<string> {
    const { engine, containerId } = this.#podOf(name);
    const format = '{{.HostConfig.LogConfig.Path}}';
    const path = await engine.podman('inspect', '--format', format, containerId);
    return await readFile(path.trim(), 'utf8');
  }

  #podOf(name: string): Pod {
    const pod = this.#pods.get(name);
    if (pod === undefined) throw new Error(`there is no pod ${name}`);
    return pod;
  }

  async #startControlPlane(listings: ReturnType<typeof listingsOf>): Promise<void> {
    const { child, complaint } = this.#run('control-plane-process.ts');
    await firstMessage(child, complaint);
    child.on('message', (readiness: Readiness) => {
      this.#readiness = readiness;
    });
    child.send(listings);
    this.#controlPlane = child;
  }

  #run(file: string, ...args: string[]): Helper {
    const child = spawn(
      'nsenter',
      [
        ...[`--net=${this.network.hub}`, process.execPath, '--conditions=meridian-source'],
        ...[join(import.meta.dirname, file), ...args],
      ],
      { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
    );
    let stderr = '';
    child.stderr?.on('data', (part: Buffer) => {
      stderr += part.toString();
    });
    this.#owned.defer(() => void child.kill('SIGKILL'));
    return { child, complaint: () => `${file} ended with ${child.exitCode}:\n${stderr}` };
  }

  /** So that who waits sees what for. */
  #say(text: string): void {
    console.info(`${((performance.now() - this.#openedMs) / 1_000).toFixed(1)} s: ${text}`);
  }

  async #endAll(): Promise<void> {
    await this.#owned.disposeAsync();
    await this.#engine.podman('pod', 'rm', '--all', '--force', '--time', '0');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}
