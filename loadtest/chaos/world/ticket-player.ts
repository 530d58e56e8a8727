import {
  type MatchTicket,
  MemoryStorage,
  MeridianClient,
  MeridianError,
  type MeridianRoom,
} from '@meridian/client';
import { machineNowMs } from '../../machine/machine-clock.ts';
import { QUEUE } from './queue.ts';
import type { TripEnd } from './ticket-trip.ts';
import type { TicketReport } from './ticket-wire.ts';

/** How long a match is played. */
const PLAY_MS = 2_000;
const LEAVE_WITHIN_MS = 2_000;

/** A player at home somewhere, with the real client SDK: enters, waits, plays for a moment, leaves. One ticket at a time. */
export class TicketPlayer {
  readonly home: string;
  readonly #client: MeridianClient;
  readonly #tell: (report: TicketReport) => void;
  #isBusy = false;
  #ticket: MatchTicket | null = null;

  /** Signs in and measures all regions. @throws {MeridianError} whatever kept it from that */
  static async arrive(
    home: string,
    door: string,
    tell: (report: TicketReport) => void,
  ): Promise<TicketPlayer> {
    const client = new MeridianClient(`http://${door}`, { storage: new MemoryStorage() });
    await client.signInAsGuest();
    await client.regions.probe();
    return new TicketPlayer(home, client, tell);
  }

  private constructor(home: string, client: MeridianClient, tell: (report: TicketReport) => void) {
    this.home = home;
    this.#client = client;
    this.#tell = tell;
  }

  /** Whether it waits or plays. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Does not want to wait any more. What keeps it from that, a match above all, the ticket itself tells. */
  async takeBack(): Promise<void> {
    await this.#ticket?.cancel().catch(() => {});
  }

  /** From the queue to the end of the match, or of the ticket. Never rejects. */
  async travel(trip: number): Promise<void> {
    this.#isBusy = true;
    try {
      const ticket = await this.#enter(trip);
      this.#ticket = ticket;
      if (ticket !== null) await this.#follow(trip, ticket);
    } finally {
      this.#ticket = null;
      this.#isBusy = false;
    }
  }

  async #enter(trip: number): Promise<MatchTicket | null> {
    const { home } = this;
    try {
      const ticket = await this.#client.matchmaking.enter(QUEUE);
      const playerId = this.#client.playerId ?? '';
      const { ticketId } = ticket;
      this.#tell({ kind: 'entered', trip, playerId, home, ticketId, atMs: machineNowMs() });
      return ticket;
    } catch (error) {
      this.#tell({ kind: 'refused', home, code: codeOf(error), atMs: machineNowMs() });
      return null;
    }
  }

  async #follow(trip: number, ticket: MatchTicket): Promise<void> {
    let { ticketId } = ticket;
    const ended = new Promise<TripEnd>((resolve) => {
      ticket.onChange((body) => {
        if (body.ticketId !== ticketId) {
          ticketId = body.ticketId;
          this.#tell({ kind: 'again', trip, ticketId, atMs: machineNowMs() });
        }
        const end = endOf(body);
        if (end !== null) resolve(end);
      });
    });
    const end = await ended;
    this.#tell({ kind: 'ended', trip, end, atMs: machineNowMs() });
    if (end.kind === 'matched') await this.#play(trip, ticket);
  }

  async #play(trip: number, ticket: MatchTicket): Promise<void> {
    let room: MeridianRoom;
    try {
      room = await ticket.join();
    } catch (error) {
      const seat = { kind: 'failed', code: codeOf(error) } as const;
      this.#tell({ kind: 'seat', trip, seat, atMs: machineNowMs() });
      return;
    }
    const seat = { kind: 'taken', roomId: room.roomId } as const;
    this.#tell({ kind: 'seat', trip, seat, atMs: machineNowMs() });
    await sleep(PLAY_MS);
    // A room that cannot be reached does not say goodbye.
    await Promise.race([room.leave(), sleep(LEAVE_WITHIN_MS)]);
  }
}

function endOf(body: MatchTicket['body']): TripEnd | null {
  switch (body.state) {
    case 'queued':
    case 'searching':
      return null;
    case 'matched':
      return {
        kind: 'matched',
        matchId: body.match?.matchId ?? '',
        regionId: body.match?.regionId ?? '',
      };
    case 'expired':
      return { kind: 'expired' };
    case 'cancelled':
      return { kind: 'cancelled', by: body.by };
    case 'lost':
      return { kind: 'lost', code: body.error.code };
  }
}

function codeOf(error: unknown): string {
  return error instanceof MeridianError ? error.code : String(error);
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
