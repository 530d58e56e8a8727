/** Frames kept for one client while its room stands still; more than that, and it has to come back and send them again. */
const MOST_PER_CLIENT = 256;

/**
 * What clients send while their room stands still (its lease lapsed, or it is about to move): read in order when it goes on,
 * forgotten when it goes elsewhere, for then each client sends again what was not processed.
 */
export class FrameShelf<Client> {
  #frames: { readonly client: Client; readonly frame: Buffer; readonly arrivedAtMs: number }[] = [];
  readonly #counts = new Map<Client, number>();

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  /** @param frame - copied: the reader's buffer is used again. @returns false when this client has sent too much */
  keep(client: Client, frame: Buffer, arrivedAtMs: number): boolean {
    const count = (this.#counts.get(client) ?? 0) + 1;
    if (count > MOST_PER_CLIENT) return false;
    this.#counts.set(client, count);
    this.#frames.push({ client, frame: Buffer.from(frame), arrivedAtMs });
    return true;
  }

  /** Clients of whom a frame is kept that is of this kind. */
  sendersOf(isOfKind: (frame: Buffer) => boolean): readonly Client[] {
    return this.#frames.filter(({ frame }) => isOfKind(frame)).map(({ client }) => client);
  }

  /** Hands everything to `read`, oldest first. */
  drain(read: (client: Client, frame: Buffer, arrivedAtMs: number) => void): void {
    const frames = this.#frames;
    this.clear();
    for (const { client, frame, arrivedAtMs } of frames) read(client, frame, arrivedAtMs);
  }

  clear(): void {
    this.#frames = [];
    this.#counts.clear();
  }
}
