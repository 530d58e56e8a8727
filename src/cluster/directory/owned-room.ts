import type { IRoomCache } from '@colyseus/core';

/** A room of this node, and its way into the directory: one write at a time, the last one wins. */
export class OwnedRoom {
  readonly roomId: string;
  epoch: number;
  isDurable: boolean;
  /** Whether a room object stands behind the listing; false between a claim and the room's return. */
  isLive: boolean;
  /** The truth. What Redis has is a copy of it. */
  listing: IRoomCache;
  /** It has ended, or is not ours any more: nothing is written for it. */
  isLetGo = false;

  readonly #write: (room: OwnedRoom) => Promise<boolean>;
  #running: Promise<boolean> | undefined;
  #next: Promise<boolean> | undefined;

  constructor(
    room: Pick<OwnedRoom, 'epoch' | 'isDurable' | 'isLive' | 'listing'>,
    write: (room: OwnedRoom) => Promise<boolean>,
  ) {
    this.roomId = room.listing.roomId;
    this.epoch = room.epoch;
    this.isDurable = room.isDurable;
    this.isLive = room.isLive;
    this.listing = room.listing;
    this.#write = write;
  }

  /** Writes the listing as it is when its turn comes. */
  save(): Promise<boolean> {
    if (this.#running === undefined) return this.#run();
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#run();
    });
    return this.#next;
  }

  #run(): Promise<boolean> {
    const running = this.#write(this).finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}
