import type { IRoomCache } from '@colyseus/core';

/** A room of this node, and its way into the directory: one command at a time, so that none carries an old epoch or listing. */
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
  #last: Promise<unknown> = Promise.resolve();
  /** A save that has not begun; it will write what is true then. */
  #nextSave: Promise<boolean> | undefined;

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
    this.#nextSave ??= this.exclusively(() => {
      this.#nextSave = undefined;
      return this.#write(this);
    });
    return this.#nextSave;
  }

  /** Runs after what was begun before, and before what comes later. */
  exclusively<T>(command: () => Promise<T>): Promise<T> {
    const running = this.#last.then(command);
    this.#last = running.catch(() => undefined);
    return running;
  }
}
