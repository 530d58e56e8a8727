/** Something that was opened and knows how to close itself. */
export interface Closer {
  readonly name: string;
  close(): Promise<void> | void;
}

/**
 * Closers of everything that was opened, closed last-in first-out.
 *
 * One failing closer does not keep the others open: all are run, then the failures are thrown together.
 */
export class Closers {
  readonly #closers: Closer[] = [];

  /** Opens something of several parts. When that fails, what was opened by then is closed again, and the failure is thrown. */
  static async whileOpening<Opened>(open: (closers: Closers) => Promise<Opened>): Promise<Opened> {
    const closers = new Closers();
    try {
      return await open(closers);
    } catch (error) {
      await closers.closeAll();
      throw error;
    }
  }

  /** Registers a closer; call it right after opening. */
  push(name: string, close: () => Promise<void> | void): void {
    this.#closers.push({ name, close });
  }

  /** @throws {AggregateError} the failures of all closers that threw, each naming its closer */
  async closeAll(): Promise<void> {
    const failures: Error[] = [];
    for (let closer = this.#closers.pop(); closer; closer = this.#closers.pop()) {
      try {
        await closer.close();
      } catch (cause) {
        failures.push(new Error(`closing ${closer.name} failed`, { cause }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Some parts did not close');
  }
}
