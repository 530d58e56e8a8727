// The window that grows while one waits, as most games write it themselves:
//
//   each second, oldest first: whoever is nearest in rating, within 50 + 10 points per second (at most 500) and within
//   80 + 8 ms per second (at most 250) of my nearest region ─▶ first fit ─▶ a match there

import { nearestRegion, type SimTicket } from '../model/sim-ticket.ts';
import type { Contender, ContenderSetup, PassResult, SimMatch } from './contender.ts';
import { fillMatch } from './fill-match.ts';

const PERIOD_MS = 1_000;
const MOST_CANDIDATES = 40;

export class GreedyWindowContender implements Contender {
  readonly periodMs = PERIOD_MS;
  readonly #setup: ContenderSetup;
  /** Oldest first. */
  #queued: SimTicket[] = [];
  #isOpen: readonly boolean[] = [];

  constructor(setup: ContenderSetup) {
    this.#setup = setup;
  }

  add(ticket: SimTicket): void {
    this.#queued.push(ticket);
  }

  setOpenRegions(isOpen: readonly boolean[]): void {
    this.#isOpen = isOpen;
  }

  pass(nowMs: number): PassResult {
    const byRating = [...this.#queued].sort((a, b) => a.rating - b.rating);
    const placeOf = new Map(byRating.map((ticket, place) => [ticket, place]));
    const taken = new Set<SimTicket>();
    const matches: SimMatch[] = [];
    for (const seed of this.#queued) {
      const region = nearestRegion(seed, this.#isOpen);
      if (taken.has(seed) || region < 0) continue;
      const window = windowAfter((nowMs - seed.arrivedAtMs) / 1_000);
      const near = outwards(byRating, placeOf.get(seed) ?? 0, window.rating);
      const candidates = suitable(near, taken, region, window.latencyMs);
      const tickets = fillMatch(seed, candidates, this.#setup.teamSize);
      if (tickets === null) continue;
      for (const ticket of tickets) taken.add(ticket);
      matches.push({ region, tickets, teams: null });
    }
    this.#queued = this.#queued.filter((ticket) => !taken.has(ticket));
    return { matches, expired: [] };
  }
}

/** What a ticket accepts after waiting `waitedS` seconds. */
function windowAfter(waitedS: number): { readonly rating: number; readonly latencyMs: number } {
  return {
    rating: Math.min(500, 50 + 10 * waitedS),
    latencyMs: Math.min(250, 80 + 8 * waitedS),
  };
}

/** The others, nearest in rating first, up to `range` away. */
function* outwards(
  byRating: readonly SimTicket[],
  place: number,
  range: number,
): Generator<SimTicket> {
  const centre = byRating[place]?.rating ?? 0;
  const distance = (ticket: SimTicket | undefined) =>
    ticket === undefined ? Number.POSITIVE_INFINITY : Math.abs(ticket.rating - centre);
  let below = place - 1;
  let above = place + 1;
  for (;;) {
    const [low, high] = [byRating[below], byRating[above]];
    if (Math.min(distance(low), distance(high)) > range) return;
    const isLow = distance(low) <= distance(high);
    yield (isLow ? low : high) as SimTicket;
    if (isLow) below--;
    else above++;
  }
}

/** At most {@link MOST_CANDIDATES} that are free and near enough to the region. */
function* suitable(
  near: Iterable<SimTicket>,
  taken: ReadonlySet<SimTicket>,
  region: number,
  limitMs: number,
): Generator<SimTicket> {
  let count = 0;
  for (const ticket of near) {
    if (taken.has(ticket) || (ticket.latencyMs[region] as number) > limitMs) continue;
    yield ticket;
    if (++count >= MOST_CANDIDATES) return;
  }
}
