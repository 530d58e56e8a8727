import { encode, type Schema } from '@colyseus/schema';
import { InputEncoder } from '@colyseus/schema/input';
import { Protocol, ProtocolModifier } from '@colyseus/shared-types';
import { InputBundler } from '../../client-sdk/src/input-bundler.ts';
import type { InputTerms } from './handshake.ts';
import { inputClassOf } from './reflected-classes.ts';
import type { RoomClient } from './room-client.ts';

/** How far in the past a bot pretends to draw the others, ms: an ordinary interpolation buffer. */
const RENDER_DELAY_MS = 100;
/** Code, and a clock stamp of at most 9 + 2 bytes. */
const MAX_PREFIX_BYTES = 12;

/** A field of an input, as its class's reflection tells it. */
export interface InputField {
  readonly name: string;
  /** A primitive's name (`int8`), or `quantized` with its range. */
  readonly type: string;
  readonly min?: number;
  readonly max?: number;
}

/**
 * A bot's side of `defineInput`: the real `InputEncoder`, on the class that the room's handshake describes, stamped for lag
 * compensation as the SDK stamps, and put into frames as `@meridian/client` does.
 *
 *   [19 | TIMED?] ([Δ clock varint] ([render delta u16])) [changed fields]
 */
export class InputChannel {
  readonly fields: readonly InputField[];
  /** Inputs sent; the room acknowledges by count. */
  sent = 0;
  readonly #client: RoomClient;
  readonly #terms: InputTerms;
  readonly #input: Schema;
  readonly #encoder: InputEncoder;
  readonly #bundler: InputBundler;
  #values: Readonly<Record<string, number | boolean>> = {};
  readonly #prefix = new Uint8Array(MAX_PREFIX_BYTES);
  #lastStampMs = 0;
  #clockReadAtMs = 0;
  #clockMs = 0;

  constructor(client: RoomClient, terms: InputTerms) {
    this.#client = client;
    this.#terms = terms;
    const Input = inputClassOf(terms.reflection);
    this.#input = new Input();
    this.#encoder = new InputEncoder(this.#input);
    this.fields = fieldsOf(Input);
    this.#bundler = new InputBundler({
      // Inputs that are missing would be missed for ever: both sides count.
      send: (frame) => {
        if (!client.socket.send(frame)) client.socket.destroy('stuck while sending inputs');
      },
      nowMs: () => performance.now(),
    });
    this.#bundler.joined(client.mostInputs);
    this.#bundler.stepsAt(terms.tickRateHz ?? undefined);
  }

  get tickRateHz(): number | null {
    return this.#terms.tickRateHz;
  }

  /** Sends one input; fields that are not named keep their value. False when the socket is stuck: nothing was sent. */
  send(values: Readonly<Record<string, number | boolean>>): boolean {
    if (!this.#client.socket.isWritable) return false;
    Object.assign(this.#input, values);
    const body = this.#encoder.encode();
    const frame = Buffer.concat([this.#stamp(), body]);
    if (!this.#bundler.hold(frame)) this.#client.socket.send(frame);
    this.sent++;
    this.#values = { ...this.#values, ...values };
    this.#bundler.sent(this.#values);
    return true;
  }

  #stamp(): Uint8Array {
    const { wantsRenderTime, wantsReckonTime } = this.#terms;
    if (!wantsRenderTime && !wantsReckonTime) return Uint8Array.of(Protocol.ROOM_INPUT_RELIABLE);
    this.#prefix[0] = Protocol.ROOM_INPUT_RELIABLE | ProtocolModifier.TIMED;
    const iterator = { offset: 1 };
    const nowMs = this.#roomNowMs();
    const stampMs = wantsReckonTime ? nowMs : Math.max(0, nowMs - RENDER_DELAY_MS);
    encode.number(this.#prefix, stampMs - this.#lastStampMs, iterator);
    this.#lastStampMs = stampMs;
    if (wantsReckonTime && wantsRenderTime) {
      encode.uint16(this.#prefix, RENDER_DELAY_MS, iterator);
    }
    return this.#prefix.subarray(0, iterator.offset);
  }

  /** The room's clock by now: the newest one seen, and the time since. Whole ms. */
  #roomNowMs(): number {
    const nowMs = performance.now();
    if (this.#client.roomClockMs !== this.#clockMs) {
      this.#clockMs = this.#client.roomClockMs;
      this.#clockReadAtMs = nowMs;
    }
    return Math.round(this.#clockMs + (this.#clockMs === 0 ? 0 : nowMs - this.#clockReadAtMs));
  }
}

type FieldType = string | { readonly quantized?: { readonly min: number; readonly max: number } };

function fieldsOf(inputClass: object): InputField[] {
  const metadata = (inputClass as Record<symbol, unknown>)[Symbol.metadata] as Record<
    number,
    { readonly name: string; readonly type: FieldType } | undefined
  >;
  const fields: InputField[] = [];
  for (let index = 0; ; index++) {
    const field = metadata[index];
    if (field === undefined) return fields;
    if (typeof field.type === 'string') fields.push({ name: field.name, type: field.type });
    else if (field.type.quantized) {
      const { min, max } = field.type.quantized;
      fields.push({ name: field.name, type: 'quantized', min, max });
    }
  }
}
