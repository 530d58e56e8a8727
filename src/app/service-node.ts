import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import express from 'express';
import { createMetricsServer } from '../admin/admin-server.ts';
import type { MeridianConfig } from '../config/config.ts';
import type { RegionLink } from '../regions/contract.ts';
import type { GameDefinition } from '../rooms/game.ts';
import type { Clock } from '../shared/clock.ts';
import { Closers } from '../shared/closers.ts';
import { NodeMetrics } from '../telemetry/metrics.ts';
import { openTracing } from '../telemetry/tracing/open-tracing.ts';
import { CacheNewsSpread } from './cache-news-spread.ts';
import { mountHealth } from './health.ts';
import type { MatchmakingAlone } from './matchmaking-alone.ts';
import type { MeridianNode } from './node.ts';
import { openNodeLog } from './node-log.ts';
import type { ToldByNode } from './node-telemetry.ts';
import { openPorts } from './ports.ts';
import { PROFILE_CACHE } from './profile-cache.ts';
import { openRpcPort } from './rpc.ts';
import { Services, type ServicesDeps } from './services.ts';

export interface ServiceNodeOptions {
  readonly config: MeridianConfig;
  /** Whose queues are matched; null: none, matchmaking does not run here. */
  readonly game: GameDefinition | null;
  /** The region has declared this process dead: it must end. */
  readonly onFenced: () => void;
}

/**
 * Starts services without rooms: gRPC for other services, health on the port where a node has players, metrics.
 *
 * @throws {ListenError} when a port is taken; {TypeError} for a queue of rooms that the game has not; {GameError}
 *   `STORE_UNAVAILABLE`. What was opened is closed again
 */
export async function startServiceNode(options: ServiceNodeOptions): Promise<MeridianNode> {
  return await Closers.whileOpening((closers) => openServiceNode(options, closers));
}

async function openServiceNode(
  { config, game, onFenced }: ServiceNodeOptions,
  closers: Closers,
): Promise<MeridianNode> {
  const nodeId = randomUUID();
  const nodeLog = openNodeLog(config);
  const { log } = nodeLog;
  nodeLog.belongsTo(nodeId);
  const tracing = await openTracing(config.tracing, {
    ...{ nodeId, regionId: config.region.id, services: config.process.services.join(',') },
  });
  closers.push('traces', () => tracing.close());
  const metrics = new NodeMetrics(config.region.id, config.cluster.build);
  closers.push('metrics', () => metrics.close());
  const cacheNews = new CacheNewsSpread({ metrics: metrics.caches }, { cache: PROFILE_CACHE });
  closers.push('news to caches of other regions', () => cacheNews.stop());
  const told = { traces: tracing.book, lines: nodeLog.book };
  const deps = { config, nodeId, log, metrics, cacheNews };
  const services = new Services(deps, closers);
  const { build } = config.cluster;
  metrics.identity.is({ nodeId: deps.nodeId, build, services: services.running, seats: 0 });
  for (const name of Object.keys(game?.queues ?? {})) metrics.matchmaking.queueDefined(name);
  const matchmaking = await openServices({ services, ...deps, told, game, onFenced }, closers);

  const offers = [...services.offers, ...(matchmaking === null ? [] : [matchmaking.offer])];
  const rpcPort = await openRpcPort({ ...deps, offers }, closers);
  let isDraining = false;
  const app = express();
  const checks = [...services.checks, ...(matchmaking?.checks ?? [])];
  mountHealth(app, { checks, isDraining: () => isDraining });
  const servers = {
    players: createServer(app),
    metrics: createMetricsServer(metrics.registry),
  };
  const alertPort = services.running.has('incidents')
    ? await openIncidents({ services, ...deps }, closers)
    : undefined;
  const ports = {
    ...(await openPorts(config, servers, closers)),
    ...(alertPort === undefined ? {} : { alertPort }),
  };
  matchmaking?.start(ports.port);
  const stop = async () => {
    isDraining = true;
    matchmaking?.leave();
    await closers.closeAll();
    log.info({ event: 'stopped' }, 'stopped');
    return { unfinishedRooms: 0 };
  };
  let stopping: ReturnType<typeof stop> | undefined;
  return {
    ports: { ...ports, ...(rpcPort === null ? {} : { rpcPort }) },
    log,
    metrics,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

async function openIncidents(
  { services, ...deps }: ServicesDeps & { readonly services: Services },
  closers: Closers,
): Promise<number> {
  const { openIncidentBot } = await import('./incidents.ts');
  return await openIncidentBot({ ...deps, audit: await services.audit() }, closers);
}

/** Opens what runs here. Each brings the libraries it needs: profiles alone need nothing of rooms. @returns null: no matchmaking */
async function openServices(
  {
    services,
    game,
    onFenced,
    ...deps
  }: ServicesDeps & ServiceNodeOptions & { readonly services: Services; readonly told: ToldByNode },
  closers: Closers,
): Promise<MatchmakingAlone | null> {
  const { running } = services;
  if (running.has('profile')) await services.profiles();
  const revocations = running.has('auth') ? (await services.accounts()).revocations : null;
  const tells = services.keepsProfiles || running.has('auth');
  // What is decided and changed here: nobody else tells the other regions.
  const links = tells ? await import('./service-links.ts') : null;
  if (game === null) {
    await links?.linkServices({ ...deps, revocations }, closers);
    if (running.has('analytics')) await services.shippingAnalytics();
    return null;
  }
  const { openMatchmakingAlone } = await import('./matchmaking-alone.ts');
  const { analytics: events } = await services.recordingAnalytics(game.analytics ?? {});
  const bind = (link: RegionLink | null, clock: Clock) =>
    links?.tellOver(link, { ...deps, revocations, clock });
  const profiles = await services.profiles();
  const own = { game, profiles, events, bind, revocations, onFenced };
  return await openMatchmakingAlone({ ...deps, ...own }, closers);
}
