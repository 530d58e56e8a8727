// Which tickets of a match play together. All splits of a list of party sizes are worked out once and kept: a split is a bit mask
// of tickets for each team. To judge new players of the same sizes is then an addition and a comparison per split.

import { HandMadeTeams } from './hand-made-teams.ts';

/** All splits of one list of party sizes. */
export interface SplitLayout {
  readonly sizes: readonly number[];
  /**
   * `teams` masks per split; bit i is ticket i. null: too many to list, teams are then made by hand (largest party first to the
   * weakest team that has room) and bettered by swaps.
   */
  readonly masks: Uint32Array | null;
}

/** All splits of eight against eight single players; what has more is not listed. */
const MOST_SPLITS = 6_435;
/** Sums of subsets are looked up in two halves of this many bits. */
const HALF_BITS = 8;
const HALF_MASK = (1 << HALF_BITS) - 1;

/** @param tickets - mask of the tickets of one team */
export type CanPlay = (tickets: number) => boolean;

export interface SplitOptions {
  /** Whether tickets may be a team. Absent: all may. */
  readonly canPlay?: CanPlay | undefined;
  /** Teams that are made by hand are bettered by swaps, which takes a hundred times as long. */
  readonly isFinal?: boolean | undefined;
}

/** The exact split of the least gap, for matches of up to 16 tickets. One object serves many questions without new memory. */
export class TeamSplitter {
  readonly #teams: number;
  readonly #playersPerTeam: number;
  readonly #layouts = new Map<string, SplitLayout | null>();
  readonly #low = new Float64Array(1 << HALF_BITS);
  readonly #high = new Float64Array(1 << HALF_BITS);
  #bestMasks: readonly number[] = [];

  constructor(teams: { readonly count: number; readonly playersPerTeam: number }) {
    this.#teams = teams.count;
    this.#playersPerTeam = teams.playersPerTeam;
  }

  /**
   * @param sizes - players of each ticket, the largest first: so that there are few lists
   * @returns null when parties of these sizes do not add up to the teams
   */
  layoutOf(sizes: readonly number[]): SplitLayout | null {
    const key = sizes.join();
    let layout = this.#layouts.get(key);
    if (layout === undefined) {
      const masks = listSplits(sizes, this.#teams, this.#playersPerTeam);
      layout = masks?.length === 0 ? null : { sizes, masks };
      this.#layouts.set(key, layout);
    }
    return layout;
  }

  /**
   * The least gap between teams of these tickets, rating points; `Infinity` when no split can play.
   *
   * @param skillSums - of each ticket, the sum of its players' skills
   */
  leastGap(
    layout: SplitLayout,
    skillSums: ArrayLike<number>,
    { canPlay, isFinal = true }: SplitOptions = {},
  ): number {
    if (layout.masks === null) {
      const split = this.#splitByHand(layout.sizes, skillSums, { canPlay, isFinal });
      this.#bestMasks = split?.masks ?? [];
      return split?.teamGap ?? Number.POSITIVE_INFINITY;
    }
    this.#addUp(skillSums, layout.sizes.length);
    return this.#teams === 2
      ? this.#leastOfTwo(layout.masks, layout.sizes.length, canPlay)
      : this.#leastOfMany(layout.masks, canPlay);
  }

  /** The team of each ticket in the split behind the last `leastGap`, which must have found one. */
  lastTeams(layout: SplitLayout): readonly number[] {
    return layout.sizes.map((_, ticket) =>
      this.#bestMasks.findIndex((mask) => (mask & (1 << ticket)) !== 0),
    );
  }

  #addUp(skillSums: ArrayLike<number>, count: number): void {
    sumSubsets(this.#low, skillSums, 0, Math.min(count, HALF_BITS));
    sumSubsets(this.#high, skillSums, HALF_BITS, Math.max(0, count - HALF_BITS));
  }

  #sumOf(mask: number): number {
    return (this.#low[mask & HALF_MASK] as number) + (this.#high[mask >>> HALF_BITS] as number);
  }

  /** Two teams: one's sum tells the other's. */
  #leastOfTwo(masks: Uint32Array, count: number, canPlay: CanPlay | undefined): number {
    const all = 2 ** count - 1;
    const half = this.#sumOf(all) / 2;
    const low = this.#low;
    const high = this.#high;
    let least = Number.POSITIVE_INFINITY;
    let best = 0;
    for (let i = 0; i < masks.length; i += 2) {
      const mask = masks[i] as number;
      const sum = (low[mask & HALF_MASK] as number) + (high[mask >>> HALF_BITS] as number);
      const distance = Math.abs(sum - half);
      if (distance >= least) continue;
      if (canPlay !== undefined && !(canPlay(mask) && canPlay(all ^ mask))) continue;
      least = distance;
      best = mask;
    }
    this.#bestMasks = [best, all ^ best];
    return (2 * least) / this.#playersPerTeam;
  }

  #leastOfMany(masks: Uint32Array, canPlay: CanPlay | undefined): number {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < masks.length; i += this.#teams) {
      const teams = masks.subarray(i, i + this.#teams);
      const range = this.#rangeOf(teams);
      if (range >= least || (canPlay !== undefined && !teams.every(canPlay))) continue;
      least = range;
      this.#bestMasks = [...teams];
    }
    return least / this.#playersPerTeam;
  }

