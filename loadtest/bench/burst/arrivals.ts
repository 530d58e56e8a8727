import { setTimeout as sleep } from 'node:timers/promises';
import type { Arrival } from './arrival.ts';
import type { Crowd, CrowdPlayer } from './crowd.ts';
import type { HttpLanes } from './http-lanes.ts';

const TICK_MS = 5;

/** Sends players to the queue at a rate, whatever becomes of them: an open loop. */
export class Arrivals {
  readonly #crowd: Crowd;
  readonly #lanes: HttpLanes;
  readonly #waiting = new Map<
    string,
    { readonly arrival: Arrival; readonly player: CrowdPlayer }
  >();
  /** Seats that were heard of before their entry was answered. */
  readonly #unanswered = new Map<string, Arrival>();

  constructor(crowd: Crowd, lanes: HttpLanes) {
    this.#crowd = crowd;
    this.#lanes = lanes;
  }

  /** Players who have a ticket and no seat. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Players who have no answer yet. */
  get unanswered(): number {
    return this.#unanswered.size;
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

  /** A player has a seat. */
  seated(playerId: string): void {
    const unanswered = this.#unanswered.get(playerId);
    if (unanswered !== undefined) unanswered.seatedAtMs = performance.now();
    const waiting = this.#waiting.get(playerId);
    if (waiting === undefined) return;
    waiting.arrival.seatedAtMs = performance.now();
    this.#waiting.delete(playerId);
    this.#crowd.giveBack(waiting.player);
  }

  #ask(dueAtMs: number): Arrival {
    const player = this.#crowd.take();
    const { playerId } = player;
    const arrival: Arrival = {
      ...{ playerId, dueAtMs, answeredAtMs: null, answer: null, seatedAtMs: null },
    };
    this.#unanswered.set(playerId, arrival);
    void this.#lanes.send(player.request).then((answer) => {
      this.#unanswered.delete(playerId);
      arrival.answeredAtMs = performance.now();
      arrival.answer = answer;
      if (answer.kind === 'entered' && arrival.seatedAtMs === null) {
        this.#waiting.set(playerId, { arrival, player });
      } else if (answer.kind !== 'failed') {
        // Of one who heard nothing nobody knows whether he waits.
        this.#crowd.giveBack(player);
      }
    });
    return arrival;
  }
}
