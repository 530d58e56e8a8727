/**
 * Which keys are down, asked once per simulation step. A tap that begins and ends between two steps counts for one step:
 * at 30 steps a second a quick finger would otherwise shoot nothing.
 */
export class KeyState {
  readonly #down = new Set<string>();
  readonly #unread = new Set<string>();
  readonly #released = new Set<string>();

  press(code: string): void {
    this.#released.delete(code);
    if (this.#down.has(code)) return;
    this.#down.add(code);
    this.#unread.add(code);
  }

  release(code: string): void {
    if (this.#unread.has(code)) this.#released.add(code);
    else this.#down.delete(code);
  }

  releaseAll(): void {
    for (const keys of [this.#down, this.#unread, this.#released]) keys.clear();
  }

  /** The keys that are down in this step. */
  step(): ReadonlySet<string> {
    const now = new Set(this.#down);
    this.#unread.clear();
    for (const code of this.#released) this.#down.delete(code);
    this.#released.clear();
    return now;
  }
}
