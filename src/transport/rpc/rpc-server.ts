import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Metadata,
  Server,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { z } from 'zod';
import { GameError } from '../../errors/game-error.ts';
import { hostPort } from '../../shared/host-port.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { inSpan, SpanKind } from '../../telemetry/tracing.ts';
import { parse } from '../http/parse.ts';
import { inCallContext } from './call-context.ts';
import { loadProto, wireName } from './load-proto.ts';
import { headerOf, PeerGate } from './peer-call.ts';
import type {
  RpcCalls,
  RpcContract,
  RpcFeeds,
  RpcMessage,
  RpcMethod,
  RpcStream,
} from './rpc-contract.ts';
import type { RpcEndDeps } from './rpc-end.ts';
import { toServiceError } from './rpc-error.ts';
import { serverCredentials } from './rpc-tls.ts';
import { ServedFeed } from './served-feed.ts';

export interface RpcServerDeps extends RpcEndDeps {
  readonly log: Logger;
}

/** Largest message: a full profile with its JSON, several times over. */
const MOST_BYTES = 1024 * 1024;

/** Stands for bytes that are no message of its method: gRPC would call that a fault of the server. */
const UNREADABLE: RpcMessage = Object.freeze({});

/** The port where other services call this one: gRPC, with the standard health service. Never public. */
export class RpcServer {
  readonly #deps: RpcServerDeps;
  readonly #server = new Server({
    'grpc.max_receive_message_length': MOST_BYTES,
    // Books about each call, for a debugging service that nobody serves here.
    'grpc.enable_channelz': 0,
    // A caller behind a dead link is noticed, and its calls end.
    'grpc.keepalive_time_ms': 20_000,
    'grpc.keepalive_timeout_ms': 5_000,
  });
  readonly #gate: PeerGate;
  readonly #health = new HealthImplementation();
  readonly #feeds = new Set<ServedFeed>();

  constructor(deps: RpcServerDeps) {
    this.#deps = deps;
    this.#gate = new PeerGate(deps.key);
    this.#health.addToServer(this.#server);
  }

  /** Serves a service; call it before `listen`. @param feeds - of a contract with streams */
  add<Contract extends RpcContract>(
    contract: Contract,
    handlers: RpcCalls<Contract>,
    ...[feeds]: FeedsOf<Contract>
  ): void {
    const { service } = loadProto(contract, this.#deps.protoFolder);
    const calls = Object.entries(contract.methods).map(([name, method]) => [
      wireName(name),
      this.#serve(
        { name: contract.name, method: wireName(name) },
        method,
        handlers[name] as (request: unknown) => Promise<unknown>,
      ),
    ]);
    const streams = Object.entries(contract.streams).map(([name, stream]) => [
      wireName(name),
      this.#feed(
        { name: contract.name, method: wireName(name) },
        stream,
        (feeds as RpcFeeds<RpcContract>)[name] as Feeder,
      ),
    ]);
    this.#server.addService(withReaders(service), Object.fromEntries([...calls, ...streams]));
    this.#health.setStatus(contract.name, 'SERVING');
  }

  /** @returns the port @throws {Error} when it is taken, or a file of TLS cannot be read */
  async listen({
    port,
    address,
  }: {
    readonly port: number;
    readonly address: string;
  }): Promise<number> {
    const credentials = serverCredentials(this.#deps.tls);
    const listening = Promise.withResolvers<number>();
    this.#server.bindAsync(hostPort(address, port), credentials, (error, boundPort) => {
      if (error === null) listening.resolve(boundPort);
      else listening.reject(error);
    });
    const bound = await listening.promise;
    this.#health.setStatus('', 'SERVING');
    return bound;
  }

  /** Callers are told to go elsewhere; what is being served may end within `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#health.setStatus('', 'NOT_SERVING');
    // By themselves they would not end.
    for (const feed of this.#feeds) feed.leave();
    const closed = Promise.withResolvers<void>();
    const timer = setTimeout(() => this.#server.forceShutdown(), graceMs);
    this.#server.tryShutdown(() => closed.resolve());
    await closed.promise;
    clearTimeout(timer);
  }

  #serve(
    { name, method }: { readonly name: string; readonly method: string },
    { request, reply }: RpcMethod<z.ZodType, z.ZodType>,
    handle: (request: unknown) => Promise<unknown>,
  ): handleUnaryCall<RpcMessage, RpcMessage> {
    const { clock, metrics } = this.#deps;
    const label = labelOf(name, method);
    const path = `/${name}/${method}`;
    return (call, respond) => {
      const startedMs = clock.monotonicMs();
      const tell = (outcome: string) =>
        metrics.called('server', label, outcome, clock.monotonicMs() - startedMs);
      const leftMs = Number(call.getDeadline()) - clock.wallMs();
      if (leftMs <= 0) {
        // Its caller has gone: done all the same, nobody would know.
        const late = new GameError('SERVICE_UNAVAILABLE');
        tell(late.code);
        respond(toServiceError(late));
        return;
      }
      const context = {
        traceparent: headerOf(call.metadata, 'traceparent'),
        deadlineMs: startedMs + leftMs,
      };
      const answer = async () => {
        this.#admit(path, call);
        return z.encode(reply, await handle(parse(request, call.request))) as RpcMessage;
      };
      const spec = {
        ...{ name: label, kind: SpanKind.SERVER, parent: context.traceparent },
        facts: { 'rpc.method': label },
      };
      inCallContext(context, () => inSpan(spec, answer)).then(
        (message) => {
          tell('ok');
          respond(null, message);
        },
        (thrown: unknown) => {
          const error = thrown instanceof GameError ? thrown : new GameError('INTERNAL');
          tell(error.code);
          this.#logFailure(thrown, label);
          respond(toServiceError(thrown));
        },
      );
    };
  }

  #feed(
    { name, method }: { readonly name: string; readonly method: string },
    { request, item }: RpcStream<z.ZodType, z.ZodType>,
    feeder: Feeder,
  ): handleServerStreamingCall<RpcMessage, RpcMessage> {
    const label = labelOf(name, method);
    const path = `/${name}/${method}`;
    return (call) => {
      const feed = new ServedFeed(call, item, (thrown) => this.#logFailure(thrown, label));
      this.#feeds.add(feed);
      feed.onClose(() => this.#feeds.delete(feed));
      const begin = async () => {
        this.#admit(path, call);
        await feeder(parse(request, call.request), feed);
      };
      begin().catch((thrown: unknown) => feed.end(thrown));
    };
  }

  /** As for requests (error-renderer.ts): the caller gets the code, and only this log has the cause. */
  #logFailure(thrown: unknown, method: string): void {
    if (thrown instanceof GameError && !thrown.isFailure) return;
    this.#deps.log.error({ err: thrown, method }, 'call failed');
  }

  /** @throws {GameError} `PEER_UNKNOWN`, `BAD_REQUEST` for what is no message at all */
  #admit(
    path: string,
    { metadata, request }: { readonly metadata: Metadata; readonly request: unknown },
  ): void {
    const isPeer = this.#gate.admits(metadata, path, this.#deps.clock.wallMs());
    if (!isPeer) throw new GameError('PEER_UNKNOWN');
    if (request === UNREADABLE) {
      throw new GameError('BAD_REQUEST', {}, { message: 'This is no message of this method.' });
    }
  }
}

/** For people: `ProfileService/ReadProfile`. */
function labelOf(name: string, method: string): string {
  return `${name.slice(name.lastIndexOf('.') + 1)}/${method}`;
}

/** The same methods, which hand on {@link UNREADABLE} for what they cannot read. */
function withReaders(service: ServiceDefinition): ServiceDefinition {
  const methods = Object.entries(service).map(([name, method]) => {
    const requestDeserialize = (bytes: Buffer): unknown => {
      try {
        return method.requestDeserialize(bytes);
      } catch {
        // Whose bytes they are is not known yet: what is wrong with them is told to nobody.
        return UNREADABLE;
      }
    };
    return [name, { ...method, requestDeserialize }];
  });
  return Object.fromEntries(methods);
}

type Feeder = (request: unknown, feed: ServedFeed) => Promise<void>;

type FeedsOf<Contract extends RpcContract> = keyof Contract['streams'] extends never
  ? []
  : [feeds: RpcFeeds<Contract>];
