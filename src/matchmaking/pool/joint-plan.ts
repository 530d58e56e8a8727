import type { Candidates } from './candidates.ts';
import type { Group, GroupJudge } from './group.ts';
import { playersOf } from './rule-set.ts';
import type { WaitingTickets } from './waiting-tickets.ts';

// Who takes the best for himself may leave the others with little. Where tickets are few, all matches that the candidates could make
// are planned together, and members exchanged while that makes them cheaper in sum; only the seed's match is made of the plan.

/** More gained nothing. */
const ROUNDS = 4;

export class JointPlan {
  readonly #candidates: Candidates;
  readonly #judge: GroupJudge;
  readonly #players: number;

  constructor(candidates: Candidates, judge: GroupJudge, waiting: WaitingTickets) {
    this.#candidates = candidates;
    this.#judge = judge;
    this.#players = playersOf(waiting.ruleSet.teams);
  }

  /**
   * The seed's match in the cheaper of two plans: one begins with `group`, which must hold the seed, the other with those next to each
   * other in skill. Either alone ends in a worse one now and then.
   */
  matchOfSeed(group: Group): Group {
    const own = this.#improve([group, ...this.#groupsOfRest(group.mask)]);
    const sorted = this.#improve(this.#groupsOfRest(0));
    const isBetter =
      sorted.length === own.length &&
      withSeed(sorted) !== undefined &&
      costOf(sorted) < costOf(own);
    return withSeed(isBetter ? sorted : own) as Group;
  }

  #improve(groups: readonly Group[]): readonly Group[] {
    for (let round = 0; round < ROUNDS; round += 1) {
      let isBetter = this.#improveByLeft(groups);
      for (const [i, a] of groups.entries()) {
        for (const b of groups.slice(i + 1)) if (this.#improvePair(a, b)) isBetter = true;
      }
      if (!isBetter) break;
    }
    return groups;
  }

  /** Those next to each other in skill. */
  #groupsOfRest(taken: number): readonly Group[] {
    const { count, mus } = this.#candidates;
    let left = Array.from({ length: count }, (_, it) => it)
      .filter((it) => (taken & (1 << it)) === 0)
      .sort((a, b) => (mus[a] as number) - (mus[b] as number));
    const groups: Group[] = [];
    while (left.length > 0) {
      const next = this.#fillFrom(left);
      if (next === null) left = left.slice(1);
      else {
        groups.push(next);
        left = left.filter((it) => (next.mask & (1 << it)) === 0);
      }
    }
    return groups;
  }

  #fillFrom(left: readonly number[]): Group | null {
    const { sizes, conflicts } = this.#candidates;
    const members: number[] = [];
    let mask = 0;
    let room = this.#players;
    for (const it of left) {
      const size = sizes[it] as number;
      if (size > room || ((conflicts[it] as number) & mask) !== 0) continue;
      members.push(it);
      if (!this.#judge.canSeat(members)) {
        members.pop();
        continue;
      }
      mask |= 1 << it;
      room -= size;
      if (room === 0) return this.#judge.groupOf(members);
    }
    return null;
  }

  #improvePair(a: Group, b: Group): boolean {
    const { sizes } = this.#candidates;
    let isBetter = false;
    for (let atA = 0; atA < a.members.length; atA += 1) {
      for (let atB = 0; atB < b.members.length; atB += 1) {
        if (sizes[a.members[atA] as number] !== sizes[b.members[atB] as number]) continue;
        if (this.#judge.swap(a, atA, b, atB)) isBetter = true;
      }
    }
    return isBetter;
  }

  /** Takes those in that no match of the plan has a place for, where they make it cheaper. The seed stays. */
  #improveByLeft(groups: readonly Group[]): boolean {
    let isBetter = false;
    for (let it = 1; it < this.#candidates.count; it += 1) {
      if (groups.every(({ mask }) => (mask & (1 << it)) === 0) && this.#takeIn(it, groups)) {
        isBetter = true;
      }
    }
    return isBetter;
  }

  /** Gives a candidate the first place where it is an improvement. */
  #takeIn(candidate: number, groups: readonly Group[]): boolean {
    const { sizes } = this.#candidates;
    return groups.some((group) =>
      group.members.some(
        (member, at) =>
          member !== 0 &&
          sizes[member] === sizes[candidate] &&
          this.#judge.exchange(group, at, candidate),
      ),
    );
  }
}

function withSeed(groups: readonly Group[]): Group | undefined {
  return groups.find(({ mask }) => (mask & 1) !== 0);
}

function costOf(groups: readonly Group[]): number {
  return groups.reduce((sum, { cost }) => sum + cost, 0);
}
