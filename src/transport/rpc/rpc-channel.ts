import { setTimeout as pause } from 'node:timers/promises';
import {
  Client,
  type ClientReadableStream,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { z } from 'zod';
import { GameError } from '../../errors/game-error.ts';
import { backOffMs } from '../../shared/back-off.ts';
import { inSpan, SpanKind } from '../../telemetry/tracing.ts';
import { badRequest } from '../http/parse.ts';
import { callContext, outgoingTraceparent } from './call-context.ts';
import { CallLanes } from './call-lanes.ts';
import { asIs, MOST_LANE_REQUEST_BYTES, MOST_REPLY_BYTES } from './lane-wire.ts';
import { loadProto, wireName } from './load-proto.ts';
import { CallSigner } from './peer-call.ts';
import type {
  RpcCalls,
  RpcContract,
  RpcMessage,
  RpcMethod,
  RpcStream,
  RpcWatches,
} from './rpc-contract.ts';
import type { RpcEndDeps } from './rpc-end.ts';
import { fromServiceError, serviceErrorOf } from './rpc-error.ts';
import { channelCredentials } from './rpc-tls.ts';
import { Watch } from './rpc-watch.ts';

/** gRPC retry design (A6): a call that may be repeated is, while its deadline allows, unless the service has answered (rpc-error.ts). */
const RETRIES = {
  maxAttempts: 4,
  initialBackoff: '0.05s',
  maxBackoff: '1s',
  backoffMultiplier: 2,
  retryableStatusCodes: ['UNAVAILABLE'],
};

/** As the library says it of a plain call whose connection breaks. */
const LANE_BROKE = { code: status.UNAVAILABLE, details: 'The lane broke.' };

interface Request {
  readonly path: string;
  readonly bytes: Buffer;
  readonly method: RpcMethod<z.ZodType, z.ZodType>;
}

interface CallDeps extends Pick<RpcEndDeps, 'clock' | 'metrics'> {
  readonly signer: CallSigner;
}

/**
 * The way to one service: `calls` has a function for each of its methods, which take and return values, wait no longer than
 * their deadline or that of the request they serve, and throw what the service threw; `watches` has one for each of its streams.
 *
 * @param target - as gRPC names it: `host:port`, `dns:///name:port` (all addresses of the name in turn), `ipv4:a:1,b:2`
 */
export class RpcChannel<Contract extends RpcContract> {
  readonly calls: RpcCalls<Contract>;
  readonly watches: RpcWatches<Contract>;
  readonly #ends: CallDeps;
  readonly #client: Client;
  readonly #lanes: CallLanes;
  readonly #watches = new Set<Watch>();

  constructor(contract: Contract, target: string, deps: RpcEndDeps) {
    const { service } = loadProto(contract, deps.protoFolder);
    const ends = { ...deps, signer: new CallSigner(deps.key) };
    this.#ends = ends;
    this.#client = new Client(target, channelCredentials(deps.tls), {
      'grpc.max_receive_message_length': MOST_REPLY_BYTES,
      'grpc.service_config': JSON.stringify(serviceConfigOf(contract)),
      // As at the other end (rpc-server.ts).
      'grpc.enable_channelz': 0,
      'grpc.keepalive_time_ms': 20_000,
      'grpc.keepalive_timeout_ms': 5_000,
      // A service that was down is tried again soon, not after two minutes.
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 2_000,
    });
    this.#lanes = new CallLanes(this.#client, ends);
    const calls = Object.entries(contract.methods).map(([name, method]) => {
      const wire = service[wireName(name)];
      if (wire === undefined) throw new TypeError(`${contract.name} has no ${wireName(name)}.`);
      const { path, requestSerialize, responseDeserialize } = wire;
      const invoke = async (message: RpcMessage, waitMs: number) => {
        const request = { path, bytes: requestSerialize(message), method };
        return responseDeserialize(await this.#send(request, waitMs)) as RpcMessage;
      };
      return [name, callOf(ends, path, method, invoke)];
    });
    this.calls = Object.fromEntries(calls);
    const watches = Object.entries(contract.streams).map(([name, stream]) => {
      const wire = service[wireName(name)];
      if (wire === undefined) throw new TypeError(`${contract.name} has no ${wireName(name)}.`);
      const open = (message: RpcMessage) =>
        this.#client.makeServerStreamRequest(
          wire.path,
          wire.requestSerialize,
          wire.responseDeserialize as (bytes: Buffer) => RpcMessage,
          message,
          signed(ends, wire.path),
        );
      return [
        name,
        (value: unknown, listener: (item: unknown) => void) =>
          this.#watch(stream, { value, listener, open }),
      ];
    });
    this.watches = Object.fromEntries(watches);
  }

  close(): void {
    for (const watch of this.#watches) watch.stop();
    this.#lanes.close();
    this.#client.close();
  }

  /** By lane; plainly what is large, and while there is none. A lane that breaks is a try of those of {@link RETRIES}. */
  async #send(request: Request, waitMs: number): Promise<Buffer> {
    const { clock, signer } = this.#ends;
    const { path, bytes, method } = request;
    const nowMs = clock.wallMs();
    const mayGoByLane = bytes.length <= MOST_LANE_REQUEST_BYTES && waitMs > 0;
    const lane = mayGoByLane ? this.#lanes.next() : null;
    if (lane !== null) {
      const signature = {
        peer: signer.signatureOf(path, nowMs),
        traceparent: outgoingTraceparent(),
      };
      const reply = await lane.call({ path, ...signature, request: bytes }, waitMs);
      if (reply !== null) return reply;
      if (!method.isIdempotent) throw serviceErrorOf(LANE_BROKE);
      await pause(backOffMs(1, Math.random()));
    }
    return await this.#sendPlainly(request, nowMs + waitMs);
  }

  #sendPlainly({ path, bytes }: Request, deadlineAtMs: number): Promise<Buffer> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const options = { deadline: deadlineAtMs };
    const metadata = signed(this.#ends, path);
    this.#client.makeUnaryRequest(path, asIs, asIs, bytes, metadata, options, (error, reply) => {
      if (error === null) resolve(reply as Buffer);
      else reject(error);
    });
    return promise;
  }

  #watch(
    { request, item }: RpcStream<z.ZodType, z.ZodType>,
    {
      value,
      listener,
      open,
    }: {
      readonly value: unknown;
      readonly listener: (item: unknown) => void;
      readonly open: (message: RpcMessage) => ClientReadableStream<RpcMessage>;
    },
  ): () => void {
    const encoded = z.safeEncode(request, value);
    // As the service itself would say; to ask again would not help.
    if (!encoded.success) throw badRequest(encoded.error);
    const watch = new Watch(() => open(encoded.data as RpcMessage), item, listener);
    this.#watches.add(watch);
    return () => {
      this.#watches.delete(watch);
      watch.stop();
    };
  }
}

