import type { BackfillRequest } from '../pool/backfill-request.ts';

/** A room that has not asked again for so long lacks nobody any more, or is gone: three times what rooms wait between two asks. */
const ROOM_TTL_MS = 6_000;

interface AskingRoom {
  /** Monotonic, ms. */
  heardAtMs: number;
  /** Players are on their way to it. */
  isBusy: boolean;
}

/** The pool, as far as rooms are concerned. */
export interface BackfillPool {
  addBackfill(
    request: BackfillRequest,
  ): { readonly ok: true } | { readonly ok: false; readonly reason: string };
  removeBackfill(roomId: string): boolean;
}

/** Rooms of this region that lack players, as long as they say so. */
export class RunningRooms {
  readonly #rooms = new Map<string, AskingRoom>();

  /** @returns why the pool does not take it; null: it does, or will when it asks again */
  asks(request: BackfillRequest, pool: BackfillPool, nowMs: number): string | null {
    const { roomId } = request;
    const isBusy = this.#rooms.get(roomId)?.isBusy ?? false;
    this.#rooms.set(roomId, { heardAtMs: nowMs, isBusy });
    // What it says now, it may have said before it heard of who comes.
    if (isBusy) return null;
    pool.removeBackfill(roomId);
    const added = pool.addBackfill(request);
    if (added.ok) return null;
    this.#rooms.delete(roomId);
    return added.reason;
  }

  withdraws(roomId: string, pool: BackfillPool): void {
    this.#rooms.delete(roomId);
    pool.removeBackfill(roomId);
  }

  /** Players were found: until they have their seats, or do not get them, nobody else is looked for. */
  found(roomId: string): void {
    const room = this.#rooms.get(roomId);
    if (room !== undefined) room.isBusy = true;
  }

  /** The room says itself what it lacks now. */
  settled(roomId: string): void {
    this.#rooms.delete(roomId);
  }

  /** Forgets rooms that do not ask any more. */
  prune(pool: BackfillPool, nowMs: number): void {
    for (const [roomId, { heardAtMs, isBusy }] of this.#rooms) {
      if (!isBusy && nowMs - heardAtMs > ROOM_TTL_MS) this.withdraws(roomId, pool);
    }
  }

  clear(): void {
    this.#rooms.clear();
  }
}
