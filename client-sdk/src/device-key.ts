import { randomHex } from './random-hex.ts';
import type { SessionStorage } from './session-storage.ts';

const KEY_BYTES = 32;

/** The secret by which the server knows this device: made once, kept where sessions are, never shown. */
export class DeviceKey {
  readonly #storage: SessionStorage;
  readonly #name: string;
  #key: Promise<string> | null = null;

  constructor(storage: SessionStorage, baseUrl: string) {
    this.#storage = storage;
    this.#name = `meridian.device ${baseUrl}`;
  }

  get(): Promise<string> {
    this.#key ??= this.#load();
    return this.#key;
  }

  async #load(): Promise<string> {
    const kept = await this.#storage.getItem(this.#name);
    if (kept) return kept;
    const key = randomHex(KEY_BYTES);
    await this.#storage.setItem(this.#name, key);
    return key;
  }
}
