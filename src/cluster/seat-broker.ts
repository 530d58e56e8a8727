import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AuthContext,
  ErrorCode,
  generateId,
  type IRoomCache,
  ServerError,
} from '@colyseus/core';
import { GameError } from '../errors/game-error.ts';
import type { SeatExtras } from '../protocol/rest.ts';
import type { NodeCalls } from './node-calls.ts';
import type { NodeRegistry } from './node-lease.ts';
import { PendingPlacements, placeRoom } from './placement.ts';
import { publicAddresses } from './public-addresses.ts';
import type { JoinTarget, RoomDirectory, RoomPlace } from './room-directory.ts';
import { roomLost } from './room-lost.ts';
import { type JoinOptions, type SeatCallMetrics, SeatCalls, type SeatHost } from './seat-calls.ts';
import { Turnstile } from './turnstile.ts';

// How clients get their seats. The directory says which room, or whose turn it is to make one; the room's node reserves the seat.
//
//   joinOrCreate   onAuth ─▶ directory ─┬─ room ──────────────────▶ reserve ─┬─ reserved ─▶ seat
//                     ▲                 ├─ create ─▶ place, make ─▶ reserve ─┘
//                     │                 └─ wait (10 ms) ──┐                  │
//                     └───── again, without the node or room that failed ◀───┴─ full, gone, no answer
//
// Colyseus' own way waits up to a second for a lock when many ask for one room, and two for a node that is gone.

/** What Colyseus answers a matchmaking request with (its SDKs read it), and where else a client may ask. */
export interface SeatReservation extends SeatExtras {
  readonly name: string;
  readonly sessionId: string;
  readonly roomId: string;
  readonly processId: string;
  readonly publicAddress?: string;
}

/**
 * A room to be made of a kind, wherever there is most room or on this node under an id that is given; or one that runs. The options go to the
 * room, and to whoever gets a seat in one that runs.
 */
export type MatchRoom = { readonly options: JoinOptions } & (
  | { readonly roomName: string; readonly newRoomId?: string; readonly roomId?: never }
  | { readonly roomId: string; readonly roomName?: never }
);

export interface SeatBrokerDeps {
  readonly nodeId: string;
  readonly host: SeatHost;
  readonly directory: RoomDirectory;
  readonly calls: NodeCalls;
  /** Whether somebody has closed the region to new rooms. */
  readonly isClosed: () => boolean;
  readonly registry: Pick<NodeRegistry, 'nodes' | 'shares'>;
  /** Address of the region where rooms of this one go when it is lost. */
  readonly refuge?: string | undefined;
  readonly metrics: SeatCallMetrics;
}

/** How long a join may look for a room, in ms. */
const JOIN_DEADLINE_MS = 5_000;
const RECOVERING = { retryAfterMs: 200 };
/** Whoever closes a region does so for minutes. */
const CLOSED = { retryAfterMs: 10_000 };

/** One join, as long as it looks for a seat. */
interface Join {
  readonly roomName: string;
  readonly options: JoinOptions;
  readonly auth: unknown;
  readonly sessionId: string;
  readonly filter: Readonly<Record<string, unknown>>;
  /** Nodes and rooms that failed it. */
  readonly excluded: Set<string>;
}

export class SeatBroker {
  readonly #nodeId: string;
  readonly #host: SeatHost;
  readonly #directory: RoomDirectory;
  readonly #calls: SeatCalls;
  readonly #isClosed: () => boolean;
  readonly #registry: Pick<NodeRegistry, 'nodes' | 'shares'>;
  readonly #refuge: string | undefined;
  readonly #pending = new PendingPlacements();
  readonly #turnstile = new Turnstile();

  constructor(deps: SeatBrokerDeps) {
    const { nodeId, host, directory, calls, registry, isClosed, refuge, metrics } = deps;
    this.#isClosed = isClosed;
    this.#refuge = refuge;
    this.#nodeId = nodeId;
    this.#host = host;
    this.#directory = directory;
    this.#registry = registry;
    this.#calls = new SeatCalls({ nodeId, host, calls, registry, metrics });
  }

