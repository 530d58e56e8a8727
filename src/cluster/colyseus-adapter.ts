import type { EventEmitter } from 'node:events';
import {
  type AuthContext,
  ErrorCode,
  type IRoomCache,
  LocalDriver,
  LocalPresence,
  matchMaker,
  type Presence,
  type Room,
  RoomInternalState,
  ServerError,
} from '@colyseus/core';
import { setLogger } from '@colyseus/core/Logger';
import type { ErrorCode as GameErrorCode } from '../errors/errors.ts';
import { GameError } from '../errors/game-error.ts';
import { CloseCode } from '../protocol/close-codes.ts';
import type { Logger } from '../telemetry/logger.ts';
import { outsideOfTraces } from '../telemetry/tracing.ts';
import type { NodeCalls } from './node-calls.ts';
import type { NodeRegistry } from './node-lease.ts';
import type { RoomDirectory } from './room-directory.ts';
import { type MatchRoom, SeatBroker, type SeatReservation } from './seat-broker.ts';
import type { SeatCallMetrics, SeatHost } from './seat-calls.ts';

// Colyseus keeps its handlers, rooms, presence and driver in module variables: one server per process. Everything
// Meridian wants of them goes through this file.

/** Ways into a room that clients may use. `create` is not among them: it makes a room per request, for anybody. */
const CLIENT_METHODS = ['joinOrCreate', 'join', 'joinById', 'reconnect'] as const;
type ClientMethod = (typeof CLIENT_METHODS)[number];

export interface RoomTypeDefinition {
  readonly name: string;
  readonly roomClass: new () => Room;
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  readonly filterBy?: readonly string[] | undefined;
}

export interface MatchmakeRequest {
  readonly method: string;
  /** A room's name, or its id for `joinById` and `reconnect`. */
  readonly target: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly context: AuthContext;
}

/** How `ServerError` codes of Colyseus' matchmaker are called here. */
const MATCHMAKE_ERRORS: Readonly<Record<number, GameErrorCode>> = {
  [ErrorCode.MATCHMAKE_NO_HANDLER]: 'ROOM_UNKNOWN',
  [ErrorCode.MATCHMAKE_INVALID_CRITERIA]: 'ROOM_UNKNOWN',
  [ErrorCode.MATCHMAKE_INVALID_ROOM_ID]: 'ROOM_UNKNOWN',
  [ErrorCode.MATCHMAKE_EXPIRED]: 'SEAT_EXPIRED',
  [ErrorCode.AUTH_FAILED]: 'FORBIDDEN',
};

/** What a node shares with the others of its region. */
export interface ColyseusRegion {
  readonly directory: RoomDirectory;
  /** Absent: in-process. */
  readonly presence: Presence | undefined;
  /** Where clients reach this node; empty: where they reach it now. */
  readonly publicAddress: string;
  readonly calls: NodeCalls;
  /** Live nodes; new rooms are placed by what they report, and by the shares of their builds. */
  readonly registry: Pick<NodeRegistry, 'nodes' | 'shares'>;
  /** Where clients find rooms of this region when it is lost. */
  readonly refuge?: string | undefined;
  /** Whether somebody has closed the region to new rooms. */
  readonly isClosed: () => boolean;
  /** Whether players who have no seat on this node may get one. */
  readonly takesSeats: () => boolean;
  readonly metrics: SeatCallMetrics;
}

/** This process as a Colyseus node. */
export class ColyseusNode {
  /** Gives this process its id; what Colyseus says goes to `log`. It takes rooms after `join`. */
  static async open(log: Logger): Promise<ColyseusNode> {
    setLogger(colyseusLog(log));
    // Leases tell who is alive; Colyseus' own check would sweep a node that is merely busy.
    matchMaker.setHealthChecksEnabled(false);
    // The id comes with the set-up, and what the region gives a node asks for the id: so it is set up twice.
    await matchMaker.setup(new LocalPresence(), new LocalDriver());
    return new ColyseusNode(log);
  }

  readonly #log: Logger;
  readonly #rooms = new Set<Room>();
  readonly #createdListeners: ((room: Room) => void)[] = [];
  #seats: SeatBroker | undefined;
  #directory: RoomDirectory | undefined;

  private constructor(log: Logger) {
    this.#log = log;
  }

  get processId(): string {
    return matchMaker.processId;
  }

  /** Makes and finds rooms from now on, for other nodes too. */
  async join({
    directory,
    presence,
    publicAddress,
    calls,
    registry,
    isClosed,
    takesSeats,
    refuge,
    metrics,
  }: ColyseusRegion): Promise<void> {
    const seats = new SeatBroker({
      nodeId: this.processId,
      host: seatHost(takesSeats),
      directory,
      calls,
      registry,
      isClosed,
      refuge,
      metrics,
    });
    this.#seats = seats;
    this.#directory = directory;
    await matchMaker.setup(presence ?? new LocalPresence(), directory, publicAddress, async () =>
      seats.placeRoom(),
    );
    await matchMaker.accept();
  }

