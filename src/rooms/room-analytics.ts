import type { Client } from '@colyseus/core';
import type {
  Analytics,
  EventDefinition,
  EventSubject,
  SeatSession,
} from '../analytics/contract.ts';
import type { Clock } from '../shared/clock.ts';

/** What of a room is used here. */
export interface RecordedRoom {
  readonly roomName: string;
  readonly roomId: string;
  readonly match: { readonly matchId: string } | null;
  readonly clients: { getById(sessionId: string): unknown };
}

/** A client, as far as it says who it is. */
export type Authenticated = object & { readonly auth?: unknown };

/** Records what happens in a room; its events carry the room, its match, and when it is said, the player. */
export class RoomAnalytics {
  readonly #room: RecordedRoom;
  readonly #analytics: Analytics;
  readonly #clock: Clock;
  /** When sessions began, monotonic, ms; null: on another node. */
  readonly #startedAtMs = new Map<string, number | null>();

  constructor(deps: {
    readonly room: RecordedRoom;
    readonly analytics: Analytics;
    readonly clock: Clock;
  }) {
    this.#room = deps.room;
    this.#analytics = deps.analytics;
    this.#clock = deps.clock;
  }

  /**
   * Puts an event aside and returns at once; it never throws, and nothing waits for it. Fields are strings, numbers and booleans, 1 KiB in
   * all. An event that does not fit its definition is counted, logged once, and left out.
   *
   * @param event - a member of what `defineEvents` returned, and `defineGame` was given
   * @param player - whom it is about: a client or a player's id. It leaves as a pseudonym
   */
  record<Fields>(
    event: EventDefinition<Fields>,
    fields: NoInfer<Fields>,
    player?: Authenticated | string,
  ): void {
    this.#analytics.record(event, fields, this.#about(playerIdOf(player)));
  }

  /** A client sits down, or sat when the room came back from elsewhere. */
  seated(client: Client): void {
    const isCarriedOver = this.#room.clients.getById(client.sessionId) === undefined;
    this.#startedAtMs.set(client.sessionId, isCarriedOver ? null : this.#clock.monotonicMs());
    if (!isCarriedOver) this.#analytics.sessionStarted(this.#about(playerIdOf(client)));
  }

  /** A seat is free. @param goesOn - elsewhere, with the room */
  left(client: Client, { goesOn }: { readonly goesOn: boolean }): void {
    const startedAtMs = this.#startedAtMs.get(client.sessionId);
    this.#startedAtMs.delete(client.sessionId);
    if (startedAtMs === undefined || goesOn) return;
    const durationMs =
      startedAtMs === null ? null : Math.round(this.#clock.monotonicMs() - startedAtMs);
    this.#analytics.sessionEnded(this.#about(playerIdOf(client)), durationMs);
  }

  #about(playerId: string | null): SeatSession & EventSubject {
    const { roomName, roomId, match } = this.#room;
    return { room: roomName, roomId, matchId: match?.matchId ?? null, playerId };
  }
}

/** @returns null for a client that is nobody in particular */
export function playerIdOf(player: Authenticated | string | undefined): string | null {
  if (typeof player === 'string') return player;
  const { playerId } = Object(player?.auth) as { readonly playerId?: unknown };
  return typeof playerId === 'string' ? playerId : null;
}
