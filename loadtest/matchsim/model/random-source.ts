import { mulberry32 } from '../../scenarios/random.ts';

/** Seeded draws from the distributions of the model. The same seed draws the same, on every machine. */
export class RandomSource {
  readonly #uniform: () => number;

  constructor(seed: number) {
    this.#uniform = mulberry32(seed);
  }

  /** From 0 to 1, 1 excluded. */
  uniform(): number {
    return this.#uniform();
  }

  /** Standard normal (Box and Muller 1958). */
  normal(): number {
    // 1 - u: the logarithm of 0 is none.
    const radius = Math.sqrt(-2 * Math.log(1 - this.#uniform()));
    return radius * Math.cos(2 * Math.PI * this.#uniform());
  }

  /** Lognormal by its median and the sd of its logarithm. */
  lognormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.normal());
  }

  /** Time to the next event of a Poisson process, in the unit of 1 / `rate`. */
  exponential(rate: number): number {
    return -Math.log(1 - this.#uniform()) / rate;
  }

  /** A place in `weights`, each as likely as its weight; they need not add up to 1. */
  pick(weights: readonly number[]): number {
    let rest = this.#uniform() * weights.reduce((sum, weight) => sum + weight, 0);
    for (const [place, weight] of weights.entries()) {
      rest -= weight;
      if (rest < 0) return place;
    }
    return weights.length - 1;
  }

  /** Whole number from 0 to `count`, `count` excluded. */
  below(count: number): number {
    return Math.floor(this.#uniform() * count);
  }

  /** In place (Fisher and Yates). */
  shuffle<T>(items: T[]): T[] {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [items[last], items[other]] = [items[other] as T, items[last] as T];
    }
    return items;
  }
}
