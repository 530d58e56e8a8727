import { ClientFrame } from './client-frame.ts';
import { FrameParser, type FrameSink, Opcode } from './frame-parser.ts';
import { connectTcp, type TcpConnection } from './tcp.ts';

export interface WebSocketTarget {
  readonly host: string;
  readonly port: number;
  /** Path with query. */
  readonly path: string;
  /** Patience for the upgrade, ms. A process that hangs is still connected to by its kernel. */
  readonly timeoutMs?: number | undefined;
}

export interface WebSocketEvents {
  /** A whole message; the payload is a view, valid only during the call. */
  onMessage(payload: Uint8Array, opcode: number): void;
  /** The answer to a ping, with the ping's payload. */
  onPong?(payload: Uint8Array): void;
  /** Called once. Code 1006: the connection ended without a close frame (RFC 6455 §7.1.5). */
  onClosed(code: number, reason: string): void;
}

const ABNORMAL_CLOSURE = 1006;
const HEAD_END = Buffer.from('\r\n\r\n');
const SWITCHING = 'HTTP/1.1 101';
const MAX_HEAD_BYTES = 16 * 1024;

/**
 * A WebSocket client on a bare TCP socket, cheap enough to run thousands on one core.
 *
 * It answers pings, counts what it receives, and lets the caller send prebuilt frames.
 */
export class BotSocket implements FrameSink {
  /** Payload bytes of messages received. */
  receivedBytes = 0;
  /** Messages received. */
  receivedMessages = 0;
  /** All bytes received on the connection, frame headers included. */
  wireBytes = 0;
  isClosed = false;

  readonly #events: WebSocketEvents;
  readonly #parser = new FrameParser(this);
  #connection: TcpConnection | null = null;
  #head: Uint8Array | null = new Uint8Array(0);
  #opened: { resolve(): void; reject(error: Error): void } | null = null;
  #closeCode = ABNORMAL_CLOSURE;
  #closeReason = '';

  private constructor(events: WebSocketEvents) {
    this.#events = events;
  }

  /** @throws {Error} when the connection or the upgrade fails; the message carries the server's status line */
  static async open(target: WebSocketTarget, events: WebSocketEvents): Promise<BotSocket> {
    const socket = new BotSocket(events);
    await socket.#dial(target);
    return socket;
  }

  /** Whether a frame would leave now: the connection is open and all earlier bytes are with the kernel. */
  get isWritable(): boolean {
    return !this.isClosed && this.#connection !== null && this.#connection.isDrained;
  }

  /**
   * Sends a prebuilt frame; false when the socket is not {@link isWritable}.
   *
   * The frame's bytes may be changed again once the socket is writable: until then they may still be waiting.
   */
  sendFrame(frame: ClientFrame): boolean {
    return this.isWritable && this.#connection?.write(frame.bytes) === true;
  }

  send(payload: Uint8Array, opcode: number = Opcode.BINARY): boolean {
    return this.sendFrame(new ClientFrame(payload, opcode));
  }

  /** Starts the closing handshake; the server's answer ends the connection. */
  close(code: number): void {
    if (this.isClosed) return;
    this.#closeCode = code;
    this.send(Uint8Array.of(code >>> 8, code & 0xff), Opcode.CLOSE);
    this.#connection?.end();
  }

  /** Gives the connection up without a word; `onClosed` is called as for any other end. */
  destroy(reason = ''): void {
    this.#closeReason = reason;
    this.#connection?.destroy();
  }

  /** A client that reads nothing for a while, as one whose link stalls. */
  stall(isStalled: boolean): void {
    this.#connection?.stall(isStalled);
  }

  onMessage(payload: Uint8Array, opcode: number): void {
    this.receivedBytes += payload.length;
    this.receivedMessages++;
    this.#events.onMessage(payload, opcode);
  }

  onPing(payload: Uint8Array): void {
    this.send(payload, Opcode.PONG);
  }

  onPong(payload: Uint8Array): void {
    this.#events.onPong?.(payload);
  }

  onClose(code: number, reason: string): void {
    this.#closeCode = code;
    this.#closeReason = reason;
    this.#connection?.end();
  }

  async #dial(target: WebSocketTarget): Promise<void> {
    const opened = new Promise<void>((resolve, reject) => {
      this.#opened = { resolve, reject };
    });
    // A refused connection is told by connectTcp, before anybody waits for the upgrade.
    opened.catch(() => undefined);
    this.#connection = await connectTcp(target.host, target.port, {
      onData: (chunk) => this.#onData(chunk),
      onClosed: (cause) => this.#onClosed(cause),
    });
    this.#connection.write(upgradeRequest(target));
    const { timeoutMs } = target;
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => this.destroy(`no upgrade within ${timeoutMs} ms`), timeoutMs);
    try {
      await opened;
    } finally {
      clearTimeout(timer);
    }
  }

  #onData(chunk: Uint8Array): void {
    this.wireBytes += chunk.length;
    try {
      if (this.#head === null) this.#parser.push(chunk);
      else this.#readHead(chunk);
    } catch (error) {
      this.#closeReason = `bad stream: ${(error as Error).message}`;
      this.#connection?.end();
    }
  }

  #readHead(chunk: Uint8Array): void {
    const head = Buffer.concat([this.#head ?? chunk, chunk]);
    const end = head.indexOf(HEAD_END);
    if (end < 0) {
      if (head.length > MAX_HEAD_BYTES) throw new Error('The upgrade answer does not end.');
      this.#head = head;
      return;
    }
    const statusLine = head.toString('latin1', 0, head.indexOf('\r\n'));
    if (!statusLine.startsWith(SWITCHING)) {
      this.#closeReason = `upgrade refused: ${statusLine}`;
      this.#connection?.end();
      return;
    }
    this.#head = null;
    this.#opened?.resolve();
    const rest = head.subarray(end + HEAD_END.length);
    if (rest.length > 0) this.#parser.push(rest);
  }

  #onClosed(cause: Error | null): void {
    if (this.isClosed) return;
    this.isClosed = true;
    const reason = this.#closeReason || (cause === null ? '' : cause.message);
    if (this.#head !== null) this.#opened?.reject(new Error(reason || 'closed during the upgrade'));
    else this.#events.onClosed(this.#closeCode, reason);
  }
}

function upgradeRequest(target: WebSocketTarget): Uint8Array {
  const key = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
  return Buffer.from(
    [
      `GET ${target.path} HTTP/1.1`,
      `Host: ${target.host}:${target.port}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${key}`,
      'Sec-WebSocket-Version: 13',
      '',
      '',
    ].join('\r\n'),
    'latin1',
  );
}
