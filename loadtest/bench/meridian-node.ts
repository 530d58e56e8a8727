import { randomBytes } from 'node:crypto';
import { defineGame } from 'meridian';
import { startNode } from '../../src/app/node.ts';
import { MeridianConfig } from '../../src/config/config.ts';

/**
 * A whole node, as `npm start` makes it: REST, profiles, metrics and all, for players without accounts on this machine.
 *
 * @param ticked - hears how long each tick took, ms; the node's own metrics stay on, as in production
 * @returns its port
 */
export async function startBenchNode(
  rooms: Parameters<typeof defineGame>[0]['rooms'],
  ticked: (durationMs: number) => void,
  { redisUri = '' }: { readonly redisUri?: string } = {},
): Promise<number> {
  const { metrics, ports } = await startNode(
    MeridianConfig.parse({
      // All players come from one address: the limits per address are raised, by configuration.
      http: {
        port: 0,
        bindAddress: '127.0.0.1',
        matchmakePerMinute: 1_000_000,
        requestsPerMinute: 1_000_000,
        socketsPerAddress: 100_000,
      },
      admin: { metricsPort: 0, adminPort: 0 },
      redis: { uri: redisUri },
      auth: { jwtSecret: randomBytes(32).toString('hex') },
      cluster: { peerPort: 0 },
      profiles: { sqlitePath: ':memory:' },
      process: { logLevel: 'warn' },
    }),
    defineGame({ rooms }),
  );
  const tickRan = metrics.tickRan.bind(metrics);
  metrics.tickRan = (room, seconds) => {
    tickRan(room, seconds);
    ticked(seconds * 1_000);
  };
  return ports.port;
}
