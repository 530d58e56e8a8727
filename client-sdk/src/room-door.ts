import type { SeatReservation } from '@colyseus/sdk';
import type { SeatExtras } from '../../src/protocol/index.ts';
import type { ClientTrace } from './client-traces.ts';
import type { FetchFunction } from './http-json.ts';
import { nextJoinInMs } from './join-retry.ts';
import { KnownNodes } from './known-nodes.ts';
import { MeridianError } from './meridian-error.ts';
import { MeridianRoom, type MeridianRoomOptions } from './meridian-room.ts';
import { randomHex } from './random-hex.ts';
import { RoomFinder } from './room-finder.ts';
import { SeatTaker } from './seat-taker.ts';

export interface RoomDoorOptions {
  readonly fetch: FetchFunction;
  /** Of all rooms that are joined here. */
  readonly room: MeridianRoomOptions;
  /** From the seat to the first word of the room, ms. */
  readonly joinTimeoutMs: number;
}

/** Of the word by which a newcomer comes again. */
const WORD_BYTES = 16;

/** Where the rooms of one region are joined; they look for themselves among its nodes when they are lost. */
export class RoomDoor {
  readonly nodes: KnownNodes;
  readonly seats: SeatTaker;
  readonly #options: RoomDoorOptions;
  readonly #finder: RoomFinder;

  /** @param baseUrl - `http(s)://` address of the region, without a slash at the end */
  constructor(baseUrl: string, options: RoomDoorOptions) {
    this.#options = options;
    this.nodes = new KnownNodes(baseUrl);
    this.#finder = new RoomFinder({ nodes: this.nodes, fetch: options.fetch, random: Math.random });
    // Colyseus puts a token it knows into the WebSocket URL, where proxies log it. Ours is never given to it; one that
    // @colyseus/auth left in this browser's storage is taken out again.
    this.seats = new SeatTaker(baseUrl, { urlBuilder: withoutToken });
  }

  /**
   * Joins the room of a seat reservation. Whose connection breaks before he hears whether he is in comes once more for the same seat: with
   * another one he might be there twice.
   *
   * @throws {MeridianError} as `SeatTaker.take` does
   */
  async enter<State>(
    seat: SeatReservation & SeatExtras,
    trace: ClientTrace | null,
  ): Promise<MeridianRoom<State>> {
    try {
      return await this.#enter<State>(seat, {}, trace);
    } catch (error) {
      const isCutOff = error instanceof MeridianError && error.code === 'NETWORK';
      if (!isCutOff || !this.seats.hasReached(seat)) throw error;
      return await this.#enter<State>(seat, {}, trace).catch(() => {
        throw error;
      });
    }
  }

  /**
   * The same for a seat that cannot be asked for again: while its node does not answer it is tried anew, until `joinTimeoutMs` is over.
   *
   * @param options - besides those of all rooms
   */
  async enterOnlySeat<State>(
    seat: SeatReservation & SeatExtras,
    options: MeridianRoomOptions,
    trace: ClientTrace | null,
  ): Promise<MeridianRoom<State>> {
    const deadlineAtMs = performance.now() + this.#options.joinTimeoutMs;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#enter<State>(seat, options, trace);
      } catch (error) {
        const inMs = nextJoinInMs({
          ...{ error, attempt, knownAddresses: this.nodes.count },
          // Somebody gave the seat.
          hasAnswered: true,
          leftMs: deadlineAtMs - performance.now(),
          random: Math.random(),
        });
        if (inMs === null) throw error;
        await new Promise((resolve) => setTimeout(resolve, inMs));
      }
    }
  }

  async #enter<State>(
    seat: SeatReservation & SeatExtras,
    options: MeridianRoomOptions,
    trace: ClientTrace | null,
  ): Promise<MeridianRoom<State>> {
    this.nodes.learn(seat.nodes);
    this.nodes.learnRefuge(seat.refuge);
    // By a word of his own whoever is let in and does not hear of it may come again.
    seat.reconnectionToken ??= randomHex(WORD_BYTES);
    const room = await this.seats.take<State>(seat, this.#options.joinTimeoutMs, trace);
    return new MeridianRoom<State>(room, { ...this.#options.room, ...options }, this.#finder);
  }
}

/** The doors of the client's own region and of others, one each: what a room learned of a region's nodes helps the next. */
export class RegionDoors {
  readonly own: RoomDoor;
  readonly #options: RoomDoorOptions;
  readonly #others = new Map<string, RoomDoor>();

  constructor(ownBaseUrl: string, options: RoomDoorOptions) {
    this.own = new RoomDoor(ownBaseUrl, options);
    this.#options = options;
    this.#others.set(ownBaseUrl, this.own);
  }

  /** @param regionUrl - `http(s)://` address of a region; null: the client's own */
  of(regionUrl: string | null): RoomDoor {
    if (regionUrl === null) return this.own;
    const baseUrl = regionUrl.replace(/\/+$/, '');
    const door = this.#others.get(baseUrl) ?? new RoomDoor(baseUrl, this.#options);
    this.#others.set(baseUrl, door);
    return door;
  }
}

function withoutToken(url: URL): string {
  url.searchParams.delete('_authToken');
  return url.toString();
}
