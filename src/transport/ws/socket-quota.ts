/** Counts open sockets per address, so that one address cannot take them all. */
export class SocketQuota {
  readonly #limit: number;
  readonly #openByAddress = new Map<string, number>();

  /** @param limit - sockets open at once per address */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns a release function, or null when the address has as many as it may */
  take(address: string): (() => void) | null {
    const open = this.#openByAddress.get(address) ?? 0;
    if (open >= this.#limit) return null;
    this.#openByAddress.set(address, open + 1);
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      const left = (this.#openByAddress.get(address) ?? 1) - 1;
      if (left > 0) this.#openByAddress.set(address, left);
      else this.#openByAddress.delete(address);
    };
  }
}
