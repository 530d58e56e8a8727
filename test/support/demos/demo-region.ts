import { randomBytes } from 'node:crypto';
import type { RoomLocation } from '../../../src/protocol/rest.ts';
import { eventually } from '../eventually.ts';
import { freePort } from '../free-port.ts';
import { RedisServer } from '../redis-server.ts';
import { MeridianProcess } from '../start-meridian.ts';
import { buildDemos } from './start-demos.ts';

/** Two nodes with the demo games, and the Redis that makes them one region. Each serves the pages, and can be lost. */
export class DemoRegion implements AsyncDisposable {
  readonly nodes: readonly [MeridianProcess, MeridianProcess];
  readonly #owned: AsyncDisposableStack;

  static async start(): Promise<DemoRegion> {
    await using owned = new AsyncDisposableStack();
    await buildDemos();
    const redis = owned.use(await RedisServer.start());
    const ports = [await freePort(), await freePort()] as const;
    const env = {
      REDIS_URI: redis.uri,
      JWT_SECRET: randomBytes(32).toString('hex'),
      MERIDIAN_CLUSTER_PEER_PORT: '0',
      // A page of one node goes on with the other.
      MERIDIAN_HTTP_CORS_ORIGINS: ports.map((port) => `http://127.0.0.1:${port}`).join(','),
      // Every visitor of a test comes from the same address.
      MERIDIAN_HTTP_REQUESTS_PER_MINUTE: '3000',
    };
    const start = async (port: number) =>
      owned.use(
        await MeridianProcess.start({
          game: 'demos/game.ts',
          env: {
            ...env,
            PORT: String(port),
            MERIDIAN_HTTP_PUBLIC_ADDRESS: `127.0.0.1:${port}`,
          },
        }),
      );
    const nodes = await Promise.all([start(ports[0]), start(ports[1])]);
    return new DemoRegion(nodes, owned.move());
  }

  private constructor(
    nodes: readonly [MeridianProcess, MeridianProcess],
    owned: AsyncDisposableStack,
  ) {
    this.nodes = nodes;
    this.#owned = owned;
  }

  /**
   * The node that runs a room, and the one that does not.
   *
   * @param asked - a node that lives
   */
  async ownerOf(
    roomId: string,
    asked: MeridianProcess = this.nodes[0],
  ): Promise<{ readonly owner: MeridianProcess; readonly other: MeridianProcess }> {
    const [first, second] = this.nodes;
    const address = await eventually(
      async () => {
        const reply = await fetch(`${asked.url}/v1/rooms/${roomId}`);
        const location = (await reply.json()) as RoomLocation;
        return location.state === 'running' ? location.publicAddress : null;
      },
      { withinMs: 5_000 },
    );
    const isFirst = address === `127.0.0.1:${first.port}`;
    return isFirst ? { owner: first, other: second } : { owner: second, other: first };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}
