import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../errors/errors.ts';
import { GameError } from '../errors/game-error.ts';
import { parseJson } from '../shared/parse-json.ts';
import { redisKeys } from '../storage/redis/redis-keys.ts';
import type { RedisClient } from '../storage/redis/redis-script.ts';
import type { Logger } from '../telemetry/logger.ts';
import { inSpan, SpanKind } from '../telemetry/tracing.ts';
import { outgoingTraceparent } from '../transport/rpc/call-context.ts';
import { directoryUnavailable } from './directory-unavailable.ts';

// Requests between the nodes of a region, over Redis pub/sub. One channel per node, subscribed for its whole life, carries the
// requests it gets and the replies to its own; stock Colyseus subscribes anew for every call.
//
//   node A: PUBLISH meridian:calls:B {request: {id, from: A, method, payload, traceparent?}}
//   node B: PUBLISH meridian:calls:A {reply: {id, result | error: {code, details, retryAfterMs}}}
//
// At most once, and never late: whoever gets no reply in time hears NODE_UNREACHABLE, also when the call was made.

/** @returns what the caller gets, as JSON; a `GameError` thrown crosses the wire, anything else becomes `INTERNAL` */
export type CallHandler = (payload: unknown, fromNodeId: string) => unknown;

export interface NodeCalls {
  /** Answers calls of that method. The handler parses the payload. */
  handle(method: string, handler: CallHandler): void;
  /**
   * @param options.timeoutMs - wait for the reply, 500 when absent
   * @throws {GameError} the handler's; `NODE_UNREACHABLE`; `NOT_FOUND` when that node has no such method;
   *   `DIRECTORY_UNAVAILABLE` when Redis is away
   */
  request(
    nodeId: string,
    method: string,
    payload: unknown,
    options?: { readonly timeoutMs?: number },
  ): Promise<unknown>;
}

const DEFAULT_TIMEOUT_MS = 500;

const Message = z.union([
  z.object({
    request: z.object({
      id: z.string(),
      from: z.string(),
      method: z.string(),
      payload: z.unknown().optional(),
      traceparent: z.string().optional(),
    }),
  }),
  z.object({
    reply: z.object({
      id: z.string(),
      result: z.unknown().optional(),
      error: z
        .object({
          code: z.string(),
          details: z.record(z.string(), z.unknown()),
          retryAfterMs: z.number().optional(),
        })
        .optional(),
    }),
  }),
]);
type Request = Extract<z.infer<typeof Message>, { request: unknown }>['request'];
type Reply = Extract<z.infer<typeof Message>, { reply: unknown }>['reply'];

/** The handlers of one node. */
class CallHandlers {
  readonly #handlers = new Map<string, CallHandler>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  set(method: string, handler: CallHandler): void {
    this.#handlers.set(method, handler);
  }

  /** @throws {GameError} only */
  async run(method: string, payload: unknown, fromNodeId: string): Promise<unknown> {
    const handler = this.#handlers.get(method);
    if (handler === undefined) throw new GameError('NOT_FOUND', { method });
    try {
      return await handler(payload, fromNodeId);
    } catch (error) {
      if (error instanceof GameError) throw error;
      this.#log.error({ err: error, method, fromNodeId }, 'a call of another node failed');
      throw internal(error);
    }
  }
}

/** The calls of a node that is alone. */
export class LocalNodeCalls implements NodeCalls {
  readonly #nodeId: string;
  readonly #handlers: CallHandlers;

  constructor(options: { readonly nodeId: string; readonly log: Logger }) {
    this.#nodeId = options.nodeId;
    this.#handlers = new CallHandlers(options.log);
  }

  handle(method: string, handler: CallHandler): void {
    this.#handlers.set(method, handler);
  }

  async request(nodeId: string, method: string, payload: unknown): Promise<unknown> {
    if (nodeId !== this.#nodeId) throw new GameError('NODE_UNKNOWN', { nodeId });
    return this.#handlers.run(method, payload, nodeId);
  }
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: GameError): void;
}

export class RedisNodeCalls implements NodeCalls {
  readonly #redis: RedisClient;
  readonly #subscriber: RedisClient;
  readonly #nodeId: string;
  readonly #log: Logger;
  readonly #handlers: CallHandlers;
  readonly #pending = new Map<string, Pending>();

  /** Opens a connection of its own to listen; `redis` stays its opener's. */
  static async open(options: {
    readonly redis: RedisClient;
    readonly nodeId: string;
    readonly log: Logger;
  }): Promise<RedisNodeCalls> {
    const calls = new RedisNodeCalls(options);
    await calls.#listen();
    return calls;
  }

