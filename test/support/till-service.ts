import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { systemClock } from '../../src/shared/clock.ts';
import { RpcMetrics } from '../../src/telemetry/rpc-metrics.ts';
import { callKey } from '../../src/transport/rpc/peer-call.ts';
import { RpcChannel } from '../../src/transport/rpc/rpc-channel.ts';
import {
  defineRpc,
  jsonField,
  NoReply,
  nullableField,
  type RpcCalls,
  type RpcFeeds,
  type RpcWatches,
} from '../../src/transport/rpc/rpc-contract.ts';
import { RpcServer } from '../../src/transport/rpc/rpc-server.ts';
import type { RpcTls } from '../../src/transport/rpc/rpc-tls.ts';

/** How long a test's call waits in all, ms. */
export const TILL_DEADLINE_MS = 2_000;

export const TILL_SECRET = 'a secret of at least thirty-two characters';
export const TILL_PROTO_FOLDER = join(import.meta.dirname, 'proto');

/** A small service with a bit of everything. */
export const TILL = defineRpc({
  name: 'meridian.test.till.v1.TillService',
  proto: 'till/v1/till.proto',
  methods: {
    payIn: {
      request: z.object({
        operationId: z.string().min(1),
        amount: z.int().positive(),
        note: nullableField(z.string()),
        receiptJson: jsonField(z.record(z.string(), z.json())),
      }),
      reply: z.object({
        balance: z.int(),
        note: nullableField(z.string()),
        receiptJson: jsonField(z.record(z.string(), z.json())),
      }),
      isIdempotent: true,
      deadlineMs: TILL_DEADLINE_MS,
    },
    ring: {
      request: z.object({}),
      reply: NoReply,
      isIdempotent: false,
      deadlineMs: TILL_DEADLINE_MS,
    },
  },
  streams: {
    follow: {
      request: z.object({ tillId: z.string().min(1) }),
      item: z.object({ balance: z.int(), note: nullableField(z.string()) }),
    },
  },
});

export type TillCalls = RpcCalls<typeof TILL>;
export type TillFeeds = RpcFeeds<typeof TILL>;

export interface TillOptions {
  readonly secret?: string;
  readonly tls?: RpcTls | null;
  /** Gets each line of the log. */
  readonly logged?: (line: string) => void;
}

function depsOf({ secret = TILL_SECRET, tls = null, logged = () => {} }: TillOptions) {
  const registry = new Registry();
  return {
    registry,
    clock: systemClock,
    log: pino({}, { write: logged }),
    metrics: new RpcMetrics(registry),
    key: callKey(secret),
    tls,
    protoFolder: TILL_PROTO_FOLDER,
  };
}

/** A till that serves on a port of loopback. */
export class TillServer implements AsyncDisposable {
  readonly port: number;
  readonly registry: Registry;
  readonly #server: RpcServer;

  static async start(
    { follow = async () => {}, ...calls }: Partial<TillCalls & TillFeeds>,
    options: TillOptions = {},
  ): Promise<TillServer> {
    const { registry, ...deps } = depsOf(options);
    const server = new RpcServer(deps);
    server.add(
      TILL,
      {
        payIn: async ({ amount, note, receiptJson }) => ({ balance: amount, note, receiptJson }),
        ring: async () => undefined,
        ...calls,
      },
      { follow },
    );
    const port = await server.listen({ port: 0, address: '127.0.0.1' });
    return new TillServer(server, port, registry);
  }

  private constructor(server: RpcServer, port: number, registry: Registry) {
    this.#server = server;
    this.port = port;
    this.registry = registry;
  }

  /** As a service does that stops. */
  async close(graceMs: number): Promise<void> {
    await this.#server.close(graceMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(0);
  }
}

/** A way to tills. */
export class TillChannel implements Disposable {
  readonly calls: TillCalls;
  readonly watches: RpcWatches<typeof TILL>;
  readonly registry: Registry;
  readonly #channel: RpcChannel<typeof TILL>;

  constructor(target: string, options: TillOptions = {}) {
    const { registry, ...deps } = depsOf(options);
    this.registry = registry;
    this.#channel = new RpcChannel(TILL, target, deps);
    this.calls = this.#channel.calls;
    this.watches = this.#channel.watches;
  }

  [Symbol.dispose](): void {
    this.#channel.close();
  }
}
