// What happens to the region's Redis, and to the way there.

import type { Scenario } from './scenario.ts';
import { busiestNode, killBusiestNode } from './victim.ts';

const AWAY_S = 5;

export const redisRestart: Scenario = {
  name: 'redis-restart',
  summary: `Redis is killed and comes back empty after ${AWAY_S} s; rooms play on, and are owned again by their owners.`,
  nodes: 2,
  async run(stage) {
    await stage.play(3);
    stage.mark('kill Redis');
    await stage.cluster.killRedis();
    await stage.play(AWAY_S);
    await stage.cluster.startRedis();
    stage.mark('Redis is back, empty');
    await stage.play(8);
    await stage.settled();
    // The rooms must be as durable as before.
    await killBusiestNode(stage);
    await stage.settled();
    await stage.play(3);
  },
};

export const redisPartition: Scenario = {
  name: 'redis-partition',
  summary:
    'One node of three loses its way to Redis; it stops in time, its rooms live on the others.',
  nodes: 3,
  async run(stage, { isQuick }) {
    await stage.play(3);
    const victim = await busiestNode(stage);
    stage.mark(`cut ${victim.name} off from Redis`, { pids: [victim.pid], cutsOff: true });
    victim.partition();
    await stage.play(isQuick ? 5 : 8);
    await stage.settled();
    stage.mark(`${victim.name} reaches Redis again`);
    victim.heal();
    await stage.play(5);
    await stage.settled();
    await stage.play(2);
  },
};