  private constructor(options: {
    readonly redis: RedisClient;
    readonly nodeId: string;
    readonly log: Logger;
  }) {
    this.#redis = options.redis;
    this.#nodeId = options.nodeId;
    this.#log = options.log;
    this.#handlers = new CallHandlers(options.log);
    // The ready check asks INFO, which a connection that listens may not.
    const redisOptions = {
      enableReadyCheck: false,
      enableOfflineQueue: true,
      maxRetriesPerRequest: null,
    };
    this.#subscriber =
      options.redis instanceof Redis
        ? options.redis.duplicate(redisOptions)
        : options.redis.duplicate([], { redisOptions });
  }

  handle(method: string, handler: CallHandler): void {
    this.#handlers.set(method, handler);
  }

  async request(
    nodeId: string,
    method: string,
    payload: unknown,
    options: { readonly timeoutMs?: number } = {},
  ): Promise<unknown> {
    if (nodeId === this.#nodeId) return this.#handlers.run(method, payload, nodeId);
    if (this.#redis.status !== 'ready' || this.#subscriber.status !== 'ready')
      throw directoryUnavailable();
    const id = randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    // After a stall of this process the reply may lie in the socket, unread: sockets are read before immediates run.
    const giveUp = () => setImmediate(() => reject(unreachable(nodeId)));
    const timer = setTimeout(giveUp, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    this.#pending.set(id, { resolve, reject });
    try {
      const traceparent = outgoingTraceparent();
      const request: Request = {
        ...{ id, from: this.#nodeId, method, payload },
        ...(traceparent === '' ? {} : { traceparent }),
      };
      this.#publish(nodeId, { request }).then(
        (listeners) => {
          // A dead process listens no more. On a cluster each server counts its own listeners only.
          if (listeners === 0 && this.#redis instanceof Redis) reject(unreachable(nodeId));
        },
        (error: unknown) => reject(directoryUnavailable(error)),
      );
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#pending.delete(id);
    }
  }

  async close(): Promise<void> {
    this.#rejectAll();
    this.#subscriber.disconnect();
  }

  async #listen(): Promise<void> {
    const channel = redisKeys.calls(this.#nodeId);
    this.#subscriber.on('error', (error: Error) => {
      this.#log.debug({ err: error }, 'the connection of node calls broke');
    });
    this.#subscriber.on('message', (_channel: string, text: string) => this.#receive(text));
    // Replies may have gone by meanwhile.
    this.#subscriber.on('close', () => this.#rejectAll());
    this.#redis.on('close', () => this.#rejectAll());
    await this.#subscriber.subscribe(channel);
  }

  #receive(text: string): void {
    const message = parseJson(Message, text);
    if (message === null) {
      this.#log.warn({}, 'a message that is no call came in on the channel of calls');
      return;
    }
    if ('reply' in message) this.#settle(message.reply);
    else void this.#answer(message.request);
  }

  async #answer({ id, from, method, payload, traceparent = '' }: Request): Promise<void> {
    let reply: Reply;
    const spec = { name: `node ${method}`, kind: SpanKind.SERVER, parent: traceparent };
    try {
      const run = () => this.#handlers.run(method, payload, from);
      reply = { id, result: await (traceparent === '' ? run() : inSpan(spec, run)) };
    } catch (error) {
      const { code, details, retryAfterMs } = error as GameError;
      reply = { id, result: null, error: { code, details, retryAfterMs } };
    }
    // The caller's deadline tells it.
    await this.#publish(from, { reply }).catch(() => undefined);
  }

  #settle({ id, result, error }: Reply): void {
    const pending = this.#pending.get(id);
    if (error === undefined) pending?.resolve(result);
    else pending?.reject(received(error));
  }

  #rejectAll(): void {
    for (const { reject } of this.#pending.values()) reject(directoryUnavailable());
  }

  async #publish(nodeId: string, message: z.infer<typeof Message>): Promise<number> {
    return this.#redis.publish(redisKeys.calls(nodeId), JSON.stringify(message));
  }
}

/** Codes of a newer build are not known here. */
function received(error: NonNullable<Reply['error']>): GameError {
  if (!Object.hasOwn(ERRORS, error.code)) return new GameError('INTERNAL');
  const { retryAfterMs } = error;
  return new GameError(
    error.code as ErrorCode,
    error.details,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}

function unreachable(nodeId: string): GameError {
  return new GameError('NODE_UNREACHABLE', { nodeId }, { retryAfterMs: 500 });
}

function internal(cause: unknown): GameError {
  return new GameError('INTERNAL', {}, { cause });
}
