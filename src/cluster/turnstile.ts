import { within } from '../shared/within.ts';

/** Lets one at a time do a thing of a kind; the others wait for its end, not for their turn. */
export class Turnstile {
  readonly #inside = new Map<string, Promise<void>>();

  /** Resolves when nobody is inside, or at the deadline (`performance.now()`). */
  async free(kind: string, deadlineMs: number): Promise<void> {
    const inside = this.#inside.get(kind);
    if (inside !== undefined) await within(inside, deadlineMs - performance.now());
  }

  /** @returns to be called at the end */
  enter(kind: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#inside.set(kind, promise);
    return () => {
      if (this.#inside.get(kind) === promise) this.#inside.delete(kind);
      resolve();
    };
  }
}
