import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import express from 'express';
import { createMetricsServer } from '../admin/admin-server.ts';
import type { MeridianConfig } from '../config/config.ts';
import { Closers } from '../shared/closers.ts';
import { createLogger } from '../telemetry/logger.ts';
import { NodeMetrics } from '../telemetry/metrics.ts';
import { CacheNewsSpread } from './cache-news-spread.ts';
import { mountHealth } from './health.ts';
import type { MeridianNode } from './node.ts';
import { openPorts } from './ports.ts';
import { PROFILE_CACHE } from './profile-cache.ts';
import { openRpcPort } from './rpc.ts';
import { linkServices } from './service-links.ts';
import { Services } from './services.ts';

/**
 * Starts services without a game: gRPC for other services, health on the port where a node has players, metrics.
 *
 * @throws {ListenError} when a port is taken; {ConfigError}; {GameError} `STORE_UNAVAILABLE`. What was opened is closed again
 */
export async function startServiceNode(config: MeridianConfig): Promise<MeridianNode> {
  return await Closers.whileOpening((closers) => openServiceNode(config, closers));
}

async function openServiceNode(config: MeridianConfig, closers: Closers): Promise<MeridianNode> {
  const log = createLogger({ level: config.process.logLevel });
  const metrics = new NodeMetrics();
  closers.push('metrics', () => metrics.close());
  const cacheNews = new CacheNewsSpread({ metrics: metrics.caches }, { cache: PROFILE_CACHE });
  closers.push('news to caches of other regions', () => cacheNews.stop());
  const deps = { config, nodeId: randomUUID(), log, metrics, cacheNews };
  const services = new Services(deps, closers);
  await openServices(services, deps, closers);

  const rpcPort = await openRpcPort({ ...deps, offers: services.offers }, closers);
  let isDraining = false;
  const app = express();
  mountHealth(app, { checks: services.checks, isDraining: () => isDraining });
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
    ports: { ...ports, rpcPort },
    log,
    metrics,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

async function openServices(
  services: Services,
  deps: ConstructorParameters<typeof Services>[0],
  closers: Closers,
): Promise<void> {
  const { running } = services;
  if (running.has('profile')) await services.profiles();
  const { revocations } = running.has('auth') ? await services.accounts() : { revocations: null };
  // What is decided and changed here: nobody else tells the other regions.
  if (running.has('profile') || running.has('auth')) {
    await linkServices({ ...deps, revocations }, closers);
  }
  if (running.has('analytics')) await services.shippingAnalytics();
}
