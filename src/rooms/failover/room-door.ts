/**
 * Where sockets wait for a room that is about to be here. All of one room wait for the same news, and for one timer: a room's
 * players knock within the same milliseconds.
 */
export class RoomDoor {
  readonly #lookAgainMs: number;
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();

  /** @param lookAgainMs - after which it is worth a look without any news: nobody tells that a room will not come */
  constructor(lookAgainMs: number) {
    this.#lookAgainMs = lookAgainMs;
  }

  /** Resolves when the room is here, or it is time to look. */
  news(roomId: string): Promise<void> {
    const known = this.#waiting.get(roomId);
    if (known !== undefined) return known.promise;
    const news = Promise.withResolvers<void>();
    this.#waiting.set(roomId, news);
    setTimeout(() => {
      if (this.#waiting.get(roomId) === news) this.open(roomId);
    }, this.#lookAgainMs);
    return news.promise;
  }

  /** The room is here. */
  open(roomId: string): void {
    const news = this.#waiting.get(roomId);
    this.#waiting.delete(roomId);
    news?.resolve();
  }
}
