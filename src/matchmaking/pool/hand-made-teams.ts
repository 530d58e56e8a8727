/** More rounds of swaps gained nothing worth their time. */
const SWAP_ROUNDS = 2;

/** Teams of more tickets than can be tried out: the largest party first to the weakest team that has room, then swaps. */
export class HandMadeTeams {
  readonly #sizes: readonly number[];
  readonly #sums: ArrayLike<number>;
  readonly #teamOf: number[];
  readonly #teamSums: number[];

  constructor(teams: number, sizes: readonly number[], skillSums: ArrayLike<number>) {
    this.#sizes = sizes;
    this.#sums = skillSums;
    this.#teamOf = sizes.map(() => -1);
    this.#teamSums = new Array<number>(teams).fill(0);
  }

  /** @returns false when a party finds no room */
  fill(playersPerTeam: number): boolean {
    const room = this.#teamSums.map(() => playersPerTeam);
    const order = this.#sizes.map((_, ticket) => ticket);
    order.sort((a, b) => this.#size(b) - this.#size(a) || this.#sum(b) - this.#sum(a) || a - b);
    for (const ticket of order) {
      const size = this.#size(ticket);
      const best = this.#weakestWith(size, room);
      if (best < 0) return false;
      room[best] = (room[best] ?? 0) - size;
      this.#put(ticket, best);
    }
    return true;
  }

  /** Swaps parties of a size while that narrows the range. */
  swap(): void {
    const count = this.#sizes.length;
    for (let round = 0; round < SWAP_ROUNDS; round += 1) {
      const before = this.range();
      for (let a = 0; a < count; a += 1) {
        for (let b = a + 1; b < count; b += 1) this.#trySwap(a, b);
      }
      if (this.range() >= before) return;
    }
  }

  range(): number {
    return Math.max(...this.#teamSums) - Math.min(...this.#teamSums);
  }

  masks(): readonly number[] {
    return this.#teamSums.map((_, team) =>
      this.#teamOf.reduce((mask, of, ticket) => (of === team ? mask | (1 << ticket) : mask), 0),
    );
  }

  #size(ticket: number): number {
    return this.#sizes[ticket] as number;
  }

  #sum(ticket: number): number {
    return this.#sums[ticket] as number;
  }

  /** @returns -1 when no team has room for so many */
  #weakestWith(places: number, room: readonly number[]): number {
    let best = -1;
    for (let team = 0; team < room.length; team += 1) {
      if ((room[team] as number) < places) continue;
      if (best < 0 || this.#teamSum(team) < this.#teamSum(best)) best = team;
    }
    return best;
  }

  #teamSum(team: number): number {
    return this.#teamSums[team] as number;
  }

  #put(ticket: number, team: number): void {
    const before = this.#teamOf[ticket] as number;
    if (before >= 0) this.#teamSums[before] = (this.#teamSums[before] ?? 0) - this.#sum(ticket);
    this.#teamOf[ticket] = team;
    this.#teamSums[team] = (this.#teamSums[team] ?? 0) + this.#sum(ticket);
  }

  #trySwap(a: number, b: number): void {
    const teamOfA = this.#teamOf[a] as number;
    const teamOfB = this.#teamOf[b] as number;
    if (teamOfA === teamOfB || this.#size(a) !== this.#size(b)) return;
    const before = this.range();
    this.#put(a, teamOfB);
    this.#put(b, teamOfA);
    if (this.range() < before) return;
    this.#put(a, teamOfA);
    this.#put(b, teamOfB);
  }
}
