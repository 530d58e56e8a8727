import { CloseCode } from '../../src/protocol/index.ts';
import type { ColyseusRoom } from './colyseus-room.ts';

// The one place that reaches into a Colyseus room's connection. It survives reconnections: Colyseus keeps the Connection and
// its events, and only swaps the WebSocket below.

export interface SocketTap {
  /** Before the room decodes the frame. */
  readonly onReceiving: (frame: Uint8Array) => void;
  /** After the room has decoded it. */
  readonly onReceived: () => void;
  readonly onSending: (sizeBytes: number) => void;
}

/** The handlers Colyseus put on its WebSocket. */
interface RawSocket {
  onopen: unknown;
  onmessage: unknown;
  onerror: unknown;
}

export class RoomSocket {
  readonly #connection: ColyseusRoom<unknown>['connection'];

  constructor(room: ColyseusRoom<unknown>) {
    this.#connection = room.connection;
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  /** Lets `tap` see what passes. */
  tap(tap: SocketTap): void {
    const connection = this.#connection;
    const receive = connection.events.onmessage;
    connection.events.onmessage = (event: { readonly data: ArrayBuffer }) => {
      tap.onReceiving(new Uint8Array(event.data));
      receive?.(event);
      tap.onReceived();
    };
    const send = connection.send.bind(connection);
    connection.send = (data) => {
      tap.onSending(data.byteLength);
      send(data);
    };
    const sendUnreliable = connection.sendUnreliable.bind(connection);
    connection.sendUnreliable = (data) => {
      tap.onSending(data.byteLength);
      sendUnreliable(data);
    };
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
}
