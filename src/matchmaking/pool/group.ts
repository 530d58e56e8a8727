import type { Candidates } from './candidates.ts';
import { costBeforeTeams, type MatchFigures } from './cost.ts';
import type { RoleFlow } from './role-assignment.ts';
import { playersOf } from './rule-set.ts';
import { type CanPlay, type SplitLayout, TeamSplitter } from './team-split.ts';
import type { WaitingTickets } from './waiting-tickets.ts';

/** Candidates that would play with each other. */
export interface Group {
  /** The largest party first. */
  readonly members: number[];
  /** The same as a mask. */
  mask: number;
  readonly layout: SplitLayout;
  cost: number;
}

/** An exchange must gain so much, points: smaller ones take time and nobody notices. */
const LEAST_GAIN = 1;

/** Says what groups of candidates cost. */
export class GroupJudge {
  readonly #candidates: Candidates;
  readonly #waiting: WaitingTickets;
  readonly #splitter: TeamSplitter;
  readonly #flow: { readonly team: RoleFlow; readonly match: RoleFlow } | null;
  readonly #skillSums: Float64Array;
  readonly #roleMasks: Uint16Array;
  #judged: readonly number[] = [];

  constructor(candidates: Candidates, waiting: WaitingTickets) {
    this.#candidates = candidates;
    this.#waiting = waiting;
    const { teams } = waiting.ruleSet;
    this.#splitter = new TeamSplitter(teams);
    this.#flow =
      waiting.roles === null
        ? null
        : { team: waiting.roles.flowOf(1), match: waiting.roles.flowOf(teams.count) };
    this.#skillSums = new Float64Array(playersOf(teams));
    this.#roleMasks = new Uint16Array(playersOf(teams));
  }

  /** The group of these candidates; null when they do not add up to teams that can play. */
  groupOf(candidates: readonly number[]): Group | null {
    const { sizes } = this.#candidates;
    const members = candidates.toSorted(
      (a, b) => (sizes[b] as number) - (sizes[a] as number) || a - b,
    );
    const layout = this.#splitter.layoutOf(members.map((it) => sizes[it] as number));
    if (layout === null) return null;
    const mask = members.reduce((all, it) => all | (1 << it), 0);
    const group = { members, mask, layout, cost: 0 };
    group.cost = this.costBelow(group, Number.POSITIVE_INFINITY);
    return group.cost === Number.POSITIVE_INFINITY ? null : group;
  }

  /**
   * What the group costs with its members of now; `Infinity` when it cannot play, or not for less than `limit`. Most are dismissed
   * by what is known before there are teams.
   */
  costBelow({ members, layout }: Pick<Group, 'members' | 'layout'>, limit: number): number {
    const fixed = this.#fixedCost(members);
    if (fixed >= limit || !this.canSeat(members)) return Number.POSITIVE_INFINITY;
    const { weights } = this.#waiting.ruleSet;
    const cost = weights.teamGap * this.#teamGap(members, layout, false) + fixed;
    return cost < limit ? cost : Number.POSITIVE_INFINITY;
  }

  /** What the group is judged by, and the team of each member. */
  describe({ members, layout }: Group): {
    readonly figures: MatchFigures;
    readonly teamOf: readonly number[];
  } {
    const { low, high, latencyMs } = this.#rangeOf(members);
    const teamGap = this.#teamGap(members, layout, true);
    return {
      figures: { teamGap, spread: high - low, latencyMs },
      teamOf: this.#splitter.lastTeams(layout),
    };
  }

  /** Whether the roles of all teams together can be filled, so far: necessary, and quick. */
  canSeat(members: readonly number[]): boolean {
    if (this.#flow === null) return true;
    return this.#flow.match.canSeat(this.#roleMasks, this.#gatherRoles(members, -1));
  }

  /** Puts a candidate in a member's place if the group is cheaper by it; both must have the same size. */
  exchange(group: Group, at: number, candidate: number): boolean {
    const before = group.members[at] as number;
    const rest = group.mask ^ (1 << before);
    if (((this.#candidates.conflicts[candidate] as number) & rest) !== 0) return false;
    group.members[at] = candidate;
    const cost = this.costBelow(group, group.cost - LEAST_GAIN);
    if (cost === Number.POSITIVE_INFINITY) {
      group.members[at] = before;
      return false;
    }
    group.mask = rest | (1 << candidate);
    group.cost = cost;
    return true;
  }

  /** Exchanges members of two groups if both together are cheaper by it. */
  swap(a: Group, atA: number, b: Group, atB: number): boolean {
    const fromA = a.members[atA] as number;
    const fromB = b.members[atB] as number;
    const { conflicts } = this.#candidates;
    const restA = a.mask ^ (1 << fromA);
    const restB = b.mask ^ (1 << fromB);
    if (((conflicts[fromB] as number) & restA) !== 0) return false;
    if (((conflicts[fromA] as number) & restB) !== 0) return false;
    a.members[atA] = fromB;
    b.members[atB] = fromA;
    const limit = a.cost + b.cost - LEAST_GAIN;
    const costA = this.costBelow(a, limit - this.#fixedCost(b.members));
    const costB = costA === Number.POSITIVE_INFINITY ? costA : this.costBelow(b, limit - costA);
    if (costB === Number.POSITIVE_INFINITY) {
      a.members[atA] = fromA;
      b.members[atB] = fromB;
      return false;
    }
    a.mask = restA | (1 << fromB);
    b.mask = restB | (1 << fromA);
    a.cost = costA;
    b.cost = costB;
    return true;
  }

  #fixedCost(members: readonly number[]): number {
    const { low, high, latencyMs } = this.#rangeOf(members);
    return costBeforeTeams(high - low, latencyMs, this.#waiting.ruleSet.weights);
  }

  readonly #range = { low: 0, high: 0, latencyMs: 0 };

  #rangeOf(members: readonly number[]) {
    const { mus, latenciesMs } = this.#candidates;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    let latencyMs = 0;
    for (let at = 0; at < members.length; at += 1) {
      const it = members[at] as number;
      const mu = mus[it] as number;
      const latency = latenciesMs[it] as number;
      if (mu < low) low = mu;
      if (mu > high) high = mu;
      if (latency > latencyMs) latencyMs = latency;
    }
    const range = this.#range;
    range.low = low;
    range.high = high;
    range.latencyMs = latencyMs;
    return range;
  }

  #teamGap(members: readonly number[], layout: SplitLayout, isFinal: boolean): number {
    const { mus, sizes } = this.#candidates;
    for (let at = 0; at < members.length; at += 1) {
      const it = members[at] as number;
      this.#skillSums[at] = (mus[it] as number) * (sizes[it] as number);
    }
    this.#judged = members;
    const canPlay = this.#flow === null ? undefined : this.#canTeamSeat;
    return this.#splitter.leastGap(layout, this.#skillSums, { canPlay, isFinal });
  }

  readonly #canTeamSeat: CanPlay = (positions) =>
    this.#flow?.team.canSeat(this.#roleMasks, this.#gatherRoles(this.#judged, positions)) ?? true;

  /** The role masks of the players at these positions. @returns how many there are */
  #gatherRoles(members: readonly number[], positions: number): number {
    const { table } = this.#waiting;
    let count = 0;
    for (let at = 0; at < members.length; at += 1) {
      if ((positions & (1 << at)) === 0) continue;
      const slot = this.#candidates.slots[members[at] as number] as number;
      for (const mask of table.roleMasks[slot] as readonly number[]) {
        this.#roleMasks[count] = mask;
        count += 1;
      }
    }
    return count;
  }
}
