import { createAdminServer, createMetricsServer } from '../admin/admin-server.ts';
import { incidentRouter } from '../admin/incidents/incident-routes.ts';
import { RegionOperations } from '../admin/region-operations.ts';
import { ColyseusNode } from '../cluster/colyseus-adapter.ts';
import { LoadMeter } from '../cluster/load-meter.ts';
import { isClosed } from '../cluster/region-orders.ts';
import type { MeridianConfig } from '../config/config.ts';
import { withWalletEvents } from '../profiles/wallet-events.ts';
import { createRegionsService } from '../regions/service.ts';
import { EncodeScratch } from '../rooms/flow/encode-scratch.ts';
import type { GameDefinition } from '../rooms/game.ts';
import { SegmentCheck } from '../rooms/interest/segment-check.ts';
import { defineRooms } from '../rooms/service.ts';
import { StepScheduler } from '../rooms/stepping/step-scheduler.ts';
import { systemClock } from '../shared/clock.ts';
import { Closers } from '../shared/closers.ts';
import type { Logger } from '../telemetry/logger.ts';
import { NodeMetrics } from '../telemetry/metrics.ts';
import { openTracing } from '../telemetry/tracing/open-tracing.ts';
import { trustProxies } from '../transport/http/client-address.ts';
import { CacheNewsSpread } from './cache-news-spread.ts';
import { Evacuation } from './evacuation.ts';
import { openIncidentBot, openIncidentDesk } from './incidents.ts';
import { openMatchmaking } from './matchmaking.ts';
import { createNodeConsole } from './node-console.ts';
import { openNodeDesk } from './node-desk.ts';
import { NodeEvacuableRooms } from './node-evacuable-rooms.ts';
import { openNodeLog } from './node-log.ts';
import { NodeSelf } from './node-self.ts';
import { NodeTelemetry } from './node-telemetry.ts';
import { OtherRegionDesks } from './other-region-desks.ts';
import { type ListeningPorts, openPorts } from './ports.ts';
import { PROFILE_CACHE } from './profile-cache.ts';
import { createPublicServer } from './public-server.ts';
import { joinRegion } from './region.ts';
import { regionClock } from './region-clock.ts';
import { linkRegions } from './region-links.ts';
import { enforceRevocations, spreadRevocations } from './revocation-spread.ts';
import { SurvivalRuntime } from './room-survival-runtime.ts';
import { openRpcPort } from './rpc.ts';
import { Services } from './services.ts';

// The composition root: every part is made here, from the parts above it, and closed in the reverse order.
//
//   config ─▶ log, metrics ─▶ services, here or elsewhere ─▶ region ─▶ rooms ─▶ HTTP and WebSocket on one port
//                                                                      └──▶ metrics port, admin port, gRPC port

/** A running process: a node with a game, or services without. */
export interface MeridianNode {
  readonly ports: ListeningPorts;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
  /**
   * Drains and stops: not ready, no new seats, rooms end and save, then everything closes. Idempotent.
   *
   * @returns rooms that had not ended when `process.shutdownDeadlineMs` was near
   */
  stop(): Promise<{ readonly unfinishedRooms: number }>;
}

/** Share of the shutdown deadline in which moves may begin. */
const MOVES_SHARE_OF_DEADLINE = 0.4;
/** Share of it that rooms get which end here; the rest is for closing stores. */
const ROOMS_SHARE_OF_DEADLINE = 0.75;
/** Share of it for the closing handshakes of sockets that are left. */
const SOCKETS_SHARE_OF_DEADLINE = 0.1;

/**
 * Starts a node with `game` on it.
 *
 * @param onFenced - the region has declared this node dead: its sockets are being closed, the process must end
 * @throws {ListenError} when a port is taken; {GameError} `STORE_UNAVAILABLE`. What was opened is closed again
 */
export async function startNode(
  config: MeridianConfig,
  game: GameDefinition,
  onFenced: () => void = () => {},
): Promise<MeridianNode> {
  return await Closers.whileOpening((closers) => openNode({ config, game, onFenced }, closers));
}

