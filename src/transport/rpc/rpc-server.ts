import {
  type handleUnaryCall,
  Server,
  type ServerUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { z } from 'zod';
import { GameError } from '../../errors/game-error.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { parse } from '../http/parse.ts';
import { inCallContext } from './call-context.ts';
import { loadProto, wireName } from './load-proto.ts';
import { headerOf, isPeerCall } from './peer-call.ts';
import type { RpcCalls, RpcContract, RpcMethod } from './rpc-contract.ts';
import type { RpcEndDeps } from './rpc-end.ts';
import { toServiceError } from './rpc-error.ts';
import { serverCredentials } from './rpc-tls.ts';

type Message = Readonly<Record<string, unknown>>;

export interface RpcServerDeps extends RpcEndDeps {
  readonly log: Logger;
}

/** Largest message: a full profile with its JSON, several times over. */
const MOST_BYTES = 1024 * 1024;

/** Stands for bytes that are no message of its method: gRPC would call that a fault of the server. */
const UNREADABLE: Message = Object.freeze({});

/** The port where other services call this one: gRPC, with the standard health service. Never public. */
export class RpcServer {
  readonly #deps: RpcServerDeps;
  readonly #server = new Server({
    'grpc.max_receive_message_length': MOST_BYTES,
    // A caller behind a dead link is noticed, and its calls end.
    'grpc.keepalive_time_ms': 20_000,
    'grpc.keepalive_timeout_ms': 5_000,
  });
  readonly #health = new HealthImplementation();

  constructor(deps: RpcServerDeps) {
    this.#deps = deps;
    this.#health.addToServer(this.#server);
  }

  /** Serves a service; call it before `listen`. */
  add<Contract extends RpcContract>(contract: Contract, handlers: RpcCalls<Contract>): void {
    const { service } = loadProto(contract, this.#deps.protoFolder);
    const calls = Object.entries(contract.methods).map(([name, method]) => [
      wireName(name),
      this.#serve(
        { name: contract.name, method: wireName(name) },
        method,
        handlers[name] as (request: unknown) => Promise<unknown>,
      ),
    ]);
    this.#server.addService(withReaders(service), Object.fromEntries(calls));
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
    const host = address.includes(':') ? `[${address}]` : address;
    const listening = Promise.withResolvers<number>();
    this.#server.bindAsync(`${host}:${port}`, credentials, (error, boundPort) => {
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
  ): handleUnaryCall<Message, Message> {
    const { clock, key, log, metrics } = this.#deps;
    const label = `${name.slice(name.lastIndexOf('.') + 1)}/${method}`;
    const path = `/${name}/${method}`;
    const answer = async (call: ServerUnaryCall<Message, Message>): Promise<Message> => {
      if (!isPeerCall(call.metadata, key, path, clock.wallMs()))
        throw new GameError('PEER_UNKNOWN');
      if (call.request === UNREADABLE) {
        throw new GameError('BAD_REQUEST', {}, { message: 'This is no message of this method.' });
      }
      const value = parse(request, call.request);
      return z.encode(reply, await handle(value)) as Message;
    };
    return (call, respond) => {
      const startedMs = clock.monotonicMs();
      const tell = (outcome: string) =>
        metrics.called('server', label, outcome, clock.monotonicMs() - startedMs);
      const leftMs = Number(call.getDeadline()) - clock.wallMs();
      const context = {
        traceparent: headerOf(call.metadata, 'traceparent'),
        deadlineMs: startedMs + leftMs,
      };
      inCallContext(context, () => answer(call)).then(
        (message) => {
          tell('ok');
          respond(null, message);
        },
        (thrown: unknown) => {
          const code = thrown instanceof GameError ? thrown.code : 'INTERNAL';
          tell(code);
          if (code === 'INTERNAL') log.error({ err: thrown, method: label }, 'call failed');
          respond(toServiceError(thrown));
        },
      );
    };
  }
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
