import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ForkedProcess, firstMessage } from './forked-process.ts';

const SCRIPT = fileURLToPath(new URL('./region-room-server.ts', import.meta.url));

/** What a room knows of one of its sessions. */
export interface SessionImage {
  /** Reconnection token. */
  readonly token: string;
  messages: number;
  inputs: number;
  readonly x?: number;
}

/** A room, taken out of its process. */
export interface RoomImage {
  readonly roomId: string;
  readonly words: readonly string[];
  readonly sessions: readonly (readonly [sessionId: string, SessionImage])[];
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A node of a small region (region-room-server.ts) in a process of its own. */
export class RegionProcess extends ForkedProcess {
  readonly port: number;
  readonly processId: string;
  #lastCall = 0;
  #address: string;

  private constructor(child: ChildProcess, port: number, processId: string) {
    super(child);
    this.port = port;
    this.#address = `127.0.0.1:${port}`;
    this.processId = processId;
  }

  static async start(): Promise<RegionProcess> {
    const child = fork(SCRIPT, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const story = () => 'The node ended before it listened.';
    const { port } = await firstMessage<{ readonly port: number }>(child, story);
    const unnamed = new RegionProcess(child, port, '');
    return new RegionProcess(child, port, (await unnamed.#call('processId')) as string);
  }

  /** Its public address. */
  get address(): string {
    return this.#address;
  }

  /** Has another public address from now on, e.g. of a relay in front of it. */
  async publish(address: string): Promise<void> {
    this.#address = address;
    await this.#call('publish', address);
  }

  /** What this node says of a room from now on. */
  async answer(roomId: string, status: number, body: unknown): Promise<void> {
    await this.#call('answer', { roomId, answer: { status, body } });
  }

  /** Says that the room runs at `node`. */
  async answerRunning(roomId: string, node: RegionProcess): Promise<void> {
    const { processId, address: publicAddress } = node;
    await this.answer(roomId, 200, {
      state: 'running',
      roomId,
      processId,
      publicAddress,
      nodes: [publicAddress],
    });
  }

  /** How this node answers requests for seats from now on; null: with seats of its own. */
  async answerJoins(status: number | null, body: unknown): Promise<void> {
    await this.#call('answer-joins', status === null ? null : { status, body });
  }

  /** What this node tells in seat reservations. */
  async tellNodes(addresses: readonly string[]): Promise<void> {
    await this.#call('nodes', addresses);
  }

  /** Paths of the requests for rooms and seats so far. */
  async questions(): Promise<readonly string[]> {
    return (await this.#call('questions')) as string[];
  }

  async image(roomId: string): Promise<RoomImage> {
    return (await this.#call('image', roomId)) as RoomImage;
  }

  async revive(image: RoomImage): Promise<void> {
    await this.#call('revive', image);
  }

  /** Sends the room's clients to `node`. */
  async sendAway(roomId: string, { processId, address }: RegionProcess): Promise<void> {
    await this.#call('send-away', {
      roomId,
      to: { processId, publicAddress: address },
    });
  }

  async #call(call: string, argument?: unknown): Promise<unknown> {
    const id = ++this.#lastCall;
    const answered = new Promise((resolve) => {
      const listen = (message: { readonly id?: number; readonly result?: unknown }) => {
        if (message.id !== id) return;
        this.child.off('message', listen);
        resolve(message.result);
      };
      this.child.on('message', listen);
    });
    this.child.send({ id, call, argument });
    return await answered;
  }
}
