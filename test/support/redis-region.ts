import { RedisRoomDirectory } from '../../src/cluster/directory/redis-room-directory.ts';
import { redisKeys } from '../../src/storage/redis/redis-keys.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { RedisServer } from './redis-server.ts';

/** A Redis of its own and, on it, directories as the nodes of a region have them. */
export interface Region extends AsyncDisposable {
  readonly server: RedisServer;
  readonly redis: ReturnType<RedisServer['client']>;
  /** A directory on a connection of its own; `arena` has no filter, `match` filters by map and mode. */
  directory(nodeId: string): RedisRoomDirectory;
  /** The node's lease is there, or gone. */
  setAlive(nodeId: string, isAlive: boolean): Promise<void>;
  clear(): Promise<void>;
}

export async function openRegion(): Promise<Region> {
  const server = await RedisServer.start();
  const clients = [server.client()];
  const redis = clients[0] as ReturnType<RedisServer['client']>;
  return {
    server,
    redis,
    directory: (nodeId) => {
      const client = server.client();
      clients.push(client);
      const log = createLogger({ level: 'silent' });
      const publicAddress = `${nodeId}.test:1`;
      const directory = new RedisRoomDirectory({ redis: client, nodeId, publicAddress, log });
      directory.defineRoomType('match', ['map', 'mode']);
      return directory;
    },
    setAlive: async (nodeId, isAlive) => {
      await (isAlive
        ? redis.set(redisKeys.lease(nodeId), '{}')
        : redis.del(redisKeys.lease(nodeId)));
    },
    clear: async () => {
      await redis.flushall();
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.disconnect();
      await server[Symbol.asyncDispose]();
    },
  };
}
