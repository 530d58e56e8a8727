import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

const PREFIX = 'meridian-kube-';

/** A network for pods that nobody else is in: a namespace with a bridge, and one for each pod behind it. Gone with its scope, cables and all; one on a machine. */
export class PodNetwork implements AsyncDisposable {
  /** Of the bridge: who is neither pod nor player. */
  static readonly HUB = '10.77.0.1';
  readonly #namespaces: string[] = [];

  static async open(): Promise<PodNetwork> {
    const { stdout } = await run('ip', ['netns', 'list']);
    // Of a run that was killed.
    for (const [left] of stdout.matchAll(new RegExp(`^${PREFIX}\\S+`, 'gm'))) {
      await ip('netns', 'delete', left);
    }
    const network = new PodNetwork();
    const hub = await network.#add('hub');
    await ip('-n', hub, 'link', 'add', 'bridge', 'type', 'bridge');
    await ip('-n', hub, 'addr', 'add', `${PodNetwork.HUB}/24`, 'dev', 'bridge');
    await ip('-n', hub, 'link', 'set', 'bridge', 'up');
    return network;
  }

  /** Path of the namespace with the bridge: from there, all pods are reached. */
  get hub(): string {
    return pathOf(this.#namespaces[0] ?? '');
  }

  /** @returns path of a namespace that has that address. @param name - short: it becomes that of a cable */
  async plug(name: string, address: string): Promise<string> {
    const [hub = ''] = this.#namespaces;
    const pod = await this.#add(name);
    await ip('-n', hub, 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', pod);
    await ip('-n', hub, 'link', 'set', name, 'master', 'bridge', 'up');
    await ip('-n', pod, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    await ip('-n', pod, 'link', 'set', 'eth0', 'up');
    return pathOf(pod);
  }

  async #add(name: string): Promise<string> {
    const namespace = `${PREFIX}${name}`;
    await ip('netns', 'add', namespace);
    this.#namespaces.push(namespace);
    await ip('-n', namespace, 'link', 'set', 'lo', 'up');
    return namespace;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const namespace of this.#namespaces.reverse()) await ip('netns', 'delete', namespace);
  }
}

async function ip(...args: string[]): Promise<void> {
  await run('ip', args);
}

function pathOf(namespace: string): string {
  return `/var/run/netns/${namespace}`;
}
