/** Adds up CPU time of this thread: others on the machine do not count, nor does the collector's own thread. */
export class CpuMeter {
  #ms = 0;

  get ms(): number {
    return this.#ms;
  }

  /** Runs `work` and counts what it took. Nothing else may run meanwhile. */
  async measure<T>(work: () => T | Promise<T>): Promise<T> {
    const before = threadCpuMs();
    try {
      return await work();
    } finally {
      this.#ms += threadCpuMs() - before;
    }
  }
}

/** CPU time of this thread since it began, ms. */
export function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