  /** Between the largest and the smallest sum. */
  #rangeOf(teams: Uint32Array): number {
    let smallest = Number.POSITIVE_INFINITY;
    let largest = Number.NEGATIVE_INFINITY;
    for (let team = 0; team < teams.length; team += 1) {
      const sum = this.#sumOf(teams[team] as number);
      if (sum < smallest) smallest = sum;
      if (sum > largest) largest = sum;
    }
    return largest - smallest;
  }

  #splitByHand(
    sizes: readonly number[],
    skillSums: ArrayLike<number>,
    { canPlay, isFinal }: SplitOptions,
  ): { readonly teamGap: number; readonly masks: readonly number[] } | null {
    const teams = new HandMadeTeams(this.#teams, sizes, skillSums);
    const isMade = teams.fill(this.#playersPerTeam);
    if (!isMade) return null;
    if (isFinal) teams.swap();
    // Who is where is asked at the end; meanwhile only the gap.
    const masks = isFinal || canPlay !== undefined ? teams.masks() : [];
    if (canPlay !== undefined && !masks.every(canPlay)) return null;
    return { teamGap: teams.range() / this.#playersPerTeam, masks };
  }
}

/** `sums[mask]` for the subsets of `count` values from `first` on. */
function sumSubsets(
  sums: Float64Array,
  values: ArrayLike<number>,
  first: number,
  count: number,
): void {
  sums[0] = 0;
  for (let bit = 0; bit < count; bit += 1) {
    const value = values[first + bit] as number;
    const width = 1 << bit;
    for (let mask = 0; mask < width; mask += 1) sums[width + mask] = (sums[mask] as number) + value;
  }
}

/**
 * All ways to make teams of exactly `playersPerTeam` out of parties, as masks; teams have no order.
 *
 * @returns null when there are too many to list; empty when there is none
 */
function listSplits(
  sizes: readonly number[],
  teams: number,
  playersPerTeam: number,
): Uint32Array | null {
  const listed: number[] = [];
  const masks = new Array<number>(teams).fill(0);
  const room = new Array<number>(teams).fill(playersPerTeam);
  const most = MOST_SPLITS * teams;
  const place = (ticket: number): void => {
    if (ticket === sizes.length) {
      if (room.every((places) => places === 0)) listed.push(...masks);
      return;
    }
    const size = sizes[ticket] as number;
    for (let team = 0; team < teams && listed.length <= most; team += 1) {
      const places = room[team] as number;
      if (places >= size) {
        room[team] = places - size;
        masks[team] = (masks[team] as number) | (1 << ticket);
        place(ticket + 1);
        masks[team] = (masks[team] as number) ^ (1 << ticket);
        room[team] = places;
      }
      // Empty teams are alike: to try one is to try all.
      if (masks[team] === 0) return;
    }
  };
  if (sizes.length <= 2 * HALF_BITS) place(0);
  const isComplete = sizes.length <= 2 * HALF_BITS && listed.length <= most;
  return isComplete ? Uint32Array.from(listed) : null;
}
