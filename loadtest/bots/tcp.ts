import { connect as connectNode } from 'node:net';

/** What a TCP connection tells its owner. */
export interface TcpEvents {
  /** The chunk is the socket's own; copy what must stay. */
  onData(chunk: Uint8Array): void;
  /** Called once, however the connection ended. */
  onClosed(cause: Error | null): void;
}

export interface TcpConnection {
  /** Writes now, or not at all: false when earlier bytes still wait. The buffer may be reused once `isDrained`. */
  write(bytes: Uint8Array): boolean;
  /** Whether the kernel has taken all bytes written so far. */
  readonly isDrained: boolean;
  /** Ends politely: what was written is still sent. */
  end(): void;
  /** Ends now, whatever the other side does. */
  destroy(): void;
  /** Reads nothing any more, until told otherwise: what comes waits in the kernel, and then at the sender. */
  stall(isStalled: boolean): void;
}

/** Opens a TCP connection with the cheapest sockets of this runtime. */
export function connectTcp(host: string, port: number, events: TcpEvents): Promise<TcpConnection> {
  const bun = (globalThis as { Bun?: BunSockets }).Bun;
  return bun === undefined ? openNode(host, port, events) : openBun(bun, host, port, events);
}

/** Sockets are read one after the other, and nobody keeps a chunk. */
const READ_BUFFER = Buffer.alloc(64 * 1024);

function openNode(host: string, port: number, events: TcpEvents): Promise<TcpConnection> {
  return new Promise((resolve, reject) => {
    // Past the stream of the socket, which costs as much as what a bot does with a patch.
    const onread = {
      buffer: READ_BUFFER,
      callback: (bytes: number) => {
        events.onData(READ_BUFFER.subarray(0, bytes));
        return true;
      },
    };
    const socket = connectNode({ host, port, noDelay: true, onread });
    let failure: Error | null = null;
    socket.once('connect', () =>
      resolve({
        write(bytes) {
          if (socket.destroyed || socket.writableLength > 0) return false;
          socket.write(bytes);
          return true;
        },
        get isDrained() {
          return socket.writableLength === 0;
        },
        end: () => socket.end(),
        destroy: () => void socket.destroy(),
        stall: (isStalled) => void (isStalled ? socket.pause() : socket.resume()),
      }),
    );
    socket.once('error', (error) => {
      failure = error;
      reject(error);
    });
    socket.once('close', () => events.onClosed(failure));
  });
}

// Bun has no types here (it is a tool of the bench, not a dependency); this is the part of Bun.connect that is used.
interface BunSocket {
  data: BunConnection;
  write(bytes: Uint8Array): number;
  end(): void;
  terminate(): void;
  pause(): void;
  resume(): void;
  setNoDelay(isOn: boolean): void;
}
interface BunSockets {
  connect(options: {
    hostname: string;
    port: number;
    data: BunConnection;
    socket: typeof bunHandlers & { binaryType: 'uint8array' };
  }): Promise<BunSocket>;
}

/** Writes straight to the kernel; what the kernel does not take at once is copied and written on drain. */
class BunConnection implements TcpConnection {
  readonly events: TcpEvents;
  #socket: BunSocket | null = null;
  #unsent: Uint8Array | null = null;
  #hasEnded = false;

  constructor(events: TcpEvents) {
    this.events = events;
  }

  get isDrained(): boolean {
    return this.#unsent === null;
  }

  attach(socket: BunSocket): void {
    this.#socket = socket;
    socket.setNoDelay(true);
  }

  write(bytes: Uint8Array): boolean {
    if (this.#unsent !== null || this.#hasEnded || this.#socket === null) return false;
    const sent = Math.max(0, this.#socket.write(bytes));
    if (sent < bytes.length) this.#unsent = bytes.slice(sent);
    return true;
  }

  drain(): void {
    const rest = this.#unsent;
    if (rest === null) return;
    this.#unsent = null;
    this.write(rest);
  }

  end(): void {
    this.#socket?.end();
  }

  destroy(): void {
    this.#socket?.terminate();
  }

  stall(isStalled: boolean): void {
    if (isStalled) this.#socket?.pause();
    else this.#socket?.resume();
  }

  closed(cause: Error | null): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.events.onClosed(cause);
  }
}

const bunHandlers = {
  data: (socket: BunSocket, chunk: Uint8Array) => socket.data.events.onData(chunk),
  drain: (socket: BunSocket) => socket.data.drain(),
  close: (socket: BunSocket) => socket.data.closed(null),
  end: (socket: BunSocket) => socket.data.closed(null),
  error: (socket: BunSocket, error: Error) => socket.data.closed(error),
  connectError: (socket: BunSocket, error: Error) => socket.data.closed(error),
};

async function openBun(
  bun: BunSockets,
  host: string,
  port: number,
  events: TcpEvents,
): Promise<TcpConnection> {
  const connection = new BunConnection(events);
  const socket = await bun.connect({
    hostname: host,
    port,
    data: connection,
    socket: { ...bunHandlers, binaryType: 'uint8array' },
  });
  connection.attach(socket);
  return connection;
}
