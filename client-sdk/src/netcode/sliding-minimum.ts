/** The smallest value of the last so many ms. */
export class SlidingMinimum {
  readonly #windowMs: number;
  // Of two values the older one can be the minimum later only if it is the smaller: values rise from front to back.
  readonly #atMs: number[] = [];
  readonly #values: number[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Infinity before the first value. */
  get value(): number {
    return this.#values[0] ?? Number.POSITIVE_INFINITY;
  }

  /** @param atMs - monotonic @returns the minimum, this value included */
  add(atMs: number, value: number): number {
    while (this.#values.length > 0 && (this.#values.at(-1) as number) >= value) {
      this.#values.pop();
      this.#atMs.pop();
    }
    this.#values.push(value);
    this.#atMs.push(atMs);
    while ((this.#atMs[0] as number) < atMs - this.#windowMs) {
      this.#atMs.shift();
      this.#values.shift();
    }
    return this.value;
  }

  clear(): void {
    this.#atMs.length = 0;
    this.#values.length = 0;
  }
}
