import type { AuditLog } from '../admin/audit-log.ts';
import { createAlertServer } from '../admin/incidents/alert-server.ts';
import type { KnownNode } from '../admin/incidents/decide-incident.ts';
import { IncidentBot } from '../admin/incidents/incident-bot.ts';
import { createIncidentDesk, type IncidentDesk } from '../admin/incidents/incident-desk.ts';
import { IncidentHands } from '../admin/incidents/incident-hands.ts';
import { IncidentStore } from '../admin/incidents/incident-store.ts';
import { KubernetesAutoscaler } from '../admin/incidents/kubernetes-autoscaler.ts';
import { RegionOperations } from '../admin/region-operations.ts';
import { RedisNodeCalls } from '../cluster/node-calls.ts';
import { type NodeInfo, runsService } from '../cluster/node-info.ts';
import { RedisRegionOrders } from '../cluster/region-orders.ts';
import { RegionReader } from '../cluster/region-view.ts';
import type { MeridianConfig } from '../config/config.ts';
import type { Closers } from '../shared/closers.ts';
import { openRedis } from '../storage/redis/redis-connection.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import { listen } from './listen.ts';

/** Name of the API server inside a cluster, and where a pod finds its account there. */
const KUBERNETES = {
  url: 'https://kubernetes.default.svc',
  serviceAccountFolder: '/var/run/secrets/kubernetes.io/serviceaccount',
};

export interface IncidentsDeps {
  readonly config: MeridianConfig;
  /** Of this process; no two are alike. */
  readonly nodeId: string;
  readonly audit: AuditLog;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
}

/** Incidents for the console of a node: what the bot of its region knows, wherever that runs. */
export async function openIncidentDesk(
  { config, log }: Pick<IncidentsDeps, 'config' | 'log'>,
  closers: Closers,
): Promise<IncidentDesk> {
  const regionId = config.region.id;
  if (config.redis.uri === '') return createIncidentDesk({ store: null, regionId });
  const redis = await openRedis(config.redis.uri, { name: 'incident-desk', log });
  closers.push('Redis of the incident desk', () => redis.disconnect());
  return createIncidentDesk({ store: new IncidentStore(redis), regionId });
}

/**
 * Starts the incident bot of this process, and opens the port of alerts. It is no member of its region: it reads who is there, and calls them.
 *
 * @returns the port
 * @throws {ListenError} when it is taken; {Error} when Redis does not answer
 */
export async function openIncidentBot(deps: IncidentsDeps, closers: Closers): Promise<number> {
  const { config, audit, log, metrics } = deps;
  const { incidents, admin } = config;
  // Calls are answered on a channel of its own, also when the process is a node too.
  const botId = `incidents-${deps.nodeId}`;
  const redis = await openRedis(config.redis.uri, { name: 'incidents', log });
  closers.push('Redis of incidents', () => redis.disconnect());
  const calls = await RedisNodeCalls.open({ redis, nodeId: botId, log });
  closers.push('calls of the incident bot', () => calls.close());
  const region = new RegionReader(redis);
  const fleet = async () =>
    [...(await region.read()).values()].flatMap((lease) =>
      lease !== null && runsService(lease.info, 'game') ? [knownNode(lease.info)] : [],
    );
  const operations = new RegionOperations({
    ...{ calls, orders: new RedisRegionOrders({ redis, log }) },
    hasNode: async (nodeId) => (await fleet()).some((node) => node.nodeId === nodeId),
  });
  const autoscaler =
    incidents.autoscaler === ''
      ? null
      : new KubernetesAutoscaler({ ...KUBERNETES, name: incidents.autoscaler });
  const store = new IncidentStore(redis);
  const bot = new IncidentBot(
    {
      ...{ store, fleet, audit, log, metrics: metrics.incidents },
      hands: new IncidentHands({ operations, autoscaler }),
    },
    {
      ...{ botId, regionId: config.region.id },
      policy: {
        ...incidents,
        unattended: incidents.unattendedActions,
        isDryRun: incidents.mode === 'dry-run',
      },
    },
  );
  bot.start();
  closers.push('incident bot', () => bot.stop());
  const server = createAlertServer({
    ...{ token: incidents.token, metrics: metrics.incidents, log },
    take: async (alerts) => {
      await store.post(alerts.map((alert) => ({ kind: 'alert', alert })));
      bot.wake();
    },
  });
  const { bindAddress: address } = admin;
  const setting = 'MERIDIAN_INCIDENTS_PORT';
  return await listen(server, { port: incidents.port, address, setting }, closers);
}

function knownNode(node: NodeInfo): KnownNode {
  const { nodeId, isDraining, isQuarantined = false, ...at } = node;
  const addresses = [at.internalAddress, at.peerAddress, at.publicAddress ?? ''];
  return {
    nodeId,
    isInPlay: !isDraining,
    // Quarantined, it could still be drained.
    isDraining: isDraining && !isQuarantined,
    names: addresses.flatMap((address) => [address, address.replace(/:\d+$/, '')]),
  };
}
