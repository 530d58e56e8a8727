import { Protocol } from '@colyseus/sdk';
import { CloseCode } from '../../src/protocol/index.ts';
import type { ColyseusRoom } from './colyseus-room.ts';
import { frameCode } from './room-frame.ts';
import { type RoomTarget, retargeted, targetOf } from './room-target.ts';

// The one place that reaches into a Colyseus room's connection. It survives reconnections: Colyseus keeps the Connection and
// its events, and only swaps the WebSocket below.

export interface SocketTap {
  /** Before the room decodes the frame. */
  readonly onReceiving?: (frame: Uint8Array) => void;
  /** After the room has decoded it. */
  readonly onReceived?: () => void;
  /** The JOIN frame of a new connection, before the room decodes it. */
  readonly onJoining?: (frame: Uint8Array) => void;
  /** The room acknowledged that frame: this is the first moment to send. */
  readonly onJoined?: () => void;
  /** The frame's memory is used again right after. */
  readonly onSending?: (frame: Uint8Array) => void;
}

/** Where inputs wait for others to leave with. */
export interface InputHold {
  /** A frame is about to leave. @returns whether it stays here; if not, what was held has left before it */
  hold(frame: Uint8Array): boolean;
  /** The connection is gone. */
  clear(): void;
}

/** What Colyseus hears of a socket's end. */
export interface SocketClose {
  readonly code: number;
  readonly reason?: string;
}

/** The handlers Colyseus put on its WebSocket. */
interface RawSocket {
  onopen: unknown;
  onmessage: unknown;
  onerror: unknown;
}

export class RoomSocket {
  readonly #room: ColyseusRoom<unknown>;
  readonly #connection: ColyseusRoom<unknown>['connection'];
  readonly #taps: SocketTap[] = [];
  #inputs: InputHold | null = null;
  /** A room is made into a `MeridianRoom` when it has joined. */
  #isJoined = true;

  constructor(room: ColyseusRoom<unknown>) {
    this.#room = room;
    this.#connection = room.connection;
    this.#watchReceiving();
    this.#watchSending();
    this.#closeUntilJoined();
  }

  /** Whether what is sent now reaches the room. */
  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  /** Whether somebody answered at the other end, be it that the room has not let us in yet. */
  get isAnswered(): boolean {
    return this.#connection.transport.isOpen;
  }

  /** Where the connection goes, or went last. */
  get target(): RoomTarget {
    return targetOf(this.#connection.url ?? '');
  }

  /** The next try goes there. */
  retarget(to: RoomTarget): void {
    this.#connection.url = retargeted(this.#connection.url ?? '', to);
  }

  /** Lets `tap` see what passes. */
  tap(tap: SocketTap): void {
    this.#taps.push(tap);
  }

  /** Lets inputs wait there. What is held is not sending yet: taps see the frame that leaves. */
  holdInputs(inputs: InputHold): void {
    this.#inputs = inputs;
  }

  send(frame: Uint8Array): void {
    this.#connection.send(frame);
  }

  /**
   * Hands every reconnection try to `onRedial` at the moment Colyseus would make it. Colyseus' own waiting between tries
   * can neither be cut short nor cancelled; ours can.
   */
  interceptRedial(onRedial: (redial: () => void) => void): void {
    const connection = this.#connection;
    const reconnect = connection.reconnect.bind(connection);
    connection.reconnect = (parameters) => onRedial(() => reconnect(parameters));
  }

  /** Hands every end of the socket to `onClose` before Colyseus hears of it. */
  interceptClose(onClose: (close: SocketClose, pass: (close: SocketClose) => void) => void): void {
    const { events } = this.#connection;
    const close = events.onclose;
    events.onclose = (event: SocketClose) => onClose(event, (passed) => close?.(passed));
  }

  /** Takes what Colyseus would keep for the time after an outage, instead of its own queue of ten. */
  interceptHeld(onHeld: (frame: Uint8Array) => void): void {
    // Colyseus pushes, looks at the length, and walks over it; to it, this queue is always empty.
    const queue = { length: 0, push: ({ data }: { data: Uint8Array }) => onHeld(data) };
    Object.defineProperty(this.#room.reconnection, 'enqueuedMessages', {
      configurable: true,
      get: () => queue,
      set: () => {},
    });
  }

  /** Gives the socket up as lost, without waiting for the other side: Colyseus starts to reconnect. */
  drop(reason: string): void {
    const raw = (this.#connection.transport as { readonly ws?: RawSocket }).ws;
    if (raw !== undefined) {
      // A socket believed dead may speak again; its late frames must not reach a room that is being resynchronised.
      raw.onopen = null;
      raw.onmessage = null;
      // Not null: an `error` without a listener ends a Node process that uses the ws package.
      raw.onerror = () => {};
    }
    this.#connection.close(CloseCode.MAY_TRY_RECONNECT, reason);
  }

  #watchReceiving(): void {
    const { events } = this.#connection;
    const receive = events.onmessage;
    events.onmessage = (event: { readonly data: ArrayBuffer }) => {
      const frame = new Uint8Array(event.data);
      const isJoining = frameCode(frame) === Protocol.JOIN_ROOM;
      for (const tap of this.#taps) {
        tap.onReceiving?.(frame);
        if (isJoining) tap.onJoining?.(frame);
      }
      receive?.(event);
      for (const tap of this.#taps) tap.onReceived?.();
    };
  }

  #watchSending(): void {
    const connection = this.#connection;
    const send = connection.send.bind(connection);
    connection.send = (data) => {
      if (this.#inputs?.hold(data) === true) return;
      for (const tap of this.#taps) tap.onSending?.(data);
      send(data);
      if (this.#isJoined || frameCode(data) !== Protocol.JOIN_ROOM) return;
      this.#isJoined = true;
      for (const tap of this.#taps) tap.onJoined?.();
    };
    const sendUnreliable = connection.sendUnreliable.bind(connection);
    connection.sendUnreliable = (data) => {
      for (const tap of this.#taps) tap.onSending?.(data);
      sendUnreliable(data);
    };
  }

  /**
   * Colyseus takes a socket for open before the room has let the client in, and what is sent then is lost: the room does
   * not listen yet. To everybody above, the connection is open once the JOIN has been acknowledged.
   */
  #closeUntilJoined(): void {
    const connection = this.#connection;
    Object.defineProperty(connection, 'isOpen', {
      configurable: true,
      get: () => this.#isJoined && connection.transport.isOpen,
    });
    const { events } = connection;
    const close = events.onclose;
    events.onclose = (event: SocketClose) => {
      this.#isJoined = false;
      this.#inputs?.clear();
      close?.(event);
    };
  }
}
