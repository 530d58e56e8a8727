import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type Metadata,
  type MethodDefinition,
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
import { asIs, LANE_PATH, MOST_REPLY_BYTES } from './lane-wire.ts';
import { loadProto, wireName } from './load-proto.ts';
import { headerOf, PeerGate, signatureIn } from './peer-call.ts';
import type {
  RpcCalls,
  RpcContract,
  RpcFeeds,
  RpcMessage,
  RpcMethod,
  RpcStream,
} from './rpc-contract.ts';
import type { RpcEndDeps } from './rpc-end.ts';
import { endWithError, toServiceError } from './rpc-error.ts';
import { serverCredentials } from './rpc-tls.ts';
import { ServedFeed } from './served-feed.ts';
import { type LaneMethod, ServedLane } from './served-lane.ts';

export interface RpcServerDeps extends RpcEndDeps {
  readonly log: Logger;
}

/** Largest message: a full profile with its JSON, several times over. */
const MOST_BYTES = 1024 * 1024;

/** What of the largest message is not the reply. */
const FRAME_BYTES = 1024;

/** A call as its method gets it, whichever way it came. */
interface IncomingCall {
  readonly peer: string;
  readonly traceparent: string;
  readonly leftMs: number;
  readonly request: unknown;
}

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
  readonly #lanes = new Set<ServedLane>();
  /** What can be called by lane. */
  readonly #methods = new Map<string, LaneMethod>();
  #isClosing = false;

  constructor(deps: RpcServerDeps) {
    this.#deps = deps;
    this.#gate = new PeerGate(deps.key);
    this.#health.addToServer(this.#server);
    this.#server.addService({ Exchange: EXCHANGE }, { Exchange: this.#lane });
  }

  /** Serves a service; call it before `listen`. @param feeds - of a contract with streams */
  add<Contract extends RpcContract>(
    contract: Contract,
    handlers: RpcCalls<Contract>,
    ...[feeds]: FeedsOf<Contract>
  ): void {
    const service = withReaders(loadProto(contract, this.#deps.protoFolder).service);
    const calls = Object.entries(contract.methods).map(([name, method]) => {
      const handle = handlers[name] as (request: unknown) => Promise<unknown>;
      const serve = this.#serve({ name: contract.name, method: wireName(name) }, method, handle);
      const { path, requestDeserialize, responseSerialize } = service[wireName(name)] as Wire;
      this.#methods.set(path, async ({ request, ...call }) =>
        responseSerialize(await serve({ ...call, request: requestDeserialize(request) })),
      );
      return [wireName(name), this.#plainly(serve)];
    });
    const streams = Object.entries(contract.streams).map(([name, stream]) => [
      wireName(name),
      this.#feed(
        { name: contract.name, method: wireName(name) },
        stream,
        (feeds as RpcFeeds<RpcContract>)[name] as Feeder,
      ),
    ]);
    this.#server.addService(service, Object.fromEntries([...calls, ...streams]));
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
    this.#isClosing = true;
    for (const lane of this.#lanes) lane.leave();
    const closed = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      // The library does not: without its books (channelz) it has forgotten whose they are.
      for (const lane of this.#lanes) lane.hangUp(new GameError('SERVICE_UNAVAILABLE'));
      this.#server.forceShutdown();
    }, graceMs);
    this.#server.tryShutdown(() => closed.resolve());
    await closed.promise;
    clearTimeout(timer);
  }

  /** @returns serves one call; what it throws is for the caller */
  #serve(
    { name, method }: { readonly name: string; readonly method: string },
    { request, reply }: RpcMethod<z.ZodType, z.ZodType>,
    handle: (request: unknown) => Promise<unknown>,
  ): (call: IncomingCall) => Promise<RpcMessage> {
    const { clock, metrics } = this.#deps;
    const label = labelOf(name, method);
    const path = `/${name}/${method}`;
    return async (call) => {
      const { traceparent, leftMs } = call;
      const startedMs = clock.monotonicMs();
      const tell = (outcome: string) =>
        metrics.called('server', label, outcome, clock.monotonicMs() - startedMs);
      if (leftMs <= 0) {
        // Its caller has gone: done all the same, nobody would know.
        const late = new GameError('SERVICE_UNAVAILABLE');
        tell(late.code);
        throw late;
      }
      const answer = async () => {
        this.#admit(path, call);
        return z.encode(reply, await handle(parse(request, call.request))) as RpcMessage;
      };
      const spec = {
        ...{ name: label, kind: SpanKind.SERVER, parent: traceparent },
        facts: { 'rpc.method': label },
      };
      const context = { traceparent, deadlineMs: startedMs + leftMs };
      try {
        const message = await inCallContext(context, () => inSpan(spec, answer));
        tell('ok');
        return message;
      } catch (thrown) {
        tell(thrown instanceof GameError ? thrown.code : 'INTERNAL');
        this.#logFailure(thrown, label);
        throw thrown;
      }
    };
  }

  #plainly(
    serve: (call: IncomingCall) => Promise<RpcMessage>,
  ): handleUnaryCall<RpcMessage, RpcMessage> {
    return (call, respond) => {
      const { metadata, request } = call;
      const leftMs = Number(call.getDeadline()) - this.#deps.clock.wallMs();
      serve({ ...headOf(metadata), leftMs, request }).then(
        (message) => respond(null, message),
        (thrown: unknown) => respond(toServiceError(thrown)),
      );
    };
  }

  /** Begins a lane. */
  readonly #lane: handleBidiStreamingCall<Buffer, Buffer> = (stream) => {
    const { clock, metrics } = this.#deps;
    if (!this.#gate.admits(stream.metadata, LANE_PATH, clock.wallMs())) {
      endWithError(stream, new GameError('PEER_UNKNOWN'));
      return;
    }
    const deps = { clock, methods: this.#methods, mostReplyBytes: MOST_REPLY_BYTES - FRAME_BYTES };
    const lane = new ServedLane(stream, deps, () => {
      this.#lanes.delete(lane);
      metrics.lanes('server', -1);
    });
    this.#lanes.add(lane);
    metrics.lanes('server', 1);
    if (this.#isClosing) lane.leave();
  };

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
        this.#admit(path, { ...headOf(call.metadata), request: call.request });
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
  #admit(path: string, { peer, request }: Pick<IncomingCall, 'peer' | 'request'>): void {
    const isPeer = this.#gate.admitsSignature(peer, path, this.#deps.clock.wallMs());
    if (!isPeer) throw new GameError('PEER_UNKNOWN');
    if (request === UNREADABLE) {
      throw new GameError('BAD_REQUEST', {}, { message: 'This is no message of this method.' });
    }
  }
}

/** A lane, its messages as bytes: the library would take what cannot be read for a fault of the server. */
const EXCHANGE: MethodDefinition<Buffer, Buffer> = {
  path: LANE_PATH,
  ...{ requestStream: true, responseStream: true },
  ...{ requestSerialize: asIs, requestDeserialize: asIs },
  ...{ responseSerialize: asIs, responseDeserialize: asIs },
};

type Wire = MethodDefinition<RpcMessage, RpcMessage>;

function headOf(metadata: Metadata): Pick<IncomingCall, 'peer' | 'traceparent'> {
  return { peer: signatureIn(metadata), traceparent: headerOf(metadata, 'traceparent') };
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
