/** Restores in place within this time count together. */
const WINDOW_MS = 60_000;

/** How often each room of a node was made anew in place of late: a room that fails again and again is given up. */
export class RestoreCounts {
  readonly #byRoomId = new Map<string, { count: number; sinceMs: number }>();

  /** @returns how often, this time included */
  add(roomId: string): number {
    const nowMs = performance.now();
    for (const [id, { sinceMs }] of this.#byRoomId) {
      if (nowMs - sinceMs > WINDOW_MS) this.#byRoomId.delete(id);
    }
    const known = this.#byRoomId.get(roomId) ?? { count: 0, sinceMs: nowMs };
    known.count++;
    this.#byRoomId.set(roomId, known);
    return known.count;
  }
}
