// One scenario of guard-rooms.ts on one base, as a process: it may hang or die without taking the test along.
//
//   node --conditions=meridian-source test/support/guard-server.ts --base stock|meridian --scenario <name>
//
// Over IPC it sends { port } once it listens, and answers { probe } with { probe, answer }. Meridian's configuration comes
// by the environment, as in production.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { type RoomBase, SCENARIOS, type ScenarioName } from './guard-rooms.ts';

// Each base loads only what it needs: these processes are many, and short-lived.

async function serveStock() {
  const { Room, Server } = await import('@colyseus/core');
  const { WebSocketTransport } = await import('@colyseus/ws-transport');
  // The scenarios use only what both bases have.
  const made = makeScenario(Room as unknown as RoomBase);
  const http = createServer();
  const server = new Server({
    greet: false,
    gracefullyShutdown: false,
    transport: new WebSocketTransport({ server: http }),
  });
  for (const [name, room] of Object.entries(made.rooms)) server.define(name, room);
  await server.listen(0, '127.0.0.1');
  return { scenario: made, port: (http.address() as AddressInfo).port };
}

async function serveMeridian() {
  const { defineGame, Room } = await import('meridian');
  const { startNode } = await import('../../src/app/node.ts');
  const { loadConfig } = await import('../../src/config/load-config.ts');
  const made = makeScenario(Room);
  const config = loadConfig({
    PORT: '0',
    MERIDIAN_HTTP_BIND_ADDRESS: '127.0.0.1',
    MERIDIAN_ADMIN_METRICS_PORT: '0',
    MERIDIAN_ADMIN_ADMIN_PORT: '0',
    MERIDIAN_PROFILES_SQLITE_PATH: ':memory:',
    MERIDIAN_PROCESS_LOG_LEVEL: 'silent',
    ...process.env,
  });
  const node = await startNode(config, defineGame({ rooms: made.rooms }));
  return { scenario: made, port: node.ports.port };
}

const { values } = parseArgs({
  options: { base: { type: 'string' }, scenario: { type: 'string' } },
});
const makeScenario = SCENARIOS[values.scenario as ScenarioName];
const { scenario, port } = await (values.base === 'stock' ? serveStock() : serveMeridian());

process.on('message', async ({ probe }: { readonly probe: string }) => {
  const answer = await scenario.probes[probe]?.();
  process.send?.({ probe, answer });
});
// The test that started us is gone: so is our purpose.
process.on('disconnect', () => process.exit(0));
process.send?.({ port });