/** Whose call it is, and of which trace. */
function signed({ clock, signer }: CallDeps, path: string): Metadata {
  const metadata = new Metadata();
  signer.sign(metadata, path, clock.wallMs());
  const traceparent = outgoingTraceparent();
  if (traceparent !== '') metadata.set('traceparent', traceparent);
  return metadata;
}

function callOf(
  { clock, metrics }: CallDeps,
  path: string,
  { request, reply, deadlineMs }: RpcMethod<z.ZodType, z.ZodType>,
  invoke: (message: RpcMessage, waitMs: number) => Promise<RpcMessage>,
): (value: unknown) => Promise<unknown> {
  const label = path.slice(path.lastIndexOf('.') + 1);
  return async (value) => {
    const encoded = z.safeEncode(request, value);
    // As the service itself would say.
    if (!encoded.success) throw badRequest(encoded.error);
    const startedMs = clock.monotonicMs();
    const waitMs = Math.min(deadlineMs, callContext().deadlineMs - startedMs);
    let outcome = 'ok';
    const spec = { name: label, kind: SpanKind.CLIENT, facts: { 'rpc.method': label } };
    try {
      return await inSpan(spec, async () => {
        try {
          return z.decode(reply, await invoke(encoded.data as RpcMessage, waitMs));
        } catch (error) {
          throw isServiceError(error) ? fromServiceError(error) : unreadable(error);
        }
      });
    } catch (error) {
      outcome = (error as GameError).code;
      throw error;
    } finally {
      metrics.called('client', label, outcome, clock.monotonicMs() - startedMs);
    }
  };
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && (error as Partial<ServiceError>).code !== undefined;
}

/** Either side is of another build: what it sends is not what the contract says. */
function unreadable(cause: unknown): GameError {
  return new GameError('INTERNAL', {}, { cause });
}

function serviceConfigOf({ name, methods }: RpcContract) {
  const repeatable = Object.entries(methods)
    .filter(([, { isIdempotent }]) => isIdempotent)
    .map(([method]) => ({ service: name, method: wireName(method) }));
  return {
    loadBalancingConfig: [{ round_robin: {} }],
    methodConfig: repeatable.length === 0 ? [] : [{ name: repeatable, retryPolicy: RETRIES }],
  };
}
