import { Protocol, ProtocolModifier } from '@colyseus/core';
import {
  ENTRY_LENGTH,
  INPUT_BUNDLE_CODE,
  MOST_BUNDLED_INPUTS,
  STAMPED_ENTRY,
} from '../../protocol/input-bundle.ts';
import type { ClientInternals, RoomInputInternals } from '../guards/room-internals.ts';
import type { Rate } from '../guards/token-bucket.ts';
import { InputBudget, inputRate } from './input-budget.ts';
import { compileInputCodec, type InputCodec, type InputFrame } from './input-codec.ts';
import { PacedInputs, type PaceReport } from './paced-inputs.ts';

/** What the guard tells its room. */
export interface InputGuardListener {
  /** One input came too soon; it was acknowledged and not applied. */
  overBudget(): void;
  /** About once a second, of all clients together. */
  paced(report: PaceReport): void;
  /** This client's inputs come too late by so many steps, or too early; told once a second, and once when it is over. */
  offPace(client: ClientInternals, errorSteps: number): void;
}

/** How a frame was taken. `other` is for Colyseus to read. */
export type InputReception = 'taken' | 'malformed' | 'other';

/** A frame among other bytes: `end` is behind it. */
export interface FramePlace {
  readonly bytes: Uint8Array;
  readonly begin: number;
  readonly end: number;
}

/** Where a client carries what the guard knows of it: read for every frame, and a property is cheaper than a map. */
const GUARDED = Symbol('meridian.guarded-input');

interface GuardedClient {
  readonly frame: InputFrame;
  budget: InputBudget | undefined;
  /** Set by the decoder that Colyseus calls; it would swallow an exception. */
  isMalformed: boolean;
  /** When the frame that is being read came. */
  arrivedAtMs: number;
  /** Undefined where the game keeps no inputs (`bufferMaxSize: 0`). */
  paced: PacedInputs | undefined;
  /** Whether it sends bundles, and so hears how it is off. */
  sendsBundles: boolean;
  /** Whether its inputs wait for their steps. Those of other SDKs are there as they come, as in stock Colyseus. */
  isPaced: boolean;
  toldErrorSteps: number;
}

// Codecs depend on the schema class only; rooms of one kind share theirs. Weak: a class that is gone takes its codec along.
const codecs = new WeakMap<new () => object, { readonly codec: InputCodec | null }>();

type MaybeGuarded = ClientInternals & { [GUARDED]?: GuardedClient };

/** Of a frame's bytes, `to` excluded. */
interface Part {
  readonly from: number;
  readonly to: number;
}

/** Colyseus' buffer, as far as inputs are put in front of it. */
interface InputBuffer {
  consumedCount: number;
  push(frame: unknown, renderTimeMs?: number, reckonTimeMs?: number, seq?: number): void;
  clear(): void;
}

/**
 * Stands between Colyseus' input subsystem and the wire: bounded decoding, no more inputs than time allows, and for clients that
 * send bundles one input for each fixed step.
 */
export class InputGuard {
  readonly #controller: RoomInputInternals;
  readonly #capture: RoomInputInternals['capture'];
  readonly #codec: InputCodec | null;
  readonly #listener: InputGuardListener;
  #rate: Rate | undefined;
  #guessedSteps = 0;
  #isPaced = false;
  #steps = 0;

