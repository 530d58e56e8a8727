// Contender `meridian`: a whole node, as `npm start` makes it: REST, profiles, metrics and all. The players come without
// accounts, as they do to the other contenders.

import { randomBytes } from 'node:crypto';
import { defineGame } from 'meridian';
import { startNode } from '../../../../src/app/node.ts';
import { MeridianConfig } from '../../../../src/config/config.ts';
import { Measure } from '../measure.ts';
import type { ServerSetup } from '../wire.ts';
import { createIdleRooms } from './idle-rooms.ts';
import { JournaledGameRoom, MeridianGameRoom, MeridianIdleRoom } from './meridian-rooms.ts';

const { durability, redisUri = '' } = JSON.parse(process.argv[2] as string) as ServerSetup;
const measure = new Measure(createIdleRooms);
const node = await startNode(
  MeridianConfig.parse({
    // All players come from one address: the limits per address are raised, by configuration.
    http: {
      port: 0,
      bindAddress: '127.0.0.1',
      matchmakePerMinute: 1_000_000,
      socketsPerAddress: 100_000,
    },
    admin: { metricsPort: 0, adminPort: 0 },
    redis: { uri: redisUri },
    auth: { jwtSecret: randomBytes(32).toString('hex') },
    cluster: { peerPort: 0 },
    profiles: { sqlitePath: ':memory:' },
    process: { logLevel: 'warn' },
  }),
  defineGame({
    rooms: {
      game: {
        room: durability === 'journal' ? JournaledGameRoom : MeridianGameRoom,
        filterBy: ['group'],
      },
      idle: { room: MeridianIdleRoom, filterBy: ['group'] },
    },
  }),
);

// The node's own metrics stay on, as in production; the bench reads each tick's time on the way.
const { metrics } = node;
const tickRan = metrics.tickRan.bind(metrics);
metrics.tickRan = (room, seconds) => {
  tickRan(room, seconds);
  measure.tick(seconds * 1_000);
};
measure.serve(node.ports.port);
