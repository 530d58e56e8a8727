// The pool that production runs, with the rules of an action game. What is around it in production is here in its
// simplest form: tickets end at the rule set's timeout, and those of a lost region go on without it, their age kept.

import type { Match, PoolMatch } from '../../../src/matchmaking/pool/match.ts';
import { MatchPool } from '../../../src/matchmaking/pool/match-pool.ts';
import { actionRules, type RuleSet } from '../../../src/matchmaking/pool/rule-set.ts';
import type { Ticket } from '../../../src/matchmaking/pool/ticket.ts';
import { RATING_ERROR_SD } from '../model/population.ts';
import type { SimTicket } from '../model/sim-ticket.ts';
import type { Contender, ContenderSetup, PassResult, SimMatch } from './contender.ts';

/** Production calls a pass about so often. */
const PERIOD_MS = 1_000;

export class MeridianContender implements Contender {
  readonly periodMs = PERIOD_MS;
  readonly #regions: readonly string[];
  readonly #rules: RuleSet;
  readonly #pool: MatchPool;
  readonly #queued = new Map<string, SimTicket>();
  #isOpen: readonly boolean[] = [];

  constructor(setup: ContenderSetup) {
    this.#regions = setup.regions;
    this.#rules = actionRules({ count: 2, playersPerTeam: setup.teamSize });
    this.#pool = new MatchPool({ ruleSet: this.#rules, regionIds: setup.regions });
  }

  add(ticket: SimTicket): void {
    this.#queued.set(ticket.id, ticket);
    this.#enter(ticket);
  }

  setOpenRegions(isOpen: readonly boolean[]): void {
    this.#isOpen = isOpen;
    for (const ticket of this.#queued.values()) {
      this.#pool.remove(ticket.id);
      this.#enter(ticket);
    }
  }

  pass(nowMs: number): PassResult {
    const matches: SimMatch[] = [];
    for (const slice of this.#pool.passInSlices(nowMs)) {
      for (const match of slice) matches.push(this.#take(match));
    }
    return { matches, expired: this.#expire(nowMs) };
  }

  #enter(ticket: SimTicket): void {
    const added = this.#pool.add(poolTicket(ticket, this.#regions, this.#isOpen));
    // A player who is far from every region is refused at the door. He stays here until the timeout, as a player would who
    // is told that nobody is near: he counts as not matched.
    if (added.ok || added.reason === 'no-usable-region') return;
    throw new Error(`ticket ${ticket.id} was refused: ${JSON.stringify(added)}`);
  }

  #take(match: PoolMatch): SimMatch {
    if (match.kind !== 'new') throw new Error('a room was backfilled, but none asked');
    const tickets = match.tickets.map((ticket) => this.#leave(ticket.ticketId));
    const byId = new Map(tickets.map((ticket) => [ticket.id, ticket]));
    const [first, second] = match.teams.map((team) => teamOf(team, byId));
    if (first === undefined || second === undefined) throw new Error('a match has two teams');
    return {
      region: this.#regions.indexOf(match.regionId),
      tickets,
      teams: [first, second],
      winProbability: match.winProbability,
    };
  }

  #leave(ticketId: string): SimTicket {
    const ticket = this.#queued.get(ticketId);
    if (ticket === undefined) throw new Error(`ticket ${ticketId} was matched, but is not queued`);
    this.#queued.delete(ticketId);
    return ticket;
  }

  #expire(nowMs: number): SimTicket[] {
    const endsMs = this.#rules.timeouts.timeoutS * 1_000;
    const expired = [...this.#queued.values()].filter((it) => nowMs - it.arrivedAtMs >= endsMs);
    for (const { id } of expired) {
      this.#queued.delete(id);
      this.#pool.remove(id);
    }
    return expired;
  }
}

/** A ticket as a client of production would queue it, with latencies to the open regions only. */
export function poolTicket(
  { id, arrivedAtMs, members, latencyMs }: SimTicket,
  regions: readonly string[],
  isOpen: readonly boolean[],
): Ticket {
  const toOpen = regions
    .map((region, place) => [region, latencyMs[place] as number] as const)
    .filter((_, place) => isOpen[place] === true);
  return {
    ticketId: id,
    players: members.map(({ rating }, place) => ({
      playerId: `${id}.${place}`,
      rating: { mu: rating, sigma: RATING_ERROR_SD },
    })),
    latencyMsByRegion: Object.fromEntries(toOpen),
    createdAtMs: Math.floor(arrivedAtMs),
  };
}

/** The tickets of a team, each once. */
function teamOf(team: Match['teams'][number], byId: ReadonlyMap<string, SimTicket>): SimTicket[] {
  const ids = new Set(team.players.map(({ ticketId }) => ticketId));
  return [...ids].map((id) => byId.get(id) as SimTicket);
}
