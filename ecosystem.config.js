// PM2: `npx pm2 start ecosystem.config.js`, once `npm start` or `node bin/meridian.js setup` has set things up.
//
// MERIDIAN_PM2_APART=1 runs each service in a process of its own: docs/guides/services-apart.md. It wants JWT_SECRET and REDIS_URI.
//
// PM2 loads this file with require(), so a named export it is, and without top-level await.

import { root } from './bin/setup/root.js';
import { installedNode, NODE_VERSION } from './bin/setup/toolchain.js';

/** PM2 may run under an older Node than the server may: then the one that the set-up has installed. */
function node24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const installed = installedNode();
  if (installed !== null) return installed;
  throw new Error(`Node ${NODE_VERSION} is not set up yet. Run once: node bin/meridian.js setup`);
}

/** Order of their ports. */
const SERVICES = ['profile', 'auth', 'analytics', 'matchmaking', 'game'];

const app = {
  name: 'meridian',
  script: './src/main.ts',
  args: `--game ${process.env.MERIDIAN_GAME ?? 'demos/game.ts'}`,
  cwd: root,
  interpreter: node24(),
  node_args: '--conditions=meridian-source',

  // One process per entry: Colyseus keeps its matchmaker at module level, and rooms belong to the process they live in.
  // PM2's cluster mode would deal the sockets of one port to processes that do not know each other's rooms.
  exec_mode: 'fork',
  instances: 1,
  instance_var: 'NODE_APP_INSTANCE',

  // Online means listening: src/main.ts sends `ready` then.
  wait_ready: true,
  listen_timeout: 15_000,

  // Stopping drains the rooms, within MERIDIAN_PROCESS_SHUTDOWN_DEADLINE_MS (20 s); PM2 waits a little longer.
  kill_timeout: 25_000,
  // A server that dies at once, again and again, has a wrong setting: pause between tries, and give up.
  restart_delay: 1_000,
  max_restarts: 20,
  // Exit code 2 is a wrong command line, which no restart mends.
  stop_exit_codes: [2],

  // No dates of PM2 before the lines: each is JSON, and has its own (infra/observability/logs).
  merge_logs: true,
};

/** Each service in a process of its own, all on this machine: each needs ports of its own, and a file for what it keeps. */
function apart() {
  const targets = SERVICES.filter((service) => service !== 'game').map((service) => [
    `MERIDIAN_RPC_${service.toUpperCase()}_TARGET`,
    `127.0.0.1:${portOf(service, 2_570)}`,
  ]);
  return SERVICES.map((service) => ({
    ...app,
    name: `meridian-${service}`,
    args: `--services ${service} ${app.args}`,
    // Streams of gRPC outlive small collections, which stop the process for as long as there is to copy: a small space keeps that to a few ms.
    ...(service === 'game' ? {} : { node_args: `--max-semi-space-size=2 ${app.node_args}` }),
    env: {
      ...Object.fromEntries(targets),
      MERIDIAN_RPC_PORT: String(portOf(service, 2_570)),
      MERIDIAN_CLUSTER_PEER_PORT: String(portOf(service, 2_580)),
      MERIDIAN_ADMIN_METRICS_PORT: String(portOf(service, 9_464)),
      MERIDIAN_PROFILES_SQLITE_PATH: `.data/${service}.sqlite`,
      // Players come to the game's port, as ever; the others tell their health there.
      ...(service === 'game' ? {} : { MERIDIAN_HTTP_PORT: String(portOf(service, 2_590)) }),
    },
  }));
}

function portOf(service, first) {
  return first + SERVICES.indexOf(service);
}

export const apps = process.env.MERIDIAN_PM2_APART === '1' ? apart() : [app];
