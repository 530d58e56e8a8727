const MOST = 256;

/** The figures of a second, or the last few of something slow. */
export class Samples {
  readonly #most: number;
  #values: number[] = [];

  /** @param most - the oldest go first */
  constructor(most = MOST) {
    this.#most = most;
  }

  get count(): number {
    return this.#values.length;
  }

  add(value: number): void {
    this.#values.push(value);
    if (this.#values.length > this.#most) this.#values.shift();
  }

  /** By nearest rank; null without figures. @param share - 0 to 1 */
  quantile(share: number): number | null {
    const sorted = this.#values.toSorted((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
  }

  clear(): void {
    this.#values = [];
  }
}
