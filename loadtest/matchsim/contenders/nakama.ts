// Nakama's default matchmaker, by its rule (server/matchmaker_process.go):
//
//   each interval, for each ACTIVE ticket in no order:
//     all tickets that its query finds, oldest first ─▶ first fit into combinations ─▶ the first full one is a match
//   a ticket whose least and greatest match size are equal is active for one interval; later it can only be found
//
// The query is the game's own. Here: nearest region the same, rating within 150. As queries do not change while a ticket
// waits, this one is a choice between long waits and bad matches. Nakama makes no teams and may find ten players that
// do not split into two fives: here such a combination is passed over, and the judge splits the others as well as can be.

import { splitTeams } from '../judge/team-split.ts';
import { nearestRegion, playersOf, type SimTicket } from '../model/sim-ticket.ts';
import type { Contender, ContenderSetup, PassResult, SimMatch } from './contender.ts';

const QUERY_RATING_RANGE = 150;

export class NakamaContender implements Contender {
  readonly periodMs: number;
  readonly #setup: ContenderSetup;
  /** Oldest first. */
  #queued: SimTicket[] = [];
  #active: SimTicket[] = [];
  #isOpen: readonly boolean[] = [];

  /** @param intervalMs - Nakama's `interval_sec`; 15 s unless configured */
  constructor(setup: ContenderSetup, intervalMs: number) {
    this.#setup = setup;
    this.periodMs = intervalMs;
  }

  add(ticket: SimTicket): void {
    this.#queued.push(ticket);
    this.#active.push(ticket);
  }

  setOpenRegions(isOpen: readonly boolean[]): void {
    // Players of a lost region ask again with another query, and are active again.
    const moved = this.#queued.filter(
      (ticket) => nearestRegion(ticket, this.#isOpen) !== nearestRegion(ticket, isOpen),
    );
    this.#isOpen = isOpen;
    this.#active = [...new Set([...this.#active, ...moved])];
  }

  pass(): PassResult {
    const byRegion = this.#setup.regions.map((): SimTicket[] => []);
    for (const ticket of this.#queued) byRegion[nearestRegion(ticket, this.#isOpen)]?.push(ticket);
    const taken = new Set<SimTicket>();
    const matches: SimMatch[] = [];
    for (const active of this.#setup.random.shuffle(this.#active)) {
      if (taken.has(active)) continue;
      const region = nearestRegion(active, this.#isOpen);
      const tickets = this.#match(active, byRegion[region] ?? [], taken);
      if (tickets === null) continue;
      for (const ticket of tickets) taken.add(ticket);
      matches.push({ region, tickets, teams: null });
    }
    this.#active = [];
    this.#queued = this.#queued.filter((ticket) => !taken.has(ticket));
    return { matches, expired: [] };
  }

  #match(
    active: SimTicket,
    candidates: readonly SimTicket[],
    taken: ReadonlySet<SimTicket>,
  ): SimTicket[] | null {
    const size = 2 * this.#setup.teamSize;
    const combinations: SimTicket[][] = [];
    for (const hit of candidates) {
      if (hit === active || taken.has(hit)) continue;
      if (Math.abs(hit.rating - active.rating) > QUERY_RATING_RANGE) continue;
      let combination = combinations.find(
        (started) => playersOf(started) + hit.members.length <= size,
      );
      if (combination === undefined) {
        combination = [active];
        if (playersOf(combination) + hit.members.length > size) continue;
        combinations.push(combination);
      }
      combination.push(hit);
      const isFull = playersOf(combination) === size;
      if (isFull && splitTeams(combination, this.#setup.teamSize) !== null) return combination;
    }
    return null;
  }
}
