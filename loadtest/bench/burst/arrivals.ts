import { setTimeout as sleep } from 'node:timers/promises';
import { RoomClient } from '../../bots/room-client.ts';
import type { Seat } from '../../bots/seat.ts';
import type { Arrival, EntryAnswer } from './arrival.ts';
import type { Crowd, CrowdPlayer } from './crowd.ts';
import type { HttpLanes } from './http-lanes.ts';

const TICK_MS = 5;
const JOIN_WITHIN_MS = 10_000;
/** Colyseus' code of a player who wants to leave. */
const CONSENTED = 4_000;

interface Journey {
  readonly arrival: Arrival;
  readonly player: CrowdPlayer;
}

/**
 * Sends players to the queue at a rate, whatever becomes of them: an open loop. Who gets a seat takes it, and leaves the room at once.
 *
 *   come ──request──▶ answer ─▶ refused: he may come again as somebody new
 *                        └────▶ entered ──seat──▶ WebSocket ─▶ first state ─▶ leaves, and may come again
 */
export class Arrivals {
  readonly #crowd: Crowd;
  readonly #lanes: HttpLanes;
  readonly #endpoint: URL;
  /** Everybody under way, by player. */
  readonly #journeys = new Map<string, Journey>();
  #unanswered = 0;

  constructor(crowd: Crowd, lanes: HttpLanes, endpoint: URL) {
    this.#crowd = crowd;
    this.#lanes = lanes;
    this.#endpoint = endpoint;
  }

  /** Players who have a ticket, or may have one, and are not in a room yet. */
  get waiting(): number {
    return this.#journeys.size - this.#unanswered;
  }

  /** Players who have no answer yet. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** So many a second, evenly, for so long. @returns all of them, at once: what becomes of the last is not known yet */
  async come(perSecond: number, seconds: number): Promise<readonly Arrival[]> {
    const arrivals: Arrival[] = [];
    const startedMs = performance.now();
    const total = Math.round(perSecond * seconds);
    while (arrivals.length < total) {
      const due = Math.min(total, ((performance.now() - startedMs) * perSecond) / 1_000);
      while (arrivals.length < due) {
        arrivals.push(this.#ask(startedMs + (arrivals.length / perSecond) * 1_000));
      }
      await sleep(TICK_MS);
    }
    return arrivals;
  }

  /** A player has a seat: he takes it. */
  async take(playerId: string, seat: Seat): Promise<void> {
    const journey = this.#journeys.get(playerId);
    if (journey === undefined) return;
    const { arrival, player } = journey;
    arrival.matchedAtMs = performance.now();
    try {
      const room = await RoomClient.join({
        ...{ endpoint: this.#endpoint, seat, accessToken: player.accessToken },
        ...{ decodes: false, timeoutMs: JOIN_WITHIN_MS },
      });
      arrival.seatedAtMs = performance.now();
      room.socket.close(CONSENTED);
    } catch (error) {
      arrival.lostSeat = (error as Error).message;
    }
    this.#end(journey);
  }

  #ask(dueAtMs: number): Arrival {
    const player = this.#crowd.take();
    const playerId = player?.playerId ?? '';
    const arrival: Arrival = {
      ...{ playerId, dueAtMs, answeredAtMs: null, answer: null },
      ...{ matchedAtMs: null, seatedAtMs: null, lostSeat: null },
    };
    if (player === null) {
      arrival.answer = { kind: 'failed', reason: 'everybody waits' };
      return arrival;
    }
    const journey: Journey = { arrival, player };
    this.#journeys.set(playerId, journey);
    this.#unanswered += 1;
    void this.#lanes.send(player.request).then((answer) => this.#answered(journey, answer));
    return arrival;
  }

  #answered(journey: Journey, answer: EntryAnswer): void {
    const { arrival } = journey;
    this.#unanswered -= 1;
    arrival.answeredAtMs = performance.now();
    arrival.answer = answer;
    if (answer.kind === 'refused') this.#journeys.delete(arrival.playerId);
    // Of one who heard nothing nobody knows whether he waits: he does not come again.
    if (answer.kind === 'failed') this.#journeys.delete(arrival.playerId);
    else this.#end(journey);
  }

  /** Once he has his answer, and is in a room or will not be. */
  #end({ arrival, player }: Journey): void {
    const isOver = arrival.answer?.kind === 'refused' || arrival.matchedAtMs !== null;
    const isUnderWay = arrival.matchedAtMs !== null && arrival.seatedAtMs === null;
    if (arrival.answer === null || !isOver || (isUnderWay && arrival.lostSeat === null)) return;
    this.#journeys.delete(arrival.playerId);
    this.#crowd.giveBack(player);
  }
}
