import { Protocol } from '@colyseus/core';
import type { ClientInternals, RoomInputInternals } from '../guards/room-internals.ts';
import type { Rate } from '../guards/token-bucket.ts';
import { InputBudget, inputRate } from './input-budget.ts';
import { compileInputCodec, type InputCodec, type InputFrame } from './input-codec.ts';

/** What the guard tells its room. */
export interface InputGuardListener {
  /** One input came too soon; it was acknowledged and not applied. */
  overBudget(): void;
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
}

// Codecs depend on the schema class only; rooms of one kind share theirs. Weak: a class that is gone takes its codec along.
const codecs = new WeakMap<new () => object, { readonly codec: InputCodec | null }>();

type MaybeGuarded = ClientInternals & { [GUARDED]?: GuardedClient };

/** Stands between Colyseus' input subsystem and the wire: bounded decoding, and no more inputs than time allows. */
export class InputGuard {
  readonly #controller: RoomInputInternals;
  readonly #capture: RoomInputInternals['capture'];
  readonly #codec: InputCodec | null;
  readonly #listener: InputGuardListener;
  #rate: Rate | undefined;

  constructor(controller: RoomInputInternals, listener: InputGuardListener) {
    this.#controller = controller;
    this.#codec = codecOf(controller.options.ctor);
    this.#listener = listener;
    this.#capture = controller.capture.bind(controller);
    const allocate = controller.allocate.bind(controller);
    controller.allocate = (client) => {
      allocate(client);
      keepCapacity(client._inputBuffer);
      (client as MaybeGuarded)[GUARDED] = guardClient(this.#codec, client);
    };
    // Reached by inputs with a time stamp, which Colyseus takes apart.
    controller.capture = (client, renderTimeMs, reckonTimeMs, seq) => {
      // Colyseus hands on what could not be read; its sender is about to go.
      if (this.isMalformed(client)) return;
      if (this.#mayApply(client as MaybeGuarded, performance.now())) {
        this.#capture(client, renderTimeMs, reckonTimeMs, seq);
      }
    };
  }

  /**
   * Takes an input without a time stamp straight from the frame; the way through Colyseus costs twice as much.
   *
   * @param frame - `[19][body]`, Colyseus' protocol code for a reliable input
   */
  receive(client: MaybeGuarded, frame: Uint8Array, nowMs: number): InputReception {
    return this.receiveFrom(client, { bytes: frame, begin: 0, end: frame.length }, nowMs);
  }

  /** The same for a frame that lies among other bytes. */
  receiveFrom(client: MaybeGuarded, at: FramePlace, nowMs: number): InputReception {
    const { bytes, begin, end } = at;
    const guarded = client[GUARDED];
    if (bytes[begin] !== Protocol.ROOM_INPUT_RELIABLE || this.#codec === null || !guarded)
      return 'other';
    if (!this.#codec.apply(bytes, begin + 1, guarded.frame, end)) return 'malformed';
    client._lastMessageTime = nowMs;
    client._lastInputReceivedAt = nowMs;
    client._receivedInputCount = (client._receivedInputCount ?? 0) + 1;
    if (!this.#mayApply(client, nowMs)) return 'taken';
    const { sanitize, seqField } = this.#controller.options;
    // Without either, Colyseus does no more than this.
    if (sanitize || seqField) this.#capture(client);
    else client._inputBuffer?.push(guarded.frame.clone());
    return 'taken';
  }

  /** @returns whether the last input of `client` could not be read; its deltas make no sense any more */
  isMalformed(client: MaybeGuarded): boolean {
    return client[GUARDED]?.isMalformed === true || !Number.isFinite(client._reckonBaseline ?? 0);
  }

  #mayApply(client: MaybeGuarded, nowMs: number): boolean {
    const guarded = client[GUARDED];
    const rateHz = this.#controller.options.tickRate;
    if (guarded === undefined || rateHz === undefined) return true;
    this.#rate ??= inputRate(rateHz);
    guarded.budget ??= new InputBudget(this.#rate, nowMs);
    if (guarded.budget.take(nowMs)) return true;
    // Acknowledged, or the client would wait for it for ever; its prediction then corrects itself.
    if (client._inputBuffer) client._inputBuffer.consumedCount++;
    this.#listener.overBudget();
    return false;
  }
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
  if (codec === null) return { frame: client._input, budget: undefined, isMalformed: false };
  const frame = codec.createFrame();
  const guarded: GuardedClient = { frame, budget: undefined, isMalformed: false };
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
