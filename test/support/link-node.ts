// A node that does nothing but hold the links of its region. Run by LinkNodeProcess.

import { pino } from 'pino';
import { RedisRegionLink } from '../../src/regions/link/redis-region-link.ts';
import { connectRedis } from '../../src/storage/redis/redis-connection.ts';
import { HANDLED_LIST, type LinkNodeSettings, NUMBERED } from './link-node-process.ts';

const { options, ...ends } = JSON.parse(process.argv[2] ?? '') as LinkNodeSettings;
const log = pino({ level: 'silent' });
const link = new RedisRegionLink({ ...ends, log }, options);
const redis = connectRedis(ends.redisUri, { name: 'test', log });
for (const peer of link.peers) {
  link.onMessage(peer, NUMBERED, async ({ body }, { mayBeRepeated }) => {
    await redis.rpush(HANDLED_LIST, `${ends.nodeId} ${body.n} ${mayBeRepeated}`);
  });
}
await link.start();
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
