// One scenario of guard-rooms.ts on one base, as a process: it may hang or die without taking the test along.
//
//   node --conditions=meridian-source test/support/guard-server.ts --base stock|meridian --scenario <name>
//
// Over IPC it sends { port } once it listens, and answers { probe } with { probe, answer }. Meridian's configuration comes
// by the environment, as in production.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { Room as ColyseusRoom, Server } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { defineGame, Room } from 'meridian';
import { startNode } from '../../src/app/node.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { type RoomBase, SCENARIOS, type Scenario, type ScenarioName } from './guard-rooms.ts';

async function serveStock({ rooms }: Scenario): Promise<number> {
  const http = createServer();
  const server = new Server({
    greet: false,
    gracefullyShutdown: false,
    transport: new WebSocketTransport({ server: http }),
  });
  for (const [name, room] of Object.entries(rooms)) server.define(name, room);
  await server.listen(0, '127.0.0.1');
  return (http.address() as AddressInfo).port;
}

async function serveMeridian({ rooms }: Scenario): Promise<number> {
  const config = loadConfig({
    PORT: '0',
    MERIDIAN_HTTP_BIND_ADDRESS: '127.0.0.1',
    MERIDIAN_ADMIN_METRICS_PORT: '0',
    MERIDIAN_ADMIN_ADMIN_PORT: '0',
    MERIDIAN_PROFILES_SQLITE_PATH: ':memory:',
    MERIDIAN_PROCESS_LOG_LEVEL: 'silent',
    ...process.env,
  });
  const node = await startNode(config, defineGame({ rooms }));
  return node.ports.port;
}

const { values } = parseArgs({
  options: { base: { type: 'string' }, scenario: { type: 'string' } },
});
const makeScenario = SCENARIOS[values.scenario as ScenarioName];
const isStock = values.base === 'stock';
// The scenarios use only what both have.
const scenario = makeScenario(isStock ? (ColyseusRoom as unknown as RoomBase) : Room);
const port = await (isStock ? serveStock(scenario) : serveMeridian(scenario));

process.on('message', async ({ probe }: { readonly probe: string }) => {
  const answer = await scenario.probes[probe]?.();
  process.send?.({ probe, answer });
});
// The test that started us is gone: so is our purpose.
process.on('disconnect', () => process.exit(0));
process.send?.({ port });