  /** On which node the next room is made; counted until the node's figures show it. */
  placeRoom(exclude: ReadonlySet<string> = new Set()): string {
    const { nodes, shares } = this.#registry;
    const pending = this.#pending.of(nodes);
    const nodeId = placeRoom(nodes, this.#nodeId, { pending, exclude, shares });
    const node = nodes.find((it) => it.nodeId === nodeId);
    if (node !== undefined) this.#pending.placed(node);
    return nodeId;
  }

  /**
   * @throws {GameError} `ROOM_UNKNOWN`, `FORBIDDEN`, `ROOM_FULL`, `REGION_CLOSED`, `NODE_UNREACHABLE` and `DIRECTORY_UNAVAILABLE`;
   *   whatever `onAuth` throws; `INTERNAL` when `onCreate` failed
   */
  async joinOrCreate(
    roomName: string,
    options: JoinOptions,
    context: AuthContext,
  ): Promise<SeatReservation> {
    const join = await this.#begin(roomName, options, context);
    const deadlineMs = performance.now() + JOIN_DEADLINE_MS;
    const kindOfRoom = JSON.stringify([roomName, join.filter]);
    while (performance.now() < deadlineMs) {
      await this.#turnstile.free(kindOfRoom, deadlineMs);
      const target = await this.#find(join);
      if (target.kind === 'wait') {
        await sleep(8 + 4 * Math.random());
        continue;
      }
      const seat = await (target.kind === 'room'
        ? this.#take(join, target.listing)
        : this.#makeAndTake(join, this.#turnstile.enter(kindOfRoom), target.createEnded));
      if (seat !== null) return seat;
    }
    throw timeUp();
  }

  /** @throws {GameError} as `joinOrCreate`; `ROOM_UNKNOWN` also when no room is open */
  async join(
    roomName: string,
    options: JoinOptions,
    context: AuthContext,
  ): Promise<SeatReservation> {
    const join = await this.#begin(roomName, options, context);
    const deadlineMs = performance.now() + JOIN_DEADLINE_MS;
    while (performance.now() < deadlineMs) {
      const target = await this.#find(join);
      if (target.kind === 'create') await target.createEnded();
      if (target.kind !== 'room') {
        const message = 'no rooms found with provided criteria';
        throw refused('ROOM_UNKNOWN', ErrorCode.MATCHMAKE_INVALID_CRITERIA, message);
      }
      const seat = await this.#take(join, target.listing);
      if (seat !== null) return seat;
    }
    throw timeUp();
  }

  /** @throws {GameError} `ROOM_UNKNOWN`, `ROOM_FULL`, `ROOM_RECOVERING`, `ROOM_LOST`, `DIRECTORY_UNAVAILABLE`, … */
  async joinById(
    roomId: string,
    options: JoinOptions,
    context: AuthContext,
  ): Promise<SeatReservation> {
    const listing = await this.#locate(roomId, `room "${roomId}" not found`);
    if (listing.locked === true) {
      throw refused('ROOM_FULL', ErrorCode.MATCHMAKE_INVALID_ROOM_ID, `room "${roomId}" is locked`);
    }
    const auth = await this.#host.authenticate(listing.name, options, context);
    const sessionId = sessionIdOf(auth);
    const outcome = await this.#calls.reserve(listing, { roomId, sessionId, options, auth });
    if (outcome === 'reserved') return this.#seat(listing, sessionId);
    if (outcome === 'full') throw full(roomId);
    // Its owner has yet to load it, or has just died.
    throw new GameError('ROOM_RECOVERING', {}, RECOVERING);
  }

  /**
   * Seats for all or for none: a room that was made for them ends by itself when nobody comes.
   *
   * @param auths - what becomes of each one's `client.auth`
   * @returns in their order
   * @throws {GameError} `ROOM_FULL` when not all get one; `NODE_UNREACHABLE`, `ROOM_UNKNOWN`, `ROOM_LOST`, `ROOM_RECOVERING`,
   *   `DIRECTORY_UNAVAILABLE`; `INTERNAL` when `onCreate` failed
   */
  async seatGroup(room: MatchRoom, auths: readonly unknown[]): Promise<readonly SeatReservation[]> {
    const { options, roomName, roomId } = room;
    const listing =
      roomName === undefined
        ? await this.#locate(roomId, `room "${roomId}" not found`)
        : await this.#createFor(room);
    const seatOptions = roomName === undefined ? options : {};
    const seats = await Promise.all(
      auths.map(async (auth) => {
        const sessionId = generateId();
        const seat = { roomId: listing.roomId, sessionId, options: seatOptions, auth };
        const outcome = await this.#calls.reserve(listing, seat);
        return outcome === 'reserved' ? this.#seat(listing, sessionId) : null;
      }),
    );
    if (!seats.every((seat) => seat !== null)) throw full(listing.roomId);
    return seats;
  }

  /** @throws {GameError} `SEAT_EXPIRED` when nobody holds the seat any more; otherwise as `joinById` */
  async reconnect(roomId: string, options: JoinOptions): Promise<SeatReservation> {
    const listing = await this.#locate(roomId, `room "${roomId}" has been disposed.`);
    const { reconnectionToken } = options;
    if (typeof reconnectionToken !== 'string') {
      throw new GameError('BAD_REQUEST', {}, { message: 'reconnectionToken must be provided.' });
    }
    const held = await this.#calls.heldSession(listing, reconnectionToken);
    if (typeof held === 'string') throw new GameError('ROOM_RECOVERING', {}, RECOVERING);
    if (held.sessionId !== null) return this.#seat(listing, held.sessionId);
    const message = 'reconnection token invalid or expired.';
    throw refused('SEAT_EXPIRED', ErrorCode.MATCHMAKE_EXPIRED, message);
  }

  async #begin(roomName: string, options: JoinOptions, context: AuthContext): Promise<Join> {
    const filter = this.#host.filterOf(roomName, options);
    const auth = await this.#host.authenticate(roomName, options, context);
    const sessionId = sessionIdOf(auth);
    // Whatever room of theirs would be found, there is no seat in it.
    const quarantined = this.#registry.nodes.filter((node) => node.isQuarantined === true);
    const excluded = new Set(quarantined.map(({ nodeId }) => nodeId));
    return { roomName, options, auth, sessionId, filter, excluded };
  }

  #find({ roomName, filter, excluded }: Join): Promise<JoinTarget> {
    return this.#directory.findOrCreate(roomName, filter, excluded);
  }