  constructor(controller: RoomInputInternals, listener: InputGuardListener) {
    this.#controller = controller;
    this.#codec = codecOf(controller.options.ctor);
    this.#listener = listener;
    this.#capture = controller.capture.bind(controller);
    const allocate = controller.allocate.bind(controller);
    controller.allocate = (client: MaybeGuarded) => {
      allocate(client);
      keepCapacity(client._inputBuffer);
      const guarded = guardClient(this.#codec, client);
      client[GUARDED] = guarded;
      // A guess has to be paid for by the input that it stood in for, whoever sends it.
      guarded.isPaced = this.#isPaced && this.#guessedSteps > 0;
      guarded.paced = this.#paceInFrontOf(client._inputBuffer as InputBuffer | undefined, guarded);
    };
    // Reached by inputs with a time stamp, which Colyseus takes apart.
    controller.capture = (client: MaybeGuarded, renderTimeMs, reckonTimeMs, seq) => {
      // Colyseus hands on what could not be read; its sender is about to go.
      if (this.isMalformed(client)) return;
      if (this.#mayApply(client, client[GUARDED]?.arrivedAtMs ?? performance.now())) {
        this.#capture(client, renderTimeMs, reckonTimeMs, seq);
      }
    };
  }

  /**
   * Takes an input without a time stamp straight from the frame; the way through Colyseus costs twice as much. Takes bundles
   * apart, of which Colyseus knows nothing.
   *
   * @param frame - `[19][body]`, Colyseus' protocol code for a reliable input, or a bundle (protocol/input-bundle.ts)
   */
  receive(client: MaybeGuarded, frame: Uint8Array, nowMs: number): InputReception {
    return this.receiveFrom(client, { bytes: frame, begin: 0, end: frame.length }, nowMs);
  }

  /** The same for a frame that lies among other bytes. */
  receiveFrom(client: MaybeGuarded, at: FramePlace, nowMs: number): InputReception {
    const { bytes, begin, end } = at;
    const guarded = client[GUARDED];
    if (guarded === undefined) return 'other';
    guarded.arrivedAtMs = nowMs;
    if (bytes[begin] === INPUT_BUNDLE_CODE) return this.#receiveBundle(client, guarded, at, nowMs);
    if (bytes[begin] !== Protocol.ROOM_INPUT_RELIABLE || this.#codec === null) return 'other';
    return this.#receiveBody(client, guarded, bytes, { from: begin + 1, to: end }, nowMs)
      ? 'taken'
      : 'malformed';
  }

  /** Of clients who join from now on. @param steps - without an input in a row, which the game fills with a guess (`repeatLast`) */
  guess(steps: number): void {
    this.#guessedSteps = steps;
  }

  /** From now on each step takes its inputs by `step`. */
  pace(): void {
    this.#isPaced = true;
  }

  /** How many inputs it takes in one frame: only where steps take them is there use in more than one. */
  get mostInputs(): number {
    return this.#isPaced ? MOST_BUNDLED_INPUTS : 1;
  }

  /** A fixed step begins: its inputs are put where the game takes them from. */
  step(clients: Iterable<unknown>, nowMs: number): void {
    const rateHz = this.#controller.options.tickRate ?? 0;
    const stepMs = 1_000 / rateHz;
    for (const client of clients) {
      const guarded = (client as MaybeGuarded)[GUARDED];
      if (guarded?.isPaced === true) guarded.paced?.step(nowMs, stepMs);
    }
    this.#steps += 1;
    if (this.#steps < rateHz) return;
    this.#steps = 0;
    this.#judge(clients, stepMs);
  }

  /** Inputs of this client that wait for their step, and are not in Colyseus' buffer yet. */
  waitingOf(client: object): number {
    return (client as MaybeGuarded)[GUARDED]?.paced?.size ?? 0;
  }

  /** Steps in a row that had no input of this client, the present one included; Infinity for one who is away. */
  emptyStepsOf(client: object | undefined): number {
    return (client as MaybeGuarded)?.[GUARDED]?.paced?.emptySteps ?? Number.POSITIVE_INFINITY;
  }

  /** @returns whether the last input of `client` could not be read; its deltas make no sense any more */
  isMalformed(client: MaybeGuarded): boolean {
    return client[GUARDED]?.isMalformed === true || !Number.isFinite(client._reckonBaseline ?? 0);
  }

  #receiveBundle(
    client: MaybeGuarded,
    guarded: GuardedClient,
    { bytes, begin, end }: FramePlace,
    nowMs: number,
  ): InputReception {
    guarded.sendsBundles = true;
    guarded.isPaced = this.#isPaced;
    let at = begin + 1;
    for (let count = 0; at < end; count++) {
      const to = at + 1 + ((bytes[at] as number) & ENTRY_LENGTH);
      if (to > end || count === MOST_BUNDLED_INPUTS) return 'malformed';
      if (!this.#receiveEntry(client, guarded, bytes, { from: at, to }, nowMs)) return 'malformed';
      at = to;
    }
    return 'taken';
  }

  /** @returns false when the entry is no input */
  #receiveEntry(
    client: MaybeGuarded,
    guarded: GuardedClient,
    frame: Uint8Array,
    entry: Part,
    nowMs: number,
  ): boolean {
    const isStamped = ((frame[entry.from] as number) & STAMPED_ENTRY) !== 0;
    if (!isStamped && this.#codec !== null) {
      const body = { from: entry.from + 1, to: entry.to };
      return this.#receiveBody(client, guarded, frame, body, nowMs);
    }
    const stamp = isStamped ? ProtocolModifier.TIMED : 0;
    const single = frame.subarray(entry.from, entry.to);
    this.#controller.decodeReliable(client, single, { offset: 1 }, stamp);
    return !this.isMalformed(client);
  }

  /** @returns false when the bytes are no input */
  #receiveBody(
    client: MaybeGuarded,
    guarded: GuardedClient,
    bytes: Uint8Array,
    body: Part,
    nowMs: number,
  ): boolean {
    if (!this.#codec?.apply(bytes, body.from, guarded.frame, body.to)) return false;
    client._lastMessageTime = nowMs;
    client._lastInputReceivedAt = nowMs;
    client._receivedInputCount = (client._receivedInputCount ?? 0) + 1;
    if (!this.#mayApply(client, nowMs)) return true;
    const { sanitize, seqField } = this.#controller.options;
    // Without either, Colyseus does no more than this.
    if (sanitize || seqField) this.#capture(client);
    else client._inputBuffer?.push(guarded.frame.clone());
    return true;
  }

  #mayApply(client: MaybeGuarded, nowMs: number): boolean {
    const guarded = client[GUARDED];
    const rateHz = this.#controller.options.tickRate;
    if (guarded === undefined || rateHz === undefined) return true;
    this.#rate ??= inputRate(rateHz);
    guarded.budget ??= new InputBudget(this.#rate, nowMs);
    if (guarded.budget.take(nowMs)) return true;
    // Acknowledged, or the client would wait for it for ever; its prediction then corrects itself.
    if (guarded.isPaced && guarded.paced !== undefined) guarded.paced.add(refusedInput(nowMs));
    else if (client._inputBuffer) client._inputBuffer.consumedCount++;
    this.#listener.overBudget();
    return false;
  }

  #paceInFrontOf(buffer: InputBuffer | undefined, guarded: GuardedClient): PacedInputs | undefined {
    if (buffer === undefined) return undefined;
    const push = buffer.push.bind(buffer);
    const clear = buffer.clear.bind(buffer);
    const paced = new PacedInputs(
      ({ frame, renderTimeMs, reckonTimeMs, seq }) => {
        if (frame === null) buffer.consumedCount++;
        else push(frame, renderTimeMs, reckonTimeMs, seq);
      },
      {
        mostWaiting: this.#controller.options.bufferMaxSize ?? 0,
        guessedSteps: this.#guessedSteps,
      },
    );
    buffer.push = (frame, renderTimeMs = 0, reckonTimeMs = 0, seq = undefined) => {
      if (!guarded.isPaced) {
        push(frame, renderTimeMs, reckonTimeMs, seq);
        return;
      }
      const { arrivedAtMs } = guarded;
      paced.add({ frame: frame as InputFrame, renderTimeMs, reckonTimeMs, seq, arrivedAtMs });
    };
    // What a game throws away counts as taken, and so does what waits for it.
    buffer.clear = () => {
      paced.flush();
      clear();
    };
    return paced;
  }

  #judge(clients: Iterable<unknown>, stepMs: number): void {
    const sum = { inputs: 0, starvedSteps: 0, waitedMs: 0 };
    for (const client of clients as Iterable<MaybeGuarded>) {
      const guarded = client[GUARDED];
      if (guarded?.paced === undefined || !guarded.isPaced) continue;
      const verdict = guarded.paced.judge(guarded.sendsBundles, stepMs);
      const report = guarded.paced.takeReport();
      sum.inputs += report.inputs;
      sum.starvedSteps += report.starvedSteps;
      sum.waitedMs += report.waitedMs;
      if (guarded.sendsBundles) this.#tell(client, guarded, verdict?.errorSteps ?? 0);
    }
    if (sum.inputs > 0) this.#listener.paced(sum);
  }

  #tell(client: MaybeGuarded, guarded: GuardedClient, errorSteps: number): void {
    if (errorSteps === 0 && guarded.toldErrorSteps === 0) return;
    guarded.toldErrorSteps = errorSteps;
    this.#listener.offPace(client, errorSteps);
  }
}

