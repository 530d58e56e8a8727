import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { NodeInfo } from '../../src/cluster/node-info.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { freePort } from '../../test/support/free-port.ts';
import { RedisServer } from '../../test/support/redis-server.ts';
import { TcpBalancer } from '../../test/support/tcp-balancer.ts';
import { Reaper } from '../machine/reaper.ts';
import { ClusterNode } from './cluster-node.ts';

const PROJECT_ROOT = join(import.meta.dirname, '..', '..');

export interface ClusterOptions {
  /** Module that exports `game`; absolute, or relative to the project. */
  readonly game: string;
  readonly nodes: number;
  /** Settings of every node. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether nodes can be cut off from Redis (yes). */
  readonly canBeCutOff?: boolean;
  /** Folder for the nodes' logs; it exists. */
  readonly logFolder?: string | undefined;
}

/**
 * A region on this machine: a Redis without persistence and some nodes, each a real process. Nothing of it is left when it is
 * disposed, nor when the process ends that started it.
 *
 *              ┌──▶ node A ──relay──┐
 *   front door ┴──▶ node B ──relay──┴──▶ Redis
 */
export class Cluster implements AsyncDisposable {
  readonly redis: RedisServer;
  /** All nodes ever started, in the order of their starts. */
  readonly nodes: ClusterNode[];
  readonly #frontDoor: TcpBalancer;
  readonly #reaper = new Reaper();
  readonly #options: ClusterOptions;
  readonly #jwtSecret = randomBytes(32).toString('hex');
  #startedNodes = 0;

  static async start(options: ClusterOptions): Promise<Cluster> {
    const nodes: ClusterNode[] = [];
    const frontDoor = await TcpBalancer.open(() => runningOf(nodes).map(({ port }) => port));
    const cluster = new Cluster(options, { redis: await RedisServer.start(), frontDoor, nodes });
    try {
      await Promise.all(Array.from({ length: options.nodes }, () => cluster.startNode()));
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(
    options: ClusterOptions,
    parts: {
      readonly redis: RedisServer;
      readonly frontDoor: TcpBalancer;
      readonly nodes: ClusterNode[];
    },
  ) {
    this.#options = options;
    this.redis = parts.redis;
    this.#frontDoor = parts.frontDoor;
    this.nodes = parts.nodes;
    this.#reaper.watchProcess(this.redis.pid);
  }

  /** Where players begin, `host:port`; it stays the same, whatever becomes of nodes. */
  get frontDoor(): string {
    return `127.0.0.1:${this.#frontDoor.port}`;
  }

  /** Nodes whose process exists and is not halted. */
  get running(): readonly ClusterNode[] {
    return runningOf(this.nodes);
  }

  /** @throws {Error} when it does not listen in time */
  async startNode(
    env: Readonly<Record<string, string>> = {},
    { startsLast = false }: { readonly startsLast?: boolean } = {},
  ): Promise<ClusterNode> {
    const index = this.#startedNodes++;
    const node = await ClusterNode.start({
      projectRoot: PROJECT_ROOT,
      game: this.#options.game,
      name: nameOf(index),
      // Other nodes and clients are told it before it listens, so it cannot be 0.
      port: await freePort(),
      redisPort: this.redis.port,
      canBeCutOff: this.#options.canBeCutOff ?? true,
      logFolder: this.#options.logFolder,
      reaper: this.#reaper,
      startsLast,
      env: { JWT_SECRET: this.#jwtSecret, ...this.#options.env, ...env },
    });
    this.nodes.push(node);
    return node;
  }

  /** A crash of Redis; what it held is gone. */
  async killRedis(): Promise<void> {
    const { pid } = this.redis;
    await this.redis.kill();
    this.#reaper.forgetProcess(pid);
  }

  /** Starts it again, empty, on the same port. */
  async startRedis(): Promise<void> {
    await this.redis.up();
    this.#reaper.watchProcess(this.redis.pid);
  }

  /** Drains a node through the operator's API. @throws {Error} when it is refused */
  async drain(node: ClusterNode) {
    const nodeId = (await this.nodeIds()).get(node.address);
    if (nodeId === undefined) throw new Error(`The region does not know node ${node.name}.`);
    return await node.drain(nodeId);
  }

  /** Ids of the nodes that hold a lease now, by public address. */
  async nodeIds(): Promise<ReadonlyMap<string, string>> {
    await using redis = this.redis.client();
    const ids = await redis.smembers(redisKeys.nodes);
    const leases = await Promise.all(ids.map((id) => redis.get(redisKeys.lease(id))));
    return new Map(
      leases
        .filter((lease) => lease !== null)
        .map((lease) => JSON.parse(lease) as NodeInfo)
        .map(({ publicAddress, nodeId }) => [publicAddress ?? '', nodeId]),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#frontDoor[Symbol.asyncDispose]();
    await Promise.all(this.nodes.map((node) => node[Symbol.asyncDispose]()));
    await this.redis[Symbol.asyncDispose]();
    await this.#reaper[Symbol.asyncDispose]();
  }
}

function runningOf(nodes: readonly ClusterNode[]): ClusterNode[] {
  return nodes.filter(({ isRunning }) => isRunning);
}

/** A … Z, A2 … */
function nameOf(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : `${letter}${Math.floor(index / 26) + 1}`;
}
