import type { PassResult, SimMatch } from '../contenders/contender.ts';
import type { RandomSource } from '../model/random-source.ts';
import type { SimMember, SimTicket } from '../model/sim-ticket.ts';
import { ImpossibleMatchError, type JudgedMatch, judgeMatch } from './match-judge.ts';

/** What became of one player. */
export interface PlayerRecord {
  readonly rating: number;
  readonly partySize: number;
  /** From the ticket to the match; of one who was never matched, as long as he waited. */
  readonly waitedMs: number;
  /** When the match was made, or he gave up, or the end came: virtual time. */
  readonly leftAtMs: number;
  /** His party's worst to the region of the match, ms, which is what matchmakers go by; null: never matched. */
  readonly latencyMs: number | null;
  /** His own to the region of the match, ms; null: never matched. */
  readonly ownLatencyMs: number | null;
  /** His party's worst to the region that is nearest to it, ms. */
  readonly nearestMs: number;
}

/** Counts what a contender does with the tickets it is given, and refuses what cannot be. */
export class Ledger {
  readonly matches: JudgedMatch[] = [];
  readonly players: PlayerRecord[] = [];
  readonly #teamSize: number;
  readonly #random: RandomSource;
  readonly #queued = new Set<SimTicket>();
  #queuedPlayers = 0;

  constructor(teamSize: number, random: RandomSource) {
    this.#teamSize = teamSize;
    this.#random = random;
  }

  get queuedPlayers(): number {
    return this.#queuedPlayers;
  }

  arrive(ticket: SimTicket): void {
    this.#queued.add(ticket);
    this.#queuedPlayers += ticket.members.length;
  }

  /** @throws ImpossibleMatchError for a match of tickets that do not wait, or in a region that is closed */
  record({ matches, expired }: PassResult, nowMs: number, isOpen: readonly boolean[]): void {
    for (const match of matches) this.#recordMatch(match, nowMs, isOpen);
    for (const ticket of expired) this.#leave(ticket, nowMs, null);
  }

  /** The end: whoever waits was not matched. */
  close(nowMs: number): void {
    for (const ticket of this.#queued) this.#leave(ticket, nowMs, null);
  }

  #recordMatch(match: SimMatch, nowMs: number, isOpen: readonly boolean[]): void {
    if (isOpen[match.region] !== true) throw new ImpossibleMatchError('closed region', match);
    this.matches.push(judgeMatch(match, this.#teamSize, this.#random));
    for (const ticket of match.tickets) {
      if (!this.#queued.has(ticket)) throw new ImpossibleMatchError('not in the queue', match);
      this.#leave(ticket, nowMs, match.region);
    }
  }

  #leave(ticket: SimTicket, nowMs: number, region: number | null): void {
    this.#queued.delete(ticket);
    this.#queuedPlayers -= ticket.members.length;
    const inRegion = ({ latencyMs }: Pick<SimMember, 'latencyMs'>) =>
      region === null ? null : (latencyMs[region] as number);
    for (const member of ticket.members) {
      this.players.push({
        rating: member.rating,
        partySize: ticket.members.length,
        waitedMs: nowMs - ticket.arrivedAtMs,
        leftAtMs: nowMs,
        latencyMs: inRegion(ticket),
        ownLatencyMs: inRegion(member),
        nearestMs: Math.min(...ticket.latencyMs),
      });
    }
  }
}
