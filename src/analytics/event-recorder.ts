import type { Clock } from '../shared/clock.ts';
import type { AnalyticsMetrics } from '../telemetry/analytics-metrics.ts';
import type { Logger } from '../telemetry/logger.ts';
import { BUILT_IN_EVENTS } from './built-in-events.ts';
import type {
  Analytics,
  EventDefinition,
  EventDefinitions,
  EventSubject,
  MadeMatchFacts,
  SeatSession,
  TicketFacts,
  TicketOutcome,
  WalletChange,
} from './contract.ts';
import { copyFields } from './copy-fields.ts';
import type { EventBuffer } from './event-buffer.ts';

/** The way in: puts each event into the buffer, and Meridian's own into words. */
export class BufferedRecorder implements Analytics {
  readonly #buffer: EventBuffer;
  readonly #known: ReadonlySet<unknown>;
  readonly #clock: Clock;
  readonly #metrics: AnalyticsMetrics;
  readonly #log: Logger;
  readonly #complainedOf = new Set<string>();
  #sequence = 0;

  /** @param deps.events - of the game; events of others are refused, and counted */
  constructor(deps: {
    readonly buffer: EventBuffer;
    readonly events: EventDefinitions;
    readonly clock: Clock;
    readonly metrics: AnalyticsMetrics;
    readonly log: Logger;
  }) {
    this.#buffer = deps.buffer;
    this.#known = new Set([...Object.values(BUILT_IN_EVENTS), ...Object.values(deps.events)]);
    this.#clock = deps.clock;
    this.#metrics = deps.metrics;
    this.#log = deps.log;
  }

  record<Fields>(
    event: EventDefinition<Fields>,
    fields: NoInfer<Fields>,
    about: EventSubject = {},
  ): void {
    if (!this.#known.has(event)) {
      this.refused(String(event?.name), 'is not among the game’s `analytics`');
      return;
    }
    const copy = copyFields(fields);
    if (copy === null) {
      this.refused(event.name, 'is not flat, or too large');
      return;
    }
    this.#sequence += 1;
    this.#metrics.recorded(event.eventClass);
    this.#buffer.push({
      sequence: this.#sequence,
      atMs: this.#clock.wallMs(),
      event: event as EventDefinition,
      fields: copy,
      about,
    });
  }

  /** Counts an event that is none; the log has the first of each kind. */
  refused(name: string, problem: string): void {
    this.#metrics.refused();
    // Bounded: names come from code, but code can build them.
    if (this.#complainedOf.has(name) || this.#complainedOf.size >= 100) return;
    this.#complainedOf.add(name);
    this.#log.warn({ event: 'analytics-refused', name, problem }, 'an analytics event was refused');
  }

  sessionStarted(session: SeatSession): void {
    this.record(BUILT_IN_EVENTS.sessionStarted, {}, { ...session });
  }

  sessionEnded(session: SeatSession, durationMs: number | null): void {
    this.record(BUILT_IN_EVENTS.sessionEnded, { durationMs }, { ...session });
  }

  ticketQueued({ ticketId, queue, playerIds, latencyMsByRegion }: TicketFacts): void {
    const [best] = Object.entries(latencyMsByRegion).sort(([, a], [, b]) => a - b);
    const [bestRegionId = null, bestLatencyMs = null] = best ?? [];
    const players = playerIds.length;
    for (const playerId of playerIds) {
      this.record(
        BUILT_IN_EVENTS.ticketQueued,
        { ticketId, queue, players, bestRegionId, bestLatencyMs },
        { playerId },
      );
    }
  }

  ticketEnded(
    { ticketId, queue, playerIds, latencyMsByRegion }: TicketFacts,
    { outcome, waitMs, regionId, matchId }: TicketOutcome,
  ): void {
    const latencyMs = regionId === null ? null : (latencyMsByRegion[regionId] ?? null);
    const fields = { ticketId, queue, players: playerIds.length, outcome, waitMs, regionId };
    for (const [place, playerId] of playerIds.entries()) {
      // While a queue goes from one node to another, both may see the end.
      const once = `${ticketId}.${place}`;
      this.record(
        BUILT_IN_EVENTS.ticketEnded,
        { ...fields, latencyMs },
        { playerId, matchId, once },
      );
    }
  }

  matchMade({ matchId, ...fields }: MadeMatchFacts): void {
    this.record(BUILT_IN_EVENTS.matchMade, fields, { matchId });
  }

  matchReported(
    { matchId, queue }: { readonly matchId: string; readonly queue: string },
    ranks: readonly number[],
  ): void {
    this.record(
      BUILT_IN_EVENTS.matchReported,
      { queue, teams: ranks.length, ranks: ranks.join(',') },
      { matchId, once: matchId },
    );
  }

  walletChanged({ playerId, ...fields }: WalletChange): void {
    const once = `${fields.operationId}.${fields.currency}`;
    this.record(BUILT_IN_EVENTS.walletChanged, fields, { playerId, once });
  }
}

/** For a node without analytics: what is recorded is forgotten. */
export const NO_ANALYTICS: Analytics = {
  record: () => {},
  sessionStarted: () => {},
  sessionEnded: () => {},
  ticketQueued: () => {},
  ticketEnded: () => {},
  matchMade: () => {},
  matchReported: () => {},
  walletChanged: () => {},
};
