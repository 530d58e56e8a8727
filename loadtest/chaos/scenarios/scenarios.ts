import { drainNode, hangNode, killNode, rollingDeploy, stopNode } from './nodes.ts';
import { randomFaults } from './random.ts';
import { redisPartition, redisRestart } from './redis.ts';
import { crashLoop, killLoop, roomException } from './rooms.ts';
import type { Scenario, ScenarioName } from './scenario.ts';

export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  'kill-node': killNode,
  'stop-node': stopNode,
  'hang-node': hangNode,
  'drain-node': drainNode,
  'rolling-deploy': rollingDeploy,
  'redis-restart': redisRestart,
  'redis-partition': redisPartition,
  'room-exception': roomException,
  'kill-loop': killLoop,
  'crash-loop': crashLoop,
  random: randomFaults,
};
