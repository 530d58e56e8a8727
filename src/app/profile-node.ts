import { createServer } from 'node:http';
import express from 'express';
import { createMetricsServer } from '../admin/admin-server.ts';
import type { MeridianConfig } from '../config/config.ts';
import { profileCalls } from '../profiles/client.ts';
import { PROFILE_RPC } from '../profiles/profile-rpc.ts';
import { Closers } from '../shared/closers.ts';
import { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import { createLogger } from '../telemetry/logger.ts';
import { NodeMetrics } from '../telemetry/metrics.ts';
import { RpcServer } from '../transport/rpc/rpc-server.ts';
import { mountHealth } from './health.ts';
import { ListenError } from './listen.ts';
import { openNodeMongo } from './mongo.ts';
import type { MeridianNode } from './node.ts';
import { openPorts } from './ports.ts';
import { openProfileService } from './profiles.ts';
import { rpcDeps } from './rpc.ts';

/** Share of the shutdown deadline in which calls that are being served may end. */
const CALLS_SHARE_OF_DEADLINE = 0.5;

/**
 * The profile service alone: gRPC for other services, health on the port where a node has players, metrics.
 *
 * @throws {ListenError} when a port is taken; {GameError} `STORE_UNAVAILABLE`. What was opened is closed again
 */
export async function startProfileNode(config: MeridianConfig): Promise<MeridianNode> {
  return await Closers.whileOpening((closers) => openProfileNode(config, closers));
}

async function openProfileNode(config: MeridianConfig, closers: Closers): Promise<MeridianNode> {
  const log = createLogger({ level: config.process.logLevel });
  const metrics = new NodeMetrics();
  closers.push('metrics', () => metrics.close());
  const database = await SqliteDatabase.open({ path: config.profiles.sqlitePath });
  closers.push('SQLite', () => database.close());
  const mongo = await openNodeMongo(config, closers, log);
  const profiles = await openProfileService({ config, database, mongo, log, metrics }, closers);

  const rpc = new RpcServer({ ...rpcDeps(config, metrics), log });
  rpc.add(PROFILE_RPC, profileCalls(profiles));
  const { port: rpcPort, bindAddress } = config.rpc;
  const boundRpcPort = await rpc
    .listen({ port: rpcPort, address: bindAddress })
    .catch((cause: Error) => {
      const where = `${bindAddress}:${rpcPort} (MERIDIAN_RPC_PORT)`;
      throw new ListenError(`Cannot listen on ${where}: ${cause.message}`, { cause });
    });
  const { shutdownDeadlineMs } = config.process;
  closers.push('calls', () => rpc.close(shutdownDeadlineMs * CALLS_SHARE_OF_DEADLINE));

  let isDraining = false;
  const app = express();
  mountHealth(app, {
    checks: [{ name: 'profile store', check: () => profiles.ping() }],
    isDraining: () => isDraining,
  });
  const servers = {
    players: createServer(app),
    metrics: createMetricsServer(metrics.registry),
  };
  const ports = await openPorts(config, servers, closers);
  const stop = async () => {
    isDraining = true;
    await closers.closeAll();
    log.info({ event: 'stopped' }, 'stopped');
    return { unfinishedRooms: 0 };
  };
  let stopping: ReturnType<typeof stop> | undefined;
  return {
    ports: { ...ports, rpcPort: boundRpcPort },
    log,
    metrics,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}
