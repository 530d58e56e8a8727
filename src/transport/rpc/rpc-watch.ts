import type { ClientReadableStream } from '@grpc/grpc-js';
import { z } from 'zod';
import { backOffMs } from '../../shared/back-off.ts';
import type { RpcMessage } from './rpc-contract.ts';

/**
 * Listens to a stream for as long as somebody wants to: one that ends, breaks, or brings what it should not is opened again, after a pause
 * that grows until it brings something.
 */
export class Watch {
  readonly #open: () => ClientReadableStream<RpcMessage>;
  readonly #item: z.ZodType;
  readonly #listener: (item: unknown) => void;
  #stream: ClientReadableStream<RpcMessage> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #isStopped = false;

  /** @param open - opens it once */
  constructor(
    open: () => ClientReadableStream<RpcMessage>,
    item: z.ZodType,
    listener: (item: unknown) => void,
  ) {
    this.#open = open;
    this.#item = item;
    this.#listener = listener;
    this.#begin();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#stream?.cancel();
  }

  #begin(): void {
    const stream = this.#open();
    this.#stream = stream;
    stream.on('data', (message: RpcMessage) => {
      const parsed = z.safeDecode(this.#item, message as never);
      if (!parsed.success) {
        // The service is of another build: what it says now may fit again when it was replaced.
        stream.cancel();
        return;
      }
      this.#failures = 0;
      if (!this.#isStopped) this.#listener(parsed.data);
    });
    // Its end comes with a status, also behind an error, and is all that matters here.
    stream.on('error', () => {});
    stream.once('status', () => this.#beginLater());
  }

  #beginLater(): void {
    if (this.#isStopped) return;
    this.#failures += 1;
    const waitMs = backOffMs(this.#failures, Math.random());
    this.#timer = setTimeout(() => this.#begin(), waitMs);
    this.#timer.unref();
  }
}
