import type { ClientInternals, RoomInputInternals } from '../guards/room-internals.ts';
import { InputBudget } from './input-budget.ts';
import { compileInputCodec, type InputCodec } from './input-codec.ts';

/** What the guard tells its room. */
export interface InputGuardListener {
  /** One input came too soon; it was acknowledged and not applied. */
  overBudget(): void;
}

interface GuardedClient {
  budget: InputBudget | undefined;
  isMalformed: boolean;
}

// Codecs depend on the schema class only; rooms of one kind share theirs. Weak: a class that is gone takes its codec along.
const codecs = new WeakMap<new () => object, { readonly codec: InputCodec | null }>();

/** Stands between Colyseus' input subsystem and the wire: bounded decoding, and no more inputs than time allows. */
export class InputGuard {
  readonly #clients = new WeakMap<ClientInternals, GuardedClient>();
  readonly #codec: InputCodec | null;

  /** @param nowMs - the room's monotonic clock */
  constructor(controller: RoomInputInternals, nowMs: () => number, listener: InputGuardListener) {
    this.#codec = codecOf(controller.options.ctor);
    const allocate = controller.allocate.bind(controller);
    const capture = controller.capture.bind(controller);

    controller.allocate = (client) => {
      allocate(client);
      const guarded: GuardedClient = { budget: undefined, isMalformed: false };
      this.#clients.set(client, guarded);
      if (this.#codec !== null) readWith(this.#codec, client, guarded);
    };

    controller.capture = (client, renderTimeMs, reckonTimeMs, seq) => {
      const guarded = this.#clients.get(client);
      const rateHz = controller.options.tickRate;
      if (guarded !== undefined && rateHz !== undefined) {
        guarded.budget ??= new InputBudget(rateHz, nowMs());
        if (!guarded.budget.take(nowMs())) {
          // Acknowledged, or the client would wait for it for ever; its prediction then corrects itself.
          if (client._inputBuffer) client._inputBuffer.consumedCount++;
          listener.overBudget();
          return;
        }
      }
      capture(client, renderTimeMs, reckonTimeMs, seq);
    };
  }

  /** @returns whether the last input of `client` could not be read; its deltas make no sense any more */
  isMalformed(client: ClientInternals): boolean {
    return (
      this.#clients.get(client)?.isMalformed === true ||
      !Number.isFinite(client._reckonBaseline ?? 0)
    );
  }
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
function readWith(codec: InputCodec, client: ClientInternals, guarded: GuardedClient): void {
  const frame = codec.createFrame();
  client._input = frame;
  // Colyseus calls nothing but decode() on it.
  client._inputDecoder = {
    decode: (body: Uint8Array) => {
      if (!codec.apply(body, frame)) guarded.isMalformed = true;
      return frame;
    },
  } as unknown as NonNullable<ClientInternals['_inputDecoder']>;
}
