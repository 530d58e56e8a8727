import { randomBytes } from 'node:crypto';
import type { DrainResult, RoomLocation } from '../../src/protocol/rest.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { RedisServer } from './redis-server.ts';
import { MeridianProcess } from './start-meridian.ts';

const PASSWORD = 'operator of a test region';

export interface RegionNodeOptions {
  /** Another build of the game than the region's. */
  readonly game?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown> & RoomLocation;
}

/** A Redis and some nodes of Meridian, each a real process with its log read along. */
export class MeridianRegion implements AsyncDisposable {
  readonly redis: RedisServer;
  /** All ever started, in the order of their starts. */
  readonly nodes: MeridianProcess[] = [];
  readonly #game: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #jwtSecret = randomBytes(32).toString('hex');

  /** @param env - of every node */
  static async open(
    game: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<MeridianRegion> {
    return new MeridianRegion(await RedisServer.start(), game, env);
  }

  private constructor(redis: RedisServer, game: string, env: Readonly<Record<string, string>>) {
    this.redis = redis;
    this.#game = game;
    this.#env = env;
  }

  async start({ game = this.#game, env = {} }: RegionNodeOptions = {}): Promise<MeridianProcess> {
    const port = await freePort();
    const node = await MeridianProcess.start({
      game,
      env: {
        // Told to others before it listens, so it cannot be 0.
        PORT: String(port),
        REDIS_URI: this.redis.uri,
        JWT_SECRET: this.#jwtSecret,
        MERIDIAN_HTTP_PUBLIC_ADDRESS: `127.0.0.1:${port}`,
        MERIDIAN_HTTP_REQUESTS_PER_MINUTE: '10000',
        MERIDIAN_HTTP_MATCHMAKE_PER_MINUTE: '10000',
        MERIDIAN_CLUSTER_PEER_PORT: '0',
        MERIDIAN_ADMIN_PASSWORD: PASSWORD,
        ...this.#env,
        ...env,
      },
    });
    const others = this.running;
    this.nodes.push(node);
    await eventually(
      async () =>
        (await Promise.all(others.map((other) => this.#isOpen(node, other)))).every(Boolean),
      { withinMs: 10_000 },
    );
    return node;
  }

  /** Whether `other` would give rooms to `node`. */
  async #isOpen(node: MeridianProcess, other: MeridianProcess): Promise<boolean> {
    const { nodes } = (await (await this.#ask(other, 'GET', 'nodes')).json()) as {
      readonly nodes: readonly { readonly publicAddress: string; readonly isDraining: boolean }[];
    };
    const address = `127.0.0.1:${node.port}`;
    return nodes.some((it) => it.publicAddress === address && !it.isDraining);
  }

  get running(): readonly MeridianProcess[] {
    return this.nodes.filter(({ child }) => child.exitCode === null && child.signalCode === null);
  }

  /** What a node says of a room. */
  async locate(roomId: string, node = this.#anyNode): Promise<Answer> {
    const response = await fetch(`${node.url}/v1/rooms/${roomId}`);
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  /** The node where a room runs. @throws {Error} when it runs nowhere */
  async ownerOf(roomId: string, asked = this.#anyNode): Promise<MeridianProcess> {
    const { body } = await this.locate(roomId, asked);
    const address = body.state === 'running' ? body.publicAddress : null;
    const owner = this.running.find(({ port }) => address === `127.0.0.1:${port}`);
    if (owner === undefined) throw new Error(`The room runs nowhere: ${JSON.stringify(body)}`);
    return owner;
  }

  /** A node's id, as the region knows it. */
  async idOf(node: MeridianProcess): Promise<string> {
    const { nodes } = (await (await this.#ask(this.#anyNode, 'GET', 'nodes')).json()) as {
      readonly nodes: readonly { readonly nodeId: string; readonly publicAddress: string }[];
    };
    const known = nodes.find(({ publicAddress }) => publicAddress === `127.0.0.1:${node.port}`);
    if (known === undefined) throw new Error(`No live node listens on ${node.port}.`);
    return known.nodeId;
  }

  /** Drains a node through another one's operator API. */
  async drain(node: MeridianProcess): Promise<DrainResult> {
    const asked = this.running.find((other) => other !== node) ?? node;
    const path = `nodes/${await this.idOf(node)}/drain`;
    return (await (await this.#ask(asked, 'POST', path)).json()) as DrainResult;
  }

  /** Nodes that have just started hear of each other with the next renewals; until then they name only themselves to players. */
  async acquainted(): Promise<void> {
    const addresses = this.running.map(({ port }) => `127.0.0.1:${port}`);
    const knowsAll = async (node: MeridianProcess) => {
      const known = await (await this.#ask(node, 'GET', 'nodes')).text();
      return addresses.every((address) => known.includes(`"publicAddress":"${address}"`));
    };
    await eventually(async () => (await Promise.all(this.running.map(knowsAll))).every(Boolean), {
      withinMs: 10_000,
    });
  }

  async askOperator(method: string, path: string, password = PASSWORD): Promise<Response> {
    return await this.#ask(this.#anyNode, method, path, password);
  }

  /** Waits until a word that was said in a room is in its journal: a kill may lose the last patch, and with it what a test is about. */
  async written(roomId: string, word: string): Promise<void> {
    await using redis = this.redis.client();
    await eventually(
      async () => {
        const entries = await redis.xrangeBuffer(redisKeys.journal(roomId), '-', '+');
        return entries.some(([, fields]) => fields.some((field) => field.includes(word)));
      },
      { withinMs: 10_000 },
    );
  }

  async kill(node: MeridianProcess): Promise<void> {
    node.child.kill('SIGKILL');
    await node.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.running) node.child.kill('SIGCONT');
    await Promise.all(this.nodes.map((node) => node[Symbol.asyncDispose]()));
    await this.redis[Symbol.asyncDispose]();
  }

  get #anyNode(): MeridianProcess {
    const node = this.running.at(-1);
    if (node === undefined) throw new Error('No node runs.');
    return node;
  }

  async #ask(
    node: MeridianProcess,
    method: string,
    path: string,
    password = PASSWORD,
  ): Promise<Response> {
    const credentials = Buffer.from(`operator:${password}`).toString('base64');
    return await fetch(`http://127.0.0.1:${node.adminPort}/admin/v1/${path}`, {
      method,
      headers: { Authorization: `Basic ${credentials}` },
    });
  }
}
