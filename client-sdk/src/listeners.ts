/** A list of callbacks. Each add returns its removal; one that throws does not keep the others from hearing. */
export class Listeners<Event> {
  readonly #callbacks = new Set<(event: Event) => void>();

  get size(): number {
    return this.#callbacks.size;
  }

  add(callback: (event: Event) => void): () => void {
    // Wrapped, so that adding the same function twice gives two entries with a removal each.
    const entry = (event: Event) => callback(event);
    this.#callbacks.add(entry);
    return () => {
      this.#callbacks.delete(entry);
    };
  }

  emit(event: Event): void {
    for (const callback of [...this.#callbacks]) {
      try {
        callback(event);
      } catch (error) {
        // Reported as any uncaught error of the host is, but outside our own call chain.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  clear(): void {
    this.#callbacks.clear();
  }
}
