import { connect, type Socket } from 'node:net';
import type { EntryAnswer } from './arrival.ts';

// HTTP/1.1 on a fixed number of connections that stay open, one request under way on each; who comes when all are busy waits here, as
// behind a proxy. Bare sockets: `fetch` costs its process several times as much, and the generator must not be what is measured.

/** Who has no answer after this gives up, as a client would. */
const GIVE_UP_MS = 10_000;

interface Waiting {
  readonly request: Buffer;
  readonly giveUpAtMs: number;
  readonly done: (answer: EntryAnswer) => void;
}

export class HttpLanes implements Disposable {
  readonly #idle: Lane[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #lanes: readonly Lane[];
  #next = 0;

  /** @param lanes - connections */
  constructor(port: number, lanes: number) {
    this.#lanes = Array.from({ length: lanes }, () => new Lane(port, (lane) => this.#free(lane)));
    this.#idle.push(...this.#lanes);
  }

  get lanes(): number {
    return this.#lanes.length;
  }

  /** Sends a whole request as soon as a connection is free. */
  send(request: Buffer): Promise<EntryAnswer> {
    return new Promise((done) => {
      const waiting = { request, giveUpAtMs: performance.now() + GIVE_UP_MS, done };
      const lane = this.#idle.pop();
      if (lane === undefined) this.#waiting.push(waiting);
      else lane.send(waiting);
    });
  }

  [Symbol.dispose](): void {
    for (const lane of this.#lanes) lane[Symbol.dispose]();
  }

  #free(lane: Lane): void {
    for (;;) {
      const waiting = this.#shift();
      if (waiting === undefined) {
        this.#idle.push(lane);
        return;
      }
      if (waiting.giveUpAtMs > performance.now()) {
        lane.send(waiting);
        return;
      }
      waiting.done({ kind: 'failed', reason: 'no free connection in time' });
    }
  }

  /** The oldest; an array that is shifted thousands of times a second would be copied as often. */
  #shift(): Waiting | undefined {
    const waiting = this.#waiting[this.#next];
    if (waiting === undefined) {
      this.#waiting.length = 0;
      this.#next = 0;
      return undefined;
    }
    this.#next += 1;
    return waiting;
  }
}

/** One connection. It is opened with the first request, and anew after it broke. */
class Lane implements Disposable {
  readonly #port: number;
  readonly #onFree: (lane: Lane) => void;
  #socket: Socket | null = null;
  #current: Waiting | null = null;
  #timer: NodeJS.Timeout | undefined;
  #received = '';

  constructor(port: number, onFree: (lane: Lane) => void) {
    this.#port = port;
    this.#onFree = onFree;
  }

  send(waiting: Waiting): void {
    this.#current = waiting;
    this.#received = '';
    this.#timer = setTimeout(
      () => this.#fail('no answer in time'),
      Math.max(1, waiting.giveUpAtMs - performance.now()),
    );
    this.#open().write(waiting.request);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#current = null;
    this.#socket?.destroy();
  }

  #open(): Socket {
    if (this.#socket !== null) return this.#socket;
    const socket = connect({ host: '127.0.0.1', port: this.#port, noDelay: true });
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.#receive(text));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(error.code ?? error.message));
    socket.on('close', () => {
      if (this.#socket === socket) this.#fail('connection closed');
    });
    this.#socket = socket;
    return socket;
  }

  #receive(text: string): void {
    this.#received += text;
    const answer = wholeAnswer(this.#received);
    if (answer !== null) this.#end(answer);
  }

  #fail(reason: string): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.destroy();
    this.#end({ kind: 'failed', reason });
  }

  #end(answer: EntryAnswer): void {
    clearTimeout(this.#timer);
    const current = this.#current;
    if (current === null) return;
    this.#current = null;
    current.done(answer);
    this.#onFree(this);
  }
}

/** Answers of our servers have a length. @returns null while some of it is on its way */
function wholeAnswer(text: string): EntryAnswer | null {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd === -1) return null;
  const head = text.slice(0, headEnd);
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
  if (text.length < headEnd + 4 + length) return null;
  const status = Number(head.slice(9, 12));
  if (status === 201) return { kind: 'entered' };
  const code = /"code":"([A-Z_]+)"/.exec(text.slice(headEnd))?.[1];
  if (code === undefined) return { kind: 'failed', reason: `status ${status} without a code` };
  return { kind: 'refused', status, code, hasRetryAfter: /\r\nretry-after: \d/i.test(head) };
}
