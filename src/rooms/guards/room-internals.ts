import type { EventEmitter } from 'node:events';
import type {
  AuthContext,
  Client,
  ClientPrivate,
  Room as ColyseusRoom,
  IRoomCache,
} from '@colyseus/core';

// Members of Colyseus' Room that are private in TypeScript only and that the room base builds on. One place, so that an
// upgrade of Colyseus has one place to break; test/integration/colyseus-internals.test.ts checks that they exist.

/** The per-client part of Colyseus' input subsystem. */
export interface ClientInternals extends Client, ClientPrivate {
  _inputBuffer?: ClientPrivate['_inputBuffer'] & { consumedCount: number };
}

export interface RoomInputInternals {
  readonly options: {
    readonly tickRate?: number;
    readonly subSteps?: number;
    readonly ctor: new () => object;
    readonly sanitize?: unknown;
    readonly seqField?: unknown;
    readonly bufferMaxSize?: number;
  };
  allocate(client: ClientInternals): void;
  capture(
    client: ClientInternals,
    renderTimeMs?: number,
    reckonTimeMs?: number,
    seq?: number,
  ): void;
  /** Reads a frame of one input, `it` behind its first byte. */
  decodeReliable(
    client: ClientInternals,
    frame: Uint8Array,
    it: { offset: number },
    modifiers: number,
  ): void;
}

/** A seat as Colyseus keeps it: [join options, auth data, consumed, held for a reconnection]. */
export type ReservedSeat = [
  options: unknown,
  auth: unknown,
  isConsumed?: boolean,
  isHeld?: boolean,
];

export interface RoomInternals {
  readonly _events: EventEmitter;
  readonly _reservedSeats: Record<string, ReservedSeat | undefined>;
  readonly _reservedSeatTimeouts: Record<string, NodeJS.Timeout>;
  /** Seats that are held, by reconnection token. */
  readonly _reconnections: Readonly<
    Record<string, readonly [sessionId: string, waiting: { reject(reason: unknown): void }]>
  >;
  readonly _listing: IRoomCache;
  /** Locked by the game, not because it is full. */
  readonly _lockedExplicitly: boolean;
  _simulationInterval: unknown;
  _inputController?: RoomInputInternals;
  _onMessage(client: ClientInternals, frame: Buffer): void;
  _onJoin(
    client: ClientInternals,
    context: AuthContext,
    options?: { reconnectionToken?: string; skipHandshake?: boolean; traceparent?: string },
  ): Promise<void>;
  _onLeave(client: ClientInternals, code?: number): Promise<unknown>;
  _reserveSeat(
    sessionId: string,
    options?: unknown,
    auth?: unknown,
    seconds?: number,
    isReconnection?: boolean,
  ): Promise<boolean>;
  sendFullState(client: Client): void;
  __init(): void;
}

/** The private side of a room. */
export function internals(room: ColyseusRoom): RoomInternals {
  return room as unknown as RoomInternals;
}

/** Colyseus' own of a method that is overridden, with its room bound to it. */
export type Original<K extends PrivateMethod> = (
  ...args: Parameters<RoomInternals[K]>
) => ReturnType<RoomInternals[K]>;

type PrivateMethod = '_onMessage' | '_onJoin' | '_onLeave' | '_reserveSeat' | '__init';

/**
 * Overrides a private method of Colyseus' Room on `roomClass`, which TypeScript would refuse in a class body.
 *
 * @param make - gets the overridden method, returns the new one; both are called with the room as `this`
 */
export function overridePrivate<K extends PrivateMethod>(
  roomClass: { readonly prototype: object },
  method: K,
  make: (
    original: (
      this: RoomInternals,
      ...args: Parameters<RoomInternals[K]>
    ) => ReturnType<RoomInternals[K]>,
  ) => (this: RoomInternals, ...args: Parameters<RoomInternals[K]>) => ReturnType<RoomInternals[K]>,
): void {
  const original = (roomClass.prototype as RoomInternals)[method];
  Object.defineProperty(roomClass.prototype, method, {
    value: make(original as never),
    writable: true,
    configurable: true,
  });
}
