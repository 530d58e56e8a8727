/** Where a client keeps its session between visits: `localStorage`, React Native's AsyncStorage, or three functions. */
export interface SessionStorage {
  getItem(key: string): string | null | undefined | Promise<string | null | undefined>;
  setItem(key: string, value: string): unknown;
  removeItem(key: string): unknown;
}

/** Forgets with the process. Give each client its own to play as several guests from one browser. */
export class MemoryStorage implements SessionStorage {
  readonly #items = new Map<string, string>();

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#items.set(key, value);
  }

  removeItem(key: string): void {
    this.#items.delete(key);
  }
}

/** `localStorage` where there is one that may be used, else memory. */
export function defaultStorage(): SessionStorage {
  try {
    // Even naming localStorage throws where cookies are blocked, and Node warns about it without a file to keep it in.
    const isBrowser = 'document' in globalThis;
    const found = isBrowser
      ? (globalThis as { readonly localStorage?: SessionStorage }).localStorage
      : undefined;
    if (found !== undefined && found !== null) return found;
  } catch {
    // Blocked by the browser: the session then lasts as long as the page.
  }
  return new MemoryStorage();
}
