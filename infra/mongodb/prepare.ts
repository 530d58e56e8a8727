// The first thing that `prepare` of compose.yaml runs. The names are the services' and their ports.

import { initiateCluster } from './initiate-cluster.ts';

const CONFIG_PORT = 27_019;
const SHARD_PORT = 27_018;

// Docker Compose's own variable: the other members are started by the profile `three`.
const members = (process.env['COMPOSE_PROFILES'] ?? '').split(',').includes('three') ? 3 : 1;

function hostsOf(service: string, port: number): readonly string[] {
  return Array.from({ length: members }, (_, index) => `${service}-${index + 1}:${port}`);
}

await initiateCluster({
  sets: [
    { name: 'config', hosts: hostsOf('config', CONFIG_PORT), isConfig: true },
    ...['shard-a', 'shard-b', 'shard-c'].map((name) => ({
      name,
      hosts: hostsOf(name, SHARD_PORT),
      isConfig: false,
    })),
  ],
  router: 'mongos:27017',
  patienceMs: 60_000,
  tell: (line) => console.log(line),
});
