/** Who hears of the changes of a store in memory. As with Redis, nobody hears of a change within the call that makes it. */
export class MemoryStoreListeners<Change> {
  readonly #listeners = new Set<(change: Change) => void>();

  /** @returns stops listening */
  add(listener: (change: Change) => void): () => void {
    // Each call is a listener of its own, also when it brings the same function.
    const own = (change: Change) => listener(change);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  tell(change: Change): void {
    queueMicrotask(() => {
      for (const listener of this.#listeners) listener(change);
    });
  }

  clear(): void {
    this.#listeners.clear();
  }
}
