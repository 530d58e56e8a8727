import type { Clock } from '../shared/clock.ts';
import type { AnalyticsMetrics } from '../telemetry/analytics-metrics.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { AliasStore } from './alias-store.ts';
import { BUILT_IN_EVENTS } from './built-in-events.ts';
import type {
  Analytics,
  ErasePlayerFromAnalytics,
  EventDefinitions,
  EventSubject,
} from './contract.ts';
import { EventBuffer } from './event-buffer.ts';
import { EventPublisher } from './event-publisher.ts';
import type { EventSource } from './event-record.ts';
import { BufferedRecorder } from './event-recorder.ts';
import { EventShipper } from './event-shipper.ts';
import type { EventSink } from './event-sink.ts';
import type { EventStream } from './event-stream.ts';
import { LatencySampler } from './latency-sampler.ts';

// An event, from the game to where it is kept:
//
//   record() ─▶ buffer ─▶ publisher: pseudonyms, checks ─▶ stream of the region ─▶ shipper (of any node) ─▶ sink
//      at once   bounded,    four times a second              bounded, refuses         until it is acknowledged
//                drops by class

export interface AnalyticsDeps {
  readonly source: EventSource;
  /** Of the game. */
  readonly events: EventDefinitions;
  readonly bufferEvents: number;
  readonly stream: EventStream;
  /** Whether the stream is there when this process has ended, and others ship what is in it. */
  readonly outlivesProcess: boolean;
  readonly aliases: AliasStore;
  /** Null: another process writes out what is in the stream. */
  readonly sink: EventSink | null;
  readonly clock: Clock;
  readonly metrics: AnalyticsMetrics;
  readonly log: Logger;
}

/** Analytics as one node does it. */
export interface AnalyticsService {
  readonly analytics: Analytics;
  readonly erasePlayer: ErasePlayerFromAnalytics;
  /** A round trip to a client, as often as it is measured; a few of them become events. */
  latencyMeasured(client: object, rttMs: number, about: EventSubject): void;
  start(): void;
  /** Sends on what is here. What cannot be in this time is lost, counted and told. @param withinMs - for both steps together */
  stop(withinMs: number): Promise<void>;
}

export function createAnalyticsService(deps: AnalyticsDeps): AnalyticsService {
  const { stream, sink, aliases, source, clock, metrics, log } = deps;
  const buffer = new EventBuffer({
    capacity: deps.bufferEvents,
    onDropped: (eventClass) => metrics.dropped(eventClass),
  });
  metrics.buffered = () => buffer.size;
  const analytics = new BufferedRecorder({ buffer, events: deps.events, clock, metrics, log });
  const publisher = new EventPublisher({
    ...{ buffer, stream, aliases, source, clock, metrics, log },
    onRefused: (name, problem) => analytics.refused(name, problem),
  });
  const shipper = sink === null ? null : new EventShipper({ stream, sink, clock, metrics, log });
  const sampler = new LatencySampler({ clock });
  return {
    analytics,
    erasePlayer: (playerId) => aliases.erase(playerId),
    latencyMeasured: (client, rttMs, about) => {
      if (sampler.takes(client)) analytics.record(BUILT_IN_EVENTS.latencySampled, { rttMs }, about);
    },
    start: () => {
      publisher.start();
      shipper?.start();
    },
    stop: async (withinMs) => {
      const untilMs = clock.monotonicMs() + withinMs;
      const unpublished = await publisher.stop(withinMs);
      const leftMs = Math.max(0, untilMs - clock.monotonicMs());
      const { outlivesProcess } = deps;
      await shipper?.stop(leftMs, { goesOn: !outlivesProcess });
      await sink?.close();
      const lost = unpublished + (outlivesProcess ? 0 : metrics.backlog);
      if (lost > 0) log.warn({ event: 'analytics-lost', lost }, 'analytics events were lost');
    },
  };
}

export type ShippingDeps = Pick<
  AnalyticsDeps,
  'stream' | 'aliases' | 'clock' | 'metrics' | 'log'
> & {
  readonly sink: EventSink;
};

/** Analytics in a process that records nothing: writes out what the nodes of the region have put into the stream. */
export function createShippingService(
  deps: ShippingDeps,
): Pick<AnalyticsService, 'erasePlayer' | 'start' | 'stop'> {
  const { aliases, sink } = deps;
  const shipper = new EventShipper(deps);
  return {
    erasePlayer: (playerId) => aliases.erase(playerId),
    start: () => shipper.start(),
    stop: async (withinMs) => {
      await shipper.stop(withinMs, { goesOn: false });
      await sink.close();
    },
  };
}
