import { Candidates } from './candidates.ts';
import { type MatchFigures, matchCost } from './cost.ts';
import { type Group, GroupJudge } from './group.ts';
import { JointPlan } from './joint-plan.ts';
import { playersOf, type RuleSet } from './rule-set.ts';
import type { WaitingTickets } from './waiting-tickets.ts';

// The best match around one ticket (the seed) in one region:
//
//   collect   the candidates: those nearest in skill, near and far side by turns
//   fill      the first of them that add up to a match, the nearest first
//   climb     exchange one for another of its size while that makes the match cheaper
//   plan      where tickets are few: leave to the others what is worth more to them (joint-plan.ts)

/** A match that could be made. */
export interface FoundGroup {
  readonly region: number;
  readonly slots: readonly number[];
  /** The team of each slot. */
  readonly teamOf: readonly number[];
  readonly figures: MatchFigures;
  readonly cost: number;
}

const CLIMB_ROUNDS = 2;
/**
 * Tickets are dense where the last candidate is nearer than this, rating points: whoever takes one leaves another that is as good, and
 * to plan for all would only cost time (docs/adr/0006-matching.md).
 */
const SPARSE_REACH = 30;
/** Choices that are tried until the sizes and roles of a match add up. */
const FILL_BUDGET = 1_000;

export class GroupSearch {
  readonly #candidates: Candidates;
  readonly #judge: GroupJudge;
  readonly #plan: JointPlan;
  readonly #players: number;
  readonly #weights: RuleSet['weights'];
  /** Candidates that have joined so far. */
  readonly #joined: number[] = [];
  #joinedMask = 0;
  #budget = 0;

  constructor(waiting: WaitingTickets) {
    this.#candidates = new Candidates(waiting);
    this.#judge = new GroupJudge(this.#candidates, waiting);
    this.#plan = new JointPlan(this.#candidates, this.#judge, waiting);
    this.#players = playersOf(waiting.ruleSet.teams);
    this.#weights = waiting.ruleSet.weights;
  }

  /** Rating points from the seed within which a newcomer would have been a candidate of the last search. */
  get reach(): number {
    return this.#candidates.reach;
  }

  /** @param distance - rating points that a candidate may be from the seed */
  find(seed: number, region: number, distance: number): FoundGroup | null {
    this.#candidates.collect(seed, region, distance);
    const group = this.#fillUp();
    if (group === null) return null;
    this.#climb(group);
    return this.#found(group);
  }

  /**
   * The seed's match, with consideration for all others around, however far.
   *
   * @param distance - rating points that a candidate may be from the seed to be matched with it
   * @returns null where tickets are so dense that nobody is in want
   */
  findConsiderate(seed: number, region: number, distance: number): FoundGroup | null {
    this.#candidates.collect(seed, region, Number.POSITIVE_INFINITY, distance);
    if (this.#candidates.reach < SPARSE_REACH) return null;
    const group = this.#fillUp();
    if (group === null) return null;
    this.#climb(group);
    return this.#found(this.#plan.matchOfSeed(group));
  }

  #fillUp(): Group | null {
    const { sizes, count } = this.#candidates;
    let players = 0;
    for (let i = 0; i < count; i += 1) players += sizes[i] as number;
    if (players < this.#players) return null;
    this.#joined.length = 0;
    this.#joined.push(0);
    this.#joinedMask = 1;
    this.#budget = FILL_BUDGET;
    return this.#fill(1, this.#players - (sizes[0] as number));
  }

  /** The group that candidates from `from` on make full. */
  #fill(from: number, room: number): Group | null {
    if (room === 0) return this.#judge.groupOf(this.#joined);
    const { sizes, conflicts, count } = this.#candidates;
    for (let i = from; i < count && this.#budget > 0; i += 1) {
      const size = sizes[i] as number;
      if (size > room || ((conflicts[i] as number) & this.#joinedMask) !== 0) continue;
      this.#budget -= 1;
      this.#joined.push(i);
      this.#joinedMask |= 1 << i;
      const group = this.#judge.canSeat(this.#joined) ? this.#fill(i + 1, room - size) : null;
      if (group !== null) return group;
      this.#joined.pop();
      this.#joinedMask ^= 1 << i;
    }
    return null;
  }

  #climb(group: Group): void {
    for (let round = 0; round < CLIMB_ROUNDS; round += 1) {
      let isBetter = false;
      for (let at = 0; at < group.members.length; at += 1) {
        if (group.members[at] !== 0 && this.#exchange(group, at)) isBetter = true;
      }
      if (!isBetter) return;
    }
  }

  /** Tries every other candidate in a member's place, and keeps those that gain. */
  #exchange(group: Group, at: number): boolean {
    const { sizes, count } = this.#candidates;
    const size = sizes[group.members[at] as number];
    let isBetter = false;
    for (let candidate = 1; candidate < count; candidate += 1) {
      if (sizes[candidate] !== size || (group.mask & (1 << candidate)) !== 0) continue;
      if (this.#judge.exchange(group, at, candidate)) isBetter = true;
    }
    return isBetter;
  }

  #found(group: Group): FoundGroup {
    const { slots, region } = this.#candidates;
    const { figures, teamOf } = this.#judge.describe(group);
    return {
      region,
      slots: group.members.map((it) => slots[it] as number),
      teamOf,
      figures,
      // Teams made by hand have been bettered since the group was judged.
      cost: matchCost(figures, this.#weights),
    };
  }
}