  /** @returns null when there is no seat; the room, or its node, is left out from now on */
  async #take(join: Join, listing: IRoomCache): Promise<SeatReservation | null> {
    const { sessionId, options, auth, excluded } = join;
    const { roomId, processId } = listing;
    const outcome = await this.#calls.reserve(listing, { roomId, sessionId, options, auth });
    if (outcome === 'reserved') return this.#seat(listing, sessionId);
    excluded.add(outcome === 'unreachable' ? processId : roomId);
    return null;
  }

  async #makeAndTake(
    join: Join,
    leave: () => void,
    createEnded: () => Promise<void>,
  ): Promise<SeatReservation | null> {
    try {
      return await this.#take(join, await this.#create(join));
    } finally {
      // After the maker has his own seat: the others fill the room at once.
      await createEnded();
      leave();
    }
  }

  async #createFor(room: MatchRoom & { readonly roomName: string }): Promise<IRoomCache> {
    this.#refuseClosed();
    const { roomName, newRoomId: roomId, options } = room;
    if (roomId === undefined) {
      return await this.#create({ roomName, options, excluded: new Set() });
    }
    const made = await this.#calls.create(this.#nodeId, { roomName, options, roomId });
    if (made === 'unreachable') throw new GameError('NODE_UNREACHABLE', { nodeId: this.#nodeId });
    return made;
  }

  /** Makes a room on the node with the least load; on the next one when that does not answer, at last on this one. */
  async #create({
    roomName,
    options,
    excluded,
  }: Pick<Join, 'roomName' | 'options' | 'excluded'>): Promise<IRoomCache> {
    this.#refuseClosed();
    const roomId = generateId();
    for (;;) {
      const nodeId = this.placeRoom(excluded);
      const made = await this.#calls.create(nodeId, { roomName, options, roomId });
      if (made !== 'unreachable') return made;
      excluded.add(nodeId);
    }
  }

  #refuseClosed(): void {
    if (this.#isClosed()) throw new GameError('REGION_CLOSED', {}, CLOSED);
  }

  /** @throws {GameError} when the room has no owner now, or never */
  async #locate(roomId: string, notFound: string): Promise<IRoomCache> {
    // What we own, we need not ask for; it can be joined while the directory is away.
    const own = this.#directory.epochOf(roomId) === undefined ? undefined : this.#host.find(roomId);
    if (own !== undefined) return own;
    const place: RoomPlace = await this.#directory.locate(roomId);
    switch (place.kind) {
      case 'owned':
        return place.listing;
      case 'orphaned':
        throw new GameError('ROOM_RECOVERING', {}, RECOVERING);
      case 'lost':
        throw roomLost(roomId, place.reason);
      case 'unknown':
        throw refused('ROOM_UNKNOWN', ErrorCode.MATCHMAKE_INVALID_ROOM_ID, notFound);
    }
  }

  #seat(listing: IRoomCache, sessionId: string): SeatReservation {
    const { name, roomId, processId, publicAddress } = listing;
    const nodes = publicAddresses(this.#registry.nodes, publicAddress);
    return {
      ...{ name, sessionId, roomId, processId },
      ...(publicAddress !== undefined && { publicAddress }),
      ...(nodes.length > 0 && { nodes }),
      ...(this.#refuge !== undefined && { refuge: this.#refuge }),
    };
  }
}

/** A game's `onAuth` may name the session. */
function sessionIdOf(auth: unknown): string {
  const { sessionId } = (auth ?? {}) as { readonly sessionId?: unknown };
  return typeof sessionId === 'string' && sessionId !== '' ? sessionId : generateId();
}

function timeUp(): GameError {
  const message = 'No room could be found or made in time.';
  return new GameError('NODE_UNREACHABLE', {}, { message, retryAfterMs: 1_000 });
}

/** Colyseus' SDKs know its codes, which travel in the cause. */
function refused(
  code: 'ROOM_UNKNOWN' | 'ROOM_FULL' | 'SEAT_EXPIRED',
  colyseusCode: number,
  message: string,
): GameError {
  const cause = new ServerError(colyseusCode, message);
  return new GameError(code, {}, code === 'ROOM_FULL' ? { cause } : { message, cause });
}

function full(roomId: string): GameError {
  return new GameError('ROOM_FULL', {}, { cause: new Error(`${roomId} is already full.`) });
}