function refusedInput(arrivedAtMs: number) {
  return { frame: null, renderTimeMs: 0, reckonTimeMs: 0, seq: undefined, arrivedAtMs };
}

/** Of Colyseus' input buffer: three arrays, of which an element each belongs to one input. */
interface BufferArrays {
  readonly _items: unknown[];
  readonly _renderTimes: unknown[];
  readonly _reckonTimes: unknown[];
  readonly _seqs?: unknown[];
  _head: number;
  truncate: () => void;
}

/**
 * Empties the arrays of `buffer` element by element from now on. Colyseus sets their lengths to 0, upon which V8 throws their
 * memory away: the next input makes three new arrays of 17 places, once per player and step.
 */
function keepCapacity(buffer: unknown): void {
  const arrays = buffer as BufferArrays | undefined;
  if (typeof arrays?.truncate === 'function') arrays.truncate = truncate;
}

function truncate(this: BufferArrays): void {
  empty(this._items);
  empty(this._renderTimes);
  empty(this._reckonTimes);
  if (this._seqs !== undefined) empty(this._seqs);
  this._head = 0;
}

function empty(array: unknown[]): void {
  while (array.length > 0) array.pop();
}

function codecOf(schema: new () => object): InputCodec | null {
  let entry = codecs.get(schema);
  if (entry === undefined) {
    entry = { codec: compileInputCodec(schema) };
    codecs.set(schema, entry);
  }
  return entry.codec;
}

/** Gives `client` a plain frame in place of the tracked Schema instance, and our decoder in place of the state's. */
function guardClient(codec: InputCodec | null, client: ClientInternals): GuardedClient {
  const guarded: GuardedClient = {
    frame: codec === null ? client._input : codec.createFrame(),
    budget: undefined,
    isMalformed: false,
    arrivedAtMs: 0,
    paced: undefined,
    sendsBundles: false,
    isPaced: false,
    toldErrorSteps: 0,
  };
  if (codec === null) return guarded;
  const { frame } = guarded;
  client._input = frame;
  // Colyseus calls nothing but decode() on it.
  client._inputDecoder = {
    decode: (body: Uint8Array) => {
      if (!codec.apply(body, 0, frame)) guarded.isMalformed = true;
      return frame;
    },
  } as unknown as NonNullable<ClientInternals['_inputDecoder']>;
  return guarded;
}
