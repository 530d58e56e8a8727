import { encode, type Schema } from '@colyseus/schema';
import { Protocol } from '@colyseus/shared-types';
import { pack } from 'msgpackr';
import { Opcode } from '../bots/frame-parser.ts';
import { signInAsGuest } from '../bots/guest.ts';
import { InputChannel, type InputField } from '../bots/input-channel.ts';
import { RoomClient } from '../bots/room-client.ts';
import { reserveSeat } from '../bots/seat.ts';
import type { BotHands, Mind, Scenario } from '../scenarios/scenario.ts';
import type { BotMeter } from './bot-meter.ts';

/** Inputs remembered for their acks: 8 s at 60 Hz. */
const REMEMBERED_INPUTS = 512;
/** Colyseus: left on purpose. */
const CONSENTED = 4000;
const MAX_TYPE_BYTES = 64;

export interface BotDeps {
  readonly endpoint: URL;
  readonly roomName: string;
  readonly scenario: Scenario;
  readonly meter: BotMeter;
}

export interface BotOptions {
  readonly index: number;
  readonly decodes: boolean;
  readonly seed: number;
}

/** A message on its way: answered by a patch. */
interface PendingAction {
  readonly sentAtMs: number;
  readonly isAnswered: () => boolean;
}

/** One player of the load test: signs in, takes a seat, plays by its mind, and measures what a player would feel. */
export class Bot implements BotHands {
  readonly index: number;
  isPlaying = false;
  readonly #deps: BotDeps;
  readonly #options: BotOptions;
  readonly #mind: Mind;
  readonly #sentAtMs = new Float64Array(REMEMBERED_INPUTS);
  readonly #pending: PendingAction[] = [];
  #client: RoomClient | null = null;
  #inputs: InputChannel | null = null;
  #ackedInputs = 0;
  #lastPatchAtMs = 0;
  #countedBytes = 0;
  #pingSentAtMs = 0;
  #isLeaving = false;

  constructor(deps: BotDeps, options: BotOptions) {
    this.#deps = deps;
    this.#options = options;
    this.index = options.index;
    this.#mind = deps.scenario.createMind(options.seed);
  }

  get sessionId(): string {
    return this.#client?.sessionId ?? '';
  }

  get state(): Schema | null {
    return this.#client?.replica?.state ?? null;
  }

  get inputFields(): readonly InputField[] {
    return this.#inputs?.fields ?? [];
  }

  /** Steps per second this bot should be asked for. */
  get stepRateHz(): number {
    const { stepRateHz } = this.#deps.scenario;
    return stepRateHz === 'room' ? (this.#inputs?.tickRateHz ?? 20) : stepRateHz;
  }

  /** The whole way in: guest sign-in, seat, socket, handshake, first state. @throws what refused it */
  async join(): Promise<void> {
    const { endpoint, roomName, scenario } = this.#deps;
    const { accessToken } = await signInAsGuest(endpoint, `Bot ${this.index}`);
    const options = scenario.joinOptions(this.index);
    const seat = await reserveSeat({ endpoint, roomName, options, accessToken });
    this.#client = await RoomClient.join(
      { endpoint, seat, accessToken, decodes: this.#options.decodes || scenario.needsState },
      {
        onPatch: () => this.#onPatch(),
        onPong: () => this.#deps.meter.roundTrip(performance.now() - this.#pingSentAtMs),
        onClosed: (code, reason) => this.#onClosed(code, reason),
      },
    );
    const terms = this.#client.handshake?.inputs ?? null;
    this.#inputs = terms === null ? null : new InputChannel(this.#client, terms);
    this.isPlaying = true;
  }

  step(): void {
    if (this.isPlaying) this.#mind.step(this);
  }

  sendInput(values: Readonly<Record<string, number | boolean>>): void {
    if (this.#inputs === null) return;
    if (!this.#inputs.send(values)) {
      this.#deps.meter.fault('blocked-send');
      return;
    }
    this.#sentAtMs[this.#inputs.sent % REMEMBERED_INPUTS] = performance.now();
    this.#deps.meter.actionSent();
  }

  sendAction(type: string, body: unknown, isAnswered: () => boolean): void {
    const head = new Uint8Array(1 + MAX_TYPE_BYTES);
    head[0] = Protocol.ROOM_DATA;
    const iterator = { offset: 1 };
    encode.string(head, type, iterator);
    const message = Buffer.concat([head.subarray(0, iterator.offset), pack(body)]);
    if (this.#client?.socket.send(message) !== true) {
      this.#deps.meter.fault('blocked-send');
      return;
    }
    this.#pending.push({ sentAtMs: performance.now(), isAnswered });
    this.#deps.meter.actionSent();
  }

  /** Measures the round trip of a WebSocket ping, which no game code delays. */
  ping(): void {
    if (!this.isPlaying) return;
    this.#pingSentAtMs = performance.now();
    this.#client?.socket.send(new Uint8Array(0), Opcode.PING);
  }

  /** Tells the meter what came in since the last call. */
  countBytes(): void {
    const total = this.#client?.socket.receivedBytes ?? 0;
    this.#deps.meter.bytesReceived(total - this.#countedBytes);
    this.#countedBytes = total;
  }

  leave(): void {
    this.#isLeaving = true;
    this.isPlaying = false;
    this.#client?.socket.close(CONSENTED);
  }

  #onPatch(): void {
    const nowMs = performance.now();
    const { meter } = this.#deps;
    meter.patchReceived(this.#lastPatchAtMs === 0 ? null : nowMs - this.#lastPatchAtMs);
    this.#lastPatchAtMs = nowMs;
    this.#noteAcks(nowMs);
    while (this.#pending[0]?.isAnswered()) {
      const answered = this.#pending.shift() as PendingAction;
      meter.actionAnswered(nowMs - answered.sentAtMs);
    }
  }

  #noteAcks(nowMs: number): void {
    const acked = this.#client?.ackedInputs ?? 0;
    if (acked > (this.#inputs?.sent ?? 0)) {
      this.#deps.meter.fault('ack-of-nothing');
      return;
    }
    const oldest = Math.max(this.#ackedInputs + 1, acked - REMEMBERED_INPUTS + 1);
    for (let input = oldest; input <= acked; input++) {
      const sentAtMs = this.#sentAtMs[input % REMEMBERED_INPUTS] as number;
      this.#deps.meter.actionAnswered(nowMs - sentAtMs);
    }
    this.#ackedInputs = Math.max(this.#ackedInputs, acked);
  }

  #onClosed(code: number, reason: string): void {
    if (reason.startsWith('bad stream')) this.#deps.meter.fault('undecodable');
    // A close before the first state is a failed join, and counted as one.
    if (this.isPlaying && !this.#isLeaving) this.#deps.meter.closed(code);
    this.isPlaying = false;
  }
}
