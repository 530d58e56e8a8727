import type { ServerWritableStream } from '@grpc/grpc-js';
import { z } from 'zod';
import { GameError } from '../../errors/game-error.ts';
import type { RpcFeed, RpcMessage } from './rpc-contract.ts';
import { endWithError } from './rpc-error.ts';

/** A caller that does not read: it begins anew, with the whole truth. */
const MOST_UNREAD = 256;

/** One stream that is served. */
export class ServedFeed implements RpcFeed<unknown> {
  readonly #call: ServerWritableStream<RpcMessage, RpcMessage>;
  readonly #item: z.ZodType;
  readonly #onFailure: (thrown: unknown) => void;
  readonly #closeListeners: (() => void)[] = [];
  #isOver = false;

  /** @param onFailure - told why the stream ends, when it does by itself */
  constructor(
    call: ServerWritableStream<RpcMessage, RpcMessage>,
    item: z.ZodType,
    onFailure: (thrown: unknown) => void,
  ) {
    this.#call = call;
    this.#item = item;
    this.#onFailure = onFailure;
    call.once('cancelled', () => this.#close());
  }

  push(value: unknown): void {
    if (this.#isOver) return;
    if (this.#call.writableLength >= MOST_UNREAD) {
      this.end(new GameError('RATE_LIMITED'));
      return;
    }
    const encoded = z.safeEncode(this.#item, value);
    // Of another build than its contract: never half a message.
    if (encoded.success) this.#call.write(encoded.data as RpcMessage);
    else this.end(new GameError('INTERNAL', {}, { cause: encoded.error }));
  }

  onClose(listener: () => void): void {
    if (this.#isOver) listener();
    else this.#closeListeners.push(listener);
  }

  /** @param thrown - what the caller learns */
  end(thrown: unknown): void {
    this.#onFailure(thrown);
    this.#hangUp(thrown);
  }

  /** The service closes: its callers begin anew elsewhere. */
  leave(): void {
    this.#hangUp(new GameError('SERVICE_UNAVAILABLE'));
  }

  #hangUp(thrown: unknown): void {
    if (this.#isOver) return;
    this.#close();
    endWithError(this.#call, thrown);
  }

  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const listener of this.#closeListeners) listener();
  }
}
