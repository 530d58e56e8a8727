import { Registry } from 'prom-client';
import type { Alert } from '../../src/admin/incidents/alertmanager-webhook.ts';
import type { Autoscaler } from '../../src/admin/incidents/autoscaler.ts';
import { IncidentBot } from '../../src/admin/incidents/incident-bot.ts';
import { IncidentHands } from '../../src/admin/incidents/incident-hands.ts';
import { IncidentStore } from '../../src/admin/incidents/incident-store.ts';
import { RegionOperations } from '../../src/admin/region-operations.ts';
import { RedisRegionOrders } from '../../src/cluster/region-orders.ts';
import type { AuditEntry } from '../../src/protocol/admin.ts';
import { INCIDENT_ACTIONS } from '../../src/protocol/incidents.ts';
import type { RedisClient } from '../../src/storage/redis/redis-script.ts';
import { IncidentMetrics } from '../../src/telemetry/incident-metrics.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

/** An alert of region `eu`, of node 1. */
export function alertOf(change: Partial<Alert> = {}): Alert {
  return {
    ...{ isFiring: true, fingerprint: crypto.randomUUID(), startedAtMs: 1_000, name: 'A' },
    ...{ severity: 'page', action: 'drain-node', regionId: 'eu', node: '1' },
    ...{ summary: '', runbookUrl: '' },
    ...change,
  };
}

/** The incident bot of region `eu` in this process, over a real Redis, with four nodes that are the test's. Not started. */
export function openLocalBot({
  redis,
  botId,
  request,
  autoscaler = null,
}: {
  readonly redis: RedisClient;
  readonly botId: string;
  /** Answers calls to nodes. */
  readonly request: (nodeId: string, method: string) => Promise<unknown>;
  readonly autoscaler?: Autoscaler | null;
}) {
  const log = createLogger({ level: 'silent' });
  const store = new IncidentStore(redis);
  const orders = new RedisRegionOrders({ redis, log });
  const operations = new RegionOperations({ calls: { request }, orders, hasNode: () => true });
  const audit: AuditEntry[] = [];
  const bot = new IncidentBot(
    {
      ...{ store, log, metrics: new IncidentMetrics(new Registry()) },
      hands: new IncidentHands({ operations, autoscaler, betweenTriesMs: 1 }),
      fleet: async () =>
        ['1', '2', '3', '4'].map((nodeId) => ({
          ...{ nodeId, isInPlay: true, isDraining: false, names: [] },
        })),
      audit: { record: async (entry) => void audit.push(entry) },
    },
    {
      ...{ botId, regionId: 'eu' },
      policy: {
        actions: INCIDENT_ACTIONS,
        unattended: ['drain-node', 'quarantine-node', 'raise-replicas'],
        ...{ blastRadiusRatio: 0.5, cooldownMs: 1, approvalTtlMs: 60_000, isDryRun: false },
      },
    },
  );
  return { bot, store, audit, orders };
}
