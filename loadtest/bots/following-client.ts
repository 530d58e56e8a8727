// A bot's seat that is followed wherever its room goes, by the rules of the client SDK in the cheapest form:
//
//   seated ──"moved <process> <address>"──────────────────────────────▶ dial there ──▶ seated
//     │ lost (1001, 1005, 1006, 4010, silence)                             ▲  │ refused
//     ▼                                                            running │  ▼
//   searching: GET /v1/rooms/:roomId of one known node after the other ────┴─ wait, ask again
//     │     each answer but the first is held until there is news, a second at most
//     │     nobody in the region knows it: the region's refuge is asked, where it goes when the region is lost
//     └── gone, or nobody knows for GIVE_UP_AFTER_MS ──▶ ended (with the reason)
//
// What was sent is kept until the room has it; after a return the rest is sent again, from the room's own count on
// (src/protocol/resume.ts).

import { encode, type Schema } from '@colyseus/schema';
import { Protocol } from '@colyseus/shared-types';
import { pack } from 'msgpackr';
import { CloseCode, parseMovedReason } from '../../src/protocol/index.ts';
import { machineNowMs } from '../machine/machine-clock.ts';
import { Opcode } from './frame-parser.ts';
import { InputChannel, type InputField } from './input-channel.ts';
import { RoomClient } from './room-client.ts';
import { askForRoom } from './room-finder.ts';
import { reserveSeat, type Seat } from './seat.ts';

export interface FollowingClientEvents {
  /** After the first state of each connection. */
  onSeated(client: RoomClient): void;
  /** After each patch. */
  onPatch(client: RoomClient): void;
  /** A connection that was seated has ended; the client looks for the room unless `onEnded` follows. */
  onDropped(code: number, reason: string): void;
  /** The seat is lost for good, or given up. */
  onEnded(reason: string, seat: Seat): void;
}

export interface FollowingClientOptions {
  /** The region's address, `host:port`; asked for the seat, and for the room when nobody else is known. */
  readonly frontDoor: string;
  readonly roomName: string;
  readonly joinOptions: Readonly<Record<string, unknown>>;
  /** Of a player; absent for rooms that admit anybody. */
  readonly accessToken?: string;
  /** Whether to decode the state (yes). */
  readonly decodes?: boolean;
}

/** Values of an input, by field. */
type InputValues = Readonly<Record<string, number | boolean>>;

/** Codes after which Colyseus' SDK comes back by itself. */
const LOST_CODES: ReadonlySet<number> = new Set([1001, 1005, 1006, CloseCode.MAY_TRY_RECONNECT]);
/** Silence after which a connection is doubted; rooms that play send ten times a second. */
const DEAD_AFTER_MS = 2_000;
const DIAL_WITHIN_MS = 2_500;
const GIVE_UP_AFTER_MS = 40_000;
const ASK_AGAIN_MS = 100;
/** The longest a node waits with its answer. */
const WAIT_FOR_NEWS_MS = 1_000;
/** More than a bot sends between two checkpoints. */
const MESSAGES_KEPT = 2_000;

export class FollowingClient {
  readonly seat: Seat;
  readonly #events: FollowingClientEvents;
  readonly #options: FollowingClientOptions;
  readonly #nodes: Set<string>;
  /** Messages sent over all connections, and the newest of them; whoever returns sends what the room has not. */
  #messagesSent = 0;
  readonly #messages: Uint8Array[] = [];
  /** Inputs of before this connection, and those that the room has not acknowledged. */
  #inputsBefore = 0;
  #inputsSent = 0;
  #inputsKept: InputValues[] = [];
  #client: RoomClient | null = null;
  #reconnectionToken = '';
  #inputs: InputChannel | null = null;
  #address: string;
  /** Where the room was when it was last played in: that it runs there is no news. */
  #lostProcessId: string;
  #lastFrameAtMs = 0;
  #lastRefusal = 'no node knows the room';
  #isSeated = false;
  #hasEnded = false;
  #isLeaving = false;
  #isStalled = false;
  #pingSentAtMs = 0;
  #rttMs: number | null = null;

  /** Reserves a seat and takes it; resolves with the first state. @throws whatever refused it */
  static async join(
    options: FollowingClientOptions,
    events: FollowingClientEvents,
  ): Promise<FollowingClient> {
    const { frontDoor } = options;
    const seat = await reserveSeat({
      endpoint: new URL(`http://${frontDoor}`),
      roomName: options.roomName,
      options: options.joinOptions,
      ...tokenOf(options),
    });
    const follower = new FollowingClient(seat, seat.publicAddress ?? frontDoor, options, events);
    await follower.#dial(seat.processId, follower.#address);
    return follower;
  }

