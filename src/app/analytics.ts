import { dirname, join } from 'node:path';
import { RedisAliasStore } from '../analytics/alias-store-redis.ts';
import { SqliteAliasStore } from '../analytics/alias-store-sqlite.ts';
import type {
  Analytics,
  ErasePlayerFromAnalytics,
  EventDefinitions,
} from '../analytics/contract.ts';
import { NO_ANALYTICS } from '../analytics/event-recorder.ts';
import { TAKE_OVER_AFTER_MS } from '../analytics/event-shipper.ts';
import type { EventSink } from '../analytics/event-sink.ts';
import { FileEventSink } from '../analytics/event-sink-files.ts';
import { WebhookEventSink } from '../analytics/event-sink-webhook.ts';
import { MemoryEventStream } from '../analytics/event-stream-memory.ts';
import { RedisEventStream } from '../analytics/event-stream-redis.ts';
import {
  createAnalyticsService,
  createShippingService,
  type AnalyticsDeps as ServiceDeps,
} from '../analytics/service.ts';
import type { MeridianConfig } from '../config/config.ts';
import { playerIdOf, type RecordedRoom } from '../rooms/room-analytics.ts';
import { assertNever } from '../shared/assert-never.ts';
import { type Clock, systemClock } from '../shared/clock.ts';
import type { Closers } from '../shared/closers.ts';
import type { MongoDatabase } from '../storage/mongo/mongo-connection.ts';
import { openRedis } from '../storage/redis/redis-connection.ts';
import type { SqliteDatabase } from '../storage/sqlite/sqlite-database.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';

/** What the end of a node waits for its last events, ms. */
const LAST_EVENTS_WITHIN_MS = 2_000;

/** Analytics on this node; `none` records nothing, and still erases. */
export interface NodeAnalytics {
  readonly analytics: Analytics;
  readonly erasePlayer: ErasePlayerFromAnalytics;
  /** A round trip to a seated client. */
  clientRtt(room: RecordedRoom, client: object, rttMs: number): void;
}

export interface AnalyticsDeps {
  readonly config: MeridianConfig;
  /** Of this process; no two are alike. */
  readonly nodeId: string;
  readonly database: () => Promise<SqliteDatabase>;
  /** Null: none is configured. */
  readonly mongo: () => Promise<MongoDatabase | null>;
  readonly log: Logger;
  readonly metrics: NodeMetrics;
}

export interface NodeAnalyticsDeps extends AnalyticsDeps {
  /** Of the game. */
  readonly events: EventDefinitions;
  /** Of a service that runs elsewhere and writes the events out; null: this process does. */
  readonly eraseElsewhere: ErasePlayerFromAnalytics | null;
}

/**
 * Opens analytics for a process that records events, and, unless another one does, begins to write out what is in the region's stream.
 *
 * @throws {Error} when Redis does not answer
 */
export async function openAnalytics(
  deps: NodeAnalyticsDeps,
  closers: Closers,
): Promise<NodeAnalytics> {
  const { config, events, nodeId, eraseElsewhere, log, metrics } = deps;
  const isElsewhere = eraseElsewhere !== null;
  const sink = isElsewhere ? null : await openSink(deps);
  const isRecorded = isElsewhere ? config.analytics.sink !== 'none' : sink !== null;
  if (isElsewhere && !isRecorded) return recordingNothing(eraseElsewhere);
  const parts = await openParts(deps, closers);
  if (!isRecorded) return recordingNothing((playerId) => parts.aliases.erase(playerId));
  const service = createAnalyticsService({
    ...parts,
    source: { regionId: config.region.id, nodeId },
    events,
    bufferEvents: config.analytics.bufferEvents,
    sink,
    clock: systemClock,
    metrics: metrics.analytics,
    log,
  });
  closers.push('analytics', () => service.stop(LAST_EVENTS_WITHIN_MS));
  service.start();
  return {
    analytics: service.analytics,
    erasePlayer: eraseElsewhere ?? service.erasePlayer,
    clientRtt: ({ roomName, roomId, match }, client, rttMs) =>
      service.latencyMeasured(client, rttMs, {
        room: roomName,
        roomId,
        matchId: match?.matchId ?? null,
        playerId: playerIdOf(client),
      }),
  };
}

/**
 * Opens analytics for a process that records nothing, and begins to write out what is in the region's stream.
 *
 * @throws {Error} when Redis does not answer
 */
export async function openEventShipping(
  deps: AnalyticsDeps,
  closers: Closers,
): Promise<ErasePlayerFromAnalytics> {
  const sink = await openSink(deps);
  if (sink === null) throw new TypeError('A service that writes nothing is none (config.ts).');
  const { log, metrics } = deps;
  const parts = await openParts(deps, closers);
  const common = { clock: systemClock, metrics: metrics.analytics, log };
  const service = createShippingService({ ...parts, ...common, sink });
  closers.push('analytics', () => service.stop(LAST_EVENTS_WITHIN_MS));
  service.start();
  return service.erasePlayer;
}

function recordingNothing(erasePlayer: ErasePlayerFromAnalytics): NodeAnalytics {
  return { analytics: NO_ANALYTICS, erasePlayer, clientRtt: () => {} };
}

async function openParts(
  { config, nodeId, database, log }: AnalyticsDeps,
  closers: Closers,
): Promise<Pick<ServiceDeps, 'stream' | 'aliases' | 'outlivesProcess'>> {
  const { uri } = config.redis;
  const mostEvents = config.analytics.streamMaxEvents;
  const clock: Clock = systemClock;
  if (uri === '') {
    return {
      stream: new MemoryEventStream({ mostEvents }),
      aliases: await SqliteAliasStore.open({ db: await database(), clock }),
      outlivesProcess: false,
    };
  }
  // Of its own: a batch of events must not stand before what rooms ask.
  const redis = await openRedis(uri, { name: 'analytics', log });
  closers.push('Redis of analytics', () => redis.disconnect());
  const options = { nodeId, mostEvents, takeOverAfterMs: TAKE_OVER_AFTER_MS };
  return {
    stream: new RedisEventStream({ redis, clock }, options),
    aliases: new RedisAliasStore({ redis }),
    outlivesProcess: true,
  };
}

/** @returns null when events go nowhere */
async function openSink(deps: AnalyticsDeps): Promise<EventSink | null> {
  const { sink, webhookUrl, webhookToken, keepMs } = deps.config.analytics;
  switch (sink) {
    case 'none':
      return null;
    case 'webhook':
      return new WebhookEventSink({ url: webhookUrl, token: webhookToken });
    case 'mongo': {
      const database = await deps.mongo();
      if (database === null) throw new TypeError('The sink mongo needs mongo.uri.');
      // Loaded only here, as MongoDB is.
      const { MongoEventSink } = await import('../analytics/event-sink-mongo.ts');
      return new MongoEventSink({ database }, { keepMs });
    }
    case 'files':
      return fileSinkOf(deps);
    default:
      return assertNever(sink);
  }
}

/** @returns null when nothing is to be kept */
function fileSinkOf({ config, nodeId, log }: AnalyticsDeps): EventSink | null {
  const { folder, ...limits } = config.analytics;
  const { sqlitePath } = config.profiles;
  if (folder === '' && sqlitePath === ':memory:') return null;
  return new FileEventSink(
    { clock: systemClock, log },
    { ...limits, nodeId, folder: folder === '' ? join(dirname(sqlitePath), 'analytics') : folder },
  );
}