async function openNode(
  {
    config,
    game,
    onFenced,
  }: {
    readonly config: MeridianConfig;
    readonly game: GameDefinition;
    readonly onFenced: () => void;
  },
  closers: Closers,
): Promise<MeridianNode> {
  const nodeLog = openNodeLog(config);
  const { log } = nodeLog;
  const metrics = new NodeMetrics(config.region.id, config.cluster.build);
  closers.push('metrics', () => metrics.close());

  const node = await ColyseusNode.open(log);
  nodeLog.belongsTo(node.processId);
  const tracing = await openTracing(config.tracing, {
    ...{ nodeId: node.processId, regionId: config.region.id },
    services: config.process.services.join(','),
  });
  closers.push('traces', () => tracing.close());
  const cacheNews = new CacheNewsSpread({ metrics: metrics.caches }, { cache: PROFILE_CACHE });
  closers.push('news to caches of other regions', () => cacheNews.stop());
  const services = new Services(
    { config, nodeId: node.processId, log, metrics, cacheNews },
    closers,
  );
  metrics.identity.is({
    nodeId: node.processId,
    build: config.cluster.build,
    services: services.running,
    seats: config.region.seatsPerNode,
  });
  for (const name of Object.keys(game.rooms)) metrics.roomDefined(name);
  for (const name of Object.keys(game.queues ?? {})) metrics.matchmaking.queueDefined(name);
  const others = config.region.all.filter(({ id }) => id !== config.region.id);
  metrics.evacuations.regionsKnown(others.map(({ id }) => id));
  const analytics = await services.recordingAnalytics(game.analytics ?? {});
  const profiles = withWalletEvents(await services.profiles(), analytics.analytics);
  const { auth, revocations } = await services.accounts();

  const scheduler = new StepScheduler();
  closers.push('step scheduler', () => scheduler.stop());
  const load = new LoadMeter();
  closers.push('load meter', () => load.close());
  const self = new NodeSelf(config, node, load);
  closers.push('load reports', () => self.close());
  const region = await joinRegion({ config, self, nodeId: node.processId, log, metrics }, closers);
  const telemetry = new NodeTelemetry({
    ...{ nodeId: node.processId, calls: region.calls, nodes: () => region.registry.nodes },
    ...{ traces: tracing.book, lines: nodeLog.book },
  });
  const regions = createRegionsService({
    config,
    clock: systemClock,
    tokens: auth,
    nodes: () => region.registry.nodes,
    isClosed: () => isClosed(region.orders),
  });
  closers.push('region reports', () => regions.close());
  const clock = regionClock(region.lease);
  const audit = await services.audit();
  const desks = new OtherRegionDesks({ clock, log });
  const { link, matchmaking } = await linkRegions(
    {
      ...{ config, nodeId: node.processId, regions, clock, log, metrics },
      isCutOff: () => region.orders.holds('evacuate'),
    },
    async (bound) => ({
      telemetry: telemetry.over(bound),
      link: spreadRevocations({ revocations, link: desks.over(cacheNews.over(bound, clock)), log }),
      matchmaking: await openMatchmaking(
        {
          ...{ config, game, node, regions, link: bound, profiles, log, metrics },
          isElsewhere: !services.running.has('matchmaking'),
          nodeId: node.processId,
          calls: region.calls,
          nodes: () => region.registry.nodes,
          sheds: () => region.orders.holds('shed-tickets'),
          tokens: auth,
          clock,
          events: analytics.analytics,
        },
        closers,
      ),
    }),
    closers,
  );
  const linked = { config, nodeId: node.processId, regions, log, metrics };
  const evacuation = Evacuation.of({ ...linked, link }, closers);
  const refuge = evacuation?.refuge;
  const survival = new SurvivalRuntime({ config, node, region, self, log, metrics, evacuation });
  await node.join({
    ...region,
    ...{ publicAddress: config.http.publicAddress, refuge },
    isClosed: () => isClosed(region.orders),
    takesSeats: () => self.takesSeats,
    metrics: metrics.builds,
  });
  enforceRevocations({ revocations, node, matchmaking });
  metrics.onTick((seconds) => load.ran(seconds));
  defineRooms(game, node, {
    config: config.rooms,
    tokens: auth,
    profiles,
    log,
    metrics,
    scheduler,
    scratch: new EncodeScratch(),
    segments: new SegmentCheck(log),
    survival: survival.services,
    matches: matchmaking.results,
    backfills: matchmaking.backfills,
    analytics: analytics.analytics,
  });

  const { server, transport } = createPublicServer({
    ...{ config, game, node, self, region, regions, survival, log, metrics },
    ...{ auth, profiles, matchmaking, evacuation, analytics },
    checks: services.checks,
  });
  const metricsServer = createMetricsServer(metrics.registry);
  const operations = new RegionOperations({
    ...{ calls: region.calls, orders: region.orders },
    hasNode: (nodeId) => region.registry.find(nodeId) !== undefined,
  });
  const nodeConsole = createNodeConsole({
    ...{ regions, matchmaking, profiles, desks, audit },
    nodeId: node.processId,
    directory: region.directory,
    calls: region.calls,
    accounts: auth,
    nodes: () => region.registry.nodes,
    link: (regionId) => link?.status(regionId),
    ...{ operations, orders: region.orders },
  });
  openNodeDesk({ node, survival, calls: region.calls });
  const adminServer = createAdminServer({
    config: config.admin,
    isTrustedProxy: trustProxies(config.http.trustedProxies),
    nodes: {
      nodes: () => region.registry.nodes,
      drain: (nodeId) => operations.drainNode(nodeId),
    },
    players: auth,
    console: nodeConsole,
    telemetry,
    audit,
    modules: [
      {
        name: 'incidents',
        router: incidentRouter({
          ...{ desk: await openIncidentDesk({ config, log }, closers), audit },
        }),
      },
    ],
    log,
  });
  const servers = { players: server, metrics: metricsServer, admin: adminServer };
  const offers = [
    ...(services.isOffering ? services.offers : []),
    ...(services.isOffering || matchmaking.isElsewhere ? [matchmaking.offer] : []),
  ];
  const alertPort = services.running.has('incidents')
    ? await openIncidentBot({ config, nodeId: node.processId, audit, log, metrics }, closers)
    : null;
  const rpcPort = await openRpcPort({ config, offers, log, metrics }, closers);
  // Whoever matches elsewhere makes the rooms of its matches here.
  if (matchmaking.isElsewhere && rpcPort !== null) self.answersCallsOn(rpcPort);
  const ports = {
    ...(await openPorts(config, servers, closers)),
    ...(rpcPort === null ? {} : { rpcPort }),
    ...(alertPort === null ? {} : { alertPort }),
  };
  self.listensOn(ports.port, region.lease);
  survival.start();
  matchmaking.start();
  evacuation?.start(new NodeEvacuableRooms({ node, region, log }), closers);
  closers.push('sockets', () =>
    transport.close(config.process.shutdownDeadlineMs * SOCKETS_SHARE_OF_DEADLINE),
  );

  const stop = async () => {
    self.stopTakingRooms();
    log.info({ event: 'draining' }, 'draining: no new players');
    const { shutdownDeadlineMs } = config.process;
    await survival.leave(shutdownDeadlineMs * MOVES_SHARE_OF_DEADLINE);
    const { unfinishedRooms } = await node.shutdown(shutdownDeadlineMs * ROOMS_SHARE_OF_DEADLINE);
    if (unfinishedRooms > 0) log.warn({ unfinishedRooms }, 'rooms did not end in time');
    await closers.closeAll();
    log.info({ event: 'stopped', unfinishedRooms }, 'stopped');
    return { unfinishedRooms };
  };
  region.lease.onPhase((phase) => {
    if (phase !== 'dead' || stopping !== undefined) return;
    log.fatal({ event: 'fenced' }, 'this node was declared dead: its rooms are others’, it ends');
    survival.abandonAll();
    onFenced();
  });
  let stopping: ReturnType<typeof stop> | undefined;
  return {
    ports,
    log,
    metrics,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}