  /** Rooms of this process, those that are ending included. */
  get rooms(): ReadonlySet<Room> {
    return this.#rooms;
  }

  /** A room is in the directory and about to be joined. */
  onRoomCreated(listener: (room: Room) => void): void {
    this.#createdListeners.push(listener);
  }

  /**
   * Makes a room on this node under an id that is its own already.
   *
   * @throws what its `onCreate` throws, as the cause
   */
  async makeRoom(roomName: string, options: unknown, roomId: string): Promise<Room> {
    await matchMaker.handleCreateRoom(roomName, options as never, undefined, roomId);
    const room = matchMaker.getLocalRoomById(roomId);
    if (room === undefined) throw new GameError('ROOM_UNKNOWN', { roomId });
    return room;
  }

  get isShuttingDown(): boolean {
    return matchMaker.state === matchMaker.MatchMakerState.SHUTTING_DOWN;
  }

  defineRoomType(definition: RoomTypeDefinition): void {
    const { name, roomClass, options, filterBy } = definition;
    // Colyseus calls the static onAuth without its class.
    const onAuth = (roomClass as typeof Room & (new () => Room)).onAuth;
    Object.defineProperty(roomClass, 'onAuth', {
      value: onAuth.bind(roomClass),
      configurable: true,
    });
    this.#directory?.defineRoomType(name, filterBy ?? []);
    const handler = matchMaker.defineRoomType(name, roomClass, options);
    handler.on('create', (room) => {
      this.#rooms.add(room);
      // Not the handler's 'dispose': that is when onDispose starts, and it may never come back.
      eventsOf(room).once('disconnect', () => this.#rooms.delete(room));
      endOnShutdown(room, this.#log);
      for (const listener of this.#createdListeners) listener(room);
    });
    if (filterBy !== undefined && filterBy.length > 0) handler.filterBy([...filterBy] as never[]);
  }

  /** The room of that id, when it lives in this process. */
  findRoom(roomId: string): Room | undefined {
    return matchMaker.getLocalRoomById(roomId);
  }

  /**
   * Finds or makes a room and reserves a seat in it.
   *
   * @throws {GameError} `METHOD_FORBIDDEN`, `ROOM_UNKNOWN`, `ROOM_FULL`, `ROOM_RECOVERING`, `ROOM_LOST`, `SEAT_EXPIRED`,
   *   `SHUTTING_DOWN`, `FORBIDDEN`, `DIRECTORY_UNAVAILABLE`, `NODE_UNREACHABLE`, whatever the room's `onAuth` throws, or
   *   `INTERNAL` when its `onCreate` failed
   */
  async reserveSeat({
    method,
    target,
    options,
    context,
  }: MatchmakeRequest): Promise<SeatReservation> {
    if (this.isShuttingDown || this.#seats === undefined) throw shuttingDown();
    if (!isClientMethod(method)) {
      throw new GameError('METHOD_FORBIDDEN', { method, allowed: CLIENT_METHODS });
    }
    return this.#seats[method](target, { ...options }, context);
  }

  /**
   * Seats for players whom matchmaking has put together: in a new room, or in one that runs. Nobody's `onAuth` is asked: their tickets
   * were theirs.
   *
   * @returns seats by playerId
   * @throws {GameError} `ROOM_FULL` when not all get one, `SHUTTING_DOWN`, `NODE_UNREACHABLE`, `ROOM_UNKNOWN`, `ROOM_RECOVERING`, or
   *   `INTERNAL` when the room's `onCreate` failed
   */
  async seatMatch(
    room: MatchRoom,
    players: readonly { readonly playerId: string; readonly displayName: string }[],
  ): Promise<ReadonlyMap<string, SeatReservation>> {
    if (this.isShuttingDown || this.#seats === undefined) throw shuttingDown();
    const seats = await this.#seats.seatGroup(
      room,
      players.map(({ playerId, displayName }) => ({ playerId, displayName })),
    );
    return new Map(players.map(({ playerId }, at) => [playerId, seats[at] as SeatReservation]));
  }

  /**
   * Takes no more players and ends every room: their `onBeforeShutdown` runs, clients are told, `onDispose` is awaited.
   *
   * @returns how many rooms had not ended after `deadlineMs` (stock Colyseus waits for ever)
   */
  async shutdown(deadlineMs: number): Promise<{ readonly unfinishedRooms: number }> {
    const ended = matchMaker.gracefullyShutdown().catch((error: unknown) => {
      this.#log.error({ err: error }, 'ending the rooms failed');
    });
    const timeout = Promise.withResolvers<void>();
    const timer = setTimeout(() => timeout.resolve(), deadlineMs);
    await Promise.race([ended, timeout.promise]);
    clearTimeout(timer);
    return { unfinishedRooms: this.#rooms.size };
  }
}

/** Colyseus' rooms for the seat broker. */
function seatHost(takesSeats: () => boolean): SeatHost {
  const find = (roomId: string) => {
    const room = matchMaker.getLocalRoomById(roomId);
    return room === undefined ? undefined : seatsOf(room);
  };
  return {
    authenticate: (...asked) => authenticate(...asked).catch(rethrow),
    filterOf: (roomName, options) => handlerOf(roomName).getFilterOptions(options),
    create: async (roomName, options, roomId) => {
      if (matchMaker.state === matchMaker.MatchMakerState.SHUTTING_DOWN) throw shuttingDown();
      // Its timers are the room's, not those of the join that it is made for.
      return outsideOfTraces(() =>
        matchMaker.handleCreateRoom(roomName, options, undefined, roomId).catch(rethrow),
      );
    },
    find: (roomId) => {
      const room = find(roomId);
      const isOpen = room !== undefined && room._internalState === RoomInternalState.CREATED;
      return isOpen ? room._listing : undefined;
    },
    reserve: async ({ roomId, sessionId, options, auth }) => {
      if (!takesSeats()) return false;
      // As they arrive from another node, also when they do not.
      const copy = <T>(value: T): T => value && JSON.parse(JSON.stringify(value));
      const reserved = await find(roomId)?._reserveSeat(sessionId, copy(options), copy(auth));
      return reserved === true;
    },
    heldSession: (roomId, token) => find(roomId)?.checkReconnectionToken(token) ?? null,
  };
}

/** What Colyseus does with the answer of a static onAuth: true admits without data, nothing refuses. */
async function authenticate(
  ...[roomName, options, context]: Parameters<SeatHost['authenticate']>
): Promise<unknown> {
  const { onAuth } = handlerOf(roomName).klass as unknown as typeof Room;
  const auth: unknown = await onAuth(context.token as string, options, context);
  if (auth === false || auth === null || auth === undefined) {
    throw new ServerError(ErrorCode.AUTH_FAILED, 'onAuth failed');
  }
  return auth === true ? undefined : auth;
}

function handlerOf(roomName: string): ReturnType<typeof matchMaker.getHandler> {
  try {
    return matchMaker.getHandler(roomName);
  } catch (error) {
    throw asGameError(error);
  }
}

function rethrow(error: unknown): never {
  throw asGameError(error);
}

function shuttingDown(): GameError {
  return new GameError('SHUTTING_DOWN', {}, { retryAfterMs: 1_000 });
}

/** The side of a room that seats are reserved on, private in TypeScript only. */
function seatsOf(room: Room): {
  readonly _internalState: number;
  readonly _listing: IRoomCache;
  _reserveSeat(sessionId: string, options: unknown, auth: unknown): Promise<boolean>;
  checkReconnectionToken(token: string): string | undefined;
} {
  return room as never;
}

/** The room's own life, private in TypeScript only. */
function eventsOf(room: Room): EventEmitter {
  return (room as unknown as { readonly _events: EventEmitter })._events;
}

/**
 * Ends a room whose `onBeforeShutdown` throws the default way. Colyseus would stop there, and never come to the rooms
 * after it.
 */
function endOnShutdown(room: Room, log: Logger): void {
  const ofTheGame: () => unknown = room.onBeforeShutdown.bind(room);
  room.onBeforeShutdown = () => {
    new Promise((resolve) => resolve(ofTheGame())).catch((error: unknown) => {
      log.error({ err: error, room: room.roomName }, 'onBeforeShutdown failed, room is closed');
      room.disconnect(CloseCode.SERVER_SHUTDOWN).catch(() => undefined);
    });
  };
}

/** Colyseus logs with console's methods; a malformed message is worth a line, not a page. */
function colyseusLog(log: Logger): Parameters<typeof setLogger>[0] {
  const line = (args: unknown[]) => args.map(String).join(' ');
  return {
    error: (...args: unknown[]) => log.warn({ source: 'colyseus' }, line(args)),
    warn: (...args: unknown[]) => log.warn({ source: 'colyseus' }, line(args)),
    info: (...args: unknown[]) => log.debug({ source: 'colyseus' }, line(args)),
    debug: (...args: unknown[]) => log.trace({ source: 'colyseus' }, line(args)),
    trace: (...args: unknown[]) => log.trace({ source: 'colyseus' }, line(args)),
  } as never;
}

/** Whether clients may use this way into a room. */
export function isClientMethod(method: string): method is ClientMethod {
  return (CLIENT_METHODS as readonly string[]).includes(method);
}

function asGameError(error: unknown): GameError {
  if (error instanceof GameError) return error;
  if (!(error instanceof Error)) return new GameError('INTERNAL', {}, { cause: error });
  const code = error instanceof ServerError ? error.code : undefined;
  if (/is (already full|locked)/.test(error.message)) {
    return new GameError('ROOM_FULL', {}, { cause: error });
  }
  const known = code === undefined ? undefined : MATCHMAKE_ERRORS[code];
  if (known !== undefined)
    return new GameError(known, {}, { message: error.message, cause: error });
  return new GameError('INTERNAL', {}, { cause: error });
}