  private constructor(
    seat: Seat,
    address: string,
    options: FollowingClientOptions,
    events: FollowingClientEvents,
  ) {
    this.seat = seat;
    this.#address = address;
    this.#lostProcessId = seat.processId;
    this.#events = events;
    this.#options = options;
    this.#nodes = new Set([...(seat.nodes ?? []), options.frontDoor]);
  }

  get isSeated(): boolean {
    return this.#isSeated;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The state as far as it is decoded. */
  get state(): Schema | null {
    return this.#client?.replica?.state ?? null;
  }

  /** Fields of the room's input; empty when it has none, or while there is no connection. */
  get inputFields(): readonly InputField[] {
    return this.#inputs?.fields ?? [];
  }

  /** Of the last ping that was answered, ms; null: none was. */
  get rttMs(): number | null {
    return this.#rttMs;
  }

  /** Measures the round trip with a WebSocket ping, which no game code delays. */
  ping(): void {
    if (!this.#isSeated) return;
    this.#pingSentAtMs = machineNowMs();
    this.#client?.socket.send(new Uint8Array(0), Opcode.PING);
  }

  /** False when nothing was sent: no connection, or a stuck one. */
  sendMessage(type: string, body: unknown): boolean {
    if (!this.#isSeated || this.#client === null) return false;
    const message = encodeMessage(type, body);
    if (!this.#client.socket.send(message)) return false;
    this.#messagesSent++;
    this.#messages.push(message);
    if (this.#messages.length > MESSAGES_KEPT) this.#messages.shift();
    return true;
  }

  /** False when nothing was sent. */
  sendInput(values: InputValues): boolean {
    if (!this.#isSeated || this.#inputs === null) return false;
    if (!this.#inputs.send(values)) return false;
    this.#inputsSent++;
    this.#inputsKept.push(values);
    return true;
  }

  /** To be called a few times a second: a peer that hangs ends no connection, it only falls silent. */
  checkLink(): void {
    if (!this.#isSeated || this.#isStalled) return;
    if (machineNowMs() - this.#lastFrameAtMs < DEAD_AFTER_MS) return;
    this.#client?.socket.destroy(`nothing received for ${DEAD_AFTER_MS} ms`);
  }

  /** Reads nothing for a while, as one whose link stalls; a connection that ends meanwhile is lost as any other. */
  stall(isStalled: boolean): void {
    this.#isStalled = isStalled;
    this.#lastFrameAtMs = machineNowMs();
    this.#client?.socket.stall(isStalled);
  }

  /** Whoever looks for his room leaves it when he has found it: it would wait for him otherwise. */
  leave(): void {
    this.#isLeaving = true;
    if (!this.#isSeated) return;
    this.#hasEnded = true;
    this.#isSeated = false;
    this.#client?.socket.close(CloseCode.CONSENTED);
  }

  /** @throws when the node refuses, or gives no state in time */
  async #dial(processId: string, address: string): Promise<void> {
    const previous = this.#client;
    const reconnectionToken = this.#reconnectionToken;
    let joined: RoomClient | null = null;
    const client = await RoomClient.join(
      {
        endpoint: new URL(`http://${address}`),
        seat: { ...this.seat, processId },
        decodes: this.#options.decodes ?? true,
        timeoutMs: DIAL_WITHIN_MS,
        ...tokenOf(this.#options),
        ...(previous === null ? {} : { previous: { client: previous, reconnectionToken } }),
      },
      {
        onHandshake: (handshake) => {
          this.#reconnectionToken = handshake.reconnectionToken;
        },
        onPatch: (from) => this.#onPatch(from),
        onPong: () => {
          this.#rttMs = machineNowMs() - this.#pingSentAtMs;
        },
        onClosed: (code, reason) => {
          // Before the first state it is a failed try, and `join` throws.
          if (joined !== null && joined === this.#client) this.#onClosed(code, reason);
        },
      },
    );
    joined = client;
    this.#client = client;
    // It left while it was on its way back: a connection that nobody ends would keep its room.
    if (this.#hasEnded) {
      client.socket.close(CloseCode.CONSENTED);
      return;
    }
    this.#address = address;
    this.#lostProcessId = processId;
    this.#lastFrameAtMs = machineNowMs();
    this.#isSeated = true;
    const terms = client.handshake?.inputs ?? null;
    this.#inputs = terms === null ? null : new InputChannel(client, terms);
    if (previous !== null) this.#sendAgain(client);
    this.#events.onSeated(client);
    if (this.#isLeaving) this.leave();
    if (client.socket.isClosed) this.#onClosed(1006, 'closed right after the first state');
  }

  #sendAgain(client: RoomClient): void {
    const point = client.resumePoint;
    if (point === null) return;
    const missing = this.#messagesSent - point.messages;
    const messages = missing > 0 ? this.#messages.slice(-missing) : [];
    const unknown = Math.max(0, this.#inputsSent - point.inputs);
    this.#inputsKept = unknown === 0 ? [] : this.#inputsKept.slice(-unknown);
    // What a crash lost and nobody kept is gone: both sides count alike from here on, or the next return would repeat as much.
    this.#messagesSent = point.messages + messages.length;
    this.#inputsBefore = point.inputs;
    this.#inputsSent = point.inputs + this.#inputsKept.length;
    const areSent =
      messages.every((message) => client.socket.send(message)) &&
      this.#inputsKept.every((values) => this.#inputs?.send(values));
    // A fresh connection takes a few hundred bytes; one that does not is tried again.
    if (!areSent) client.socket.destroy('stuck while sending again');
  }

  #onPatch(client: RoomClient): void {
    this.#lastFrameAtMs = machineNowMs();
    if (client !== this.#client) return;
    const unacknowledged = this.#inputsSent - this.#inputsBefore - client.ackedInputs;
    if (unacknowledged < this.#inputsKept.length) {
      this.#inputsKept.splice(0, this.#inputsKept.length - Math.max(0, unacknowledged));
    }
    this.#events.onPatch(client);
  }

  #onClosed(code: number, reason: string): void {
    if (!this.#isSeated) return;
    this.#isSeated = false;
    this.#events.onDropped(code, reason);
    if (!LOST_CODES.has(code)) {
      this.#end(`${code} ${reason}`);
      return;
    }
    void this.#return(reason);
  }

  async #return(reason: string): Promise<void> {
    const moved = parseMovedReason(reason);
    if (moved !== null) {
      const address = moved.publicAddress ?? this.#address;
      this.#nodes.add(address);
      if (await this.#hasReturned(moved.processId, address)) return;
    }
    const deadlineMs = machineNowMs() + GIVE_UP_AFTER_MS;
    for (let waitMs = 0; !(await this.#hasFound(waitMs)); waitMs = WAIT_FOR_NEWS_MS) {
      if (machineNowMs() > deadlineMs) {
        this.#end(`given up: ${this.#lastRefusal}`);
        return;
      }
      // Jitter, so that a thousand bots do not ask in step.
      await sleep(ASK_AGAIN_MS * (0.5 + Math.random()));
    }
  }

  /** Asks one node after the other until one knows where the room is. @returns whether the search is over */
  async #hasFound(waitMs: number): Promise<boolean> {
    const lostProcessId = this.#lostProcessId;
    let goneBecause: string | null = null;
    for (const node of this.#nodesToAsk()) {
      const news = await askForRoom(node, this.seat.roomId, { waitMs, lostProcessId });
      if (news.state === 'no-answer') continue;
      if (news.state === 'gone') {
        goneBecause = news.reason;
        break;
      }
      for (const address of news.nodes) this.#nodes.add(address);
      if (news.state === 'recovering') return false;
      return await this.#hasReturned(news.processId, news.publicAddress ?? news.askedAddress);
    }
    const { refuge, roomId } = this.seat;
    if (refuge !== undefined) {
      const news = await askForRoom(refuge, roomId, { waitMs, lostProcessId });
      if (news.state === 'running') {
        return await this.#hasReturned(news.processId, news.publicAddress ?? refuge);
      }
    }
    if (goneBecause === null) return false;
    this.#end(goneBecause);
    return true;
  }

  async #hasReturned(processId: string, address: string): Promise<boolean> {
    if (this.#hasEnded) return true;
    try {
      await this.#dial(processId, address);
      return true;
    } catch (error) {
      // Not there (any more), or not yet: the search goes on.
      this.#lastRefusal = (error as Error).message;
      return false;
    }
  }

  /** Nodes before the front door, which may lead to the lost one; that one is the least likely to know. */
  #nodesToAsk(): string[] {
    const { frontDoor } = this.#options;
    const nodes = [...this.#nodes].filter((node) => node !== this.#address && node !== frontDoor);
    nodes.sort(() => Math.random() - 0.5);
    const gateway = frontDoor === this.#address ? [] : [frontDoor];
    return [...nodes, ...gateway, this.#address];
  }

  #end(reason: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (!this.#isLeaving) this.#events.onEnded(reason, this.seat);
  }
}

function tokenOf({ accessToken }: FollowingClientOptions): { readonly accessToken?: string } {
  return accessToken === undefined ? {} : { accessToken };
}

/** `[ROOM_DATA][type as string][body as msgpack]` */
export function encodeMessage(type: string, body: unknown): Uint8Array {
  const head = new Uint8Array(1 + 5 + 3 * type.length);
  head[0] = Protocol.ROOM_DATA;
  const iterator = { offset: 1 };
  encode.string(head, type, iterator);
  return Buffer.concat([head.subarray(0, iterator.offset), pack(body)]);
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
