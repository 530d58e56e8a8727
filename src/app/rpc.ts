import type { MeridianConfig } from '../config/config.ts';
import { systemClock } from '../shared/clock.ts';
import type { Closers } from '../shared/closers.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import { callKey } from '../transport/rpc/peer-call.ts';
import type { RpcEndDeps } from '../transport/rpc/rpc-end.ts';
import type { RpcServer } from '../transport/rpc/rpc-server.ts';
import { ListenError } from './listen.ts';

/** Share of the shutdown deadline in which calls that are being served may end. */
const CALLS_SHARE_OF_DEADLINE = 0.5;

/** A service of this process that others may call. */
export interface RpcOffer {
  /** Adds it to the port where they call. */
  readonly serve: (rpc: RpcServer) => void;
}

/** What both ends of calls between services need. */
export function rpcDeps(
  { rpc, auth }: Pick<MeridianConfig, 'rpc' | 'auth'>,
  metrics: NodeMetrics,
): RpcEndDeps {
  const { tlsCaPath: caPath, tlsCertPath: certPath, tlsKeyPath: keyPath } = rpc;
  return {
    clock: systemClock,
    metrics: metrics.rpc,
    key: callKey(rpc.secret === '' ? auth.jwtSecret : rpc.secret),
    tls: caPath === '' ? null : { caPath, certPath, keyPath },
  };
}

/**
 * Opens the port where other services call this process, if it offers them something.
 *
 * @returns the port it got; null: none
 * @throws {ListenError} when it is taken
 */
export async function openRpcPort(
  deps: {
    readonly config: MeridianConfig;
    readonly offers: readonly RpcOffer[];
    readonly log: Logger;
    readonly metrics: NodeMetrics;
  },
  closers: Closers,
): Promise<number | null> {
  const { config, offers, log, metrics } = deps;
  if (offers.length === 0) return null;
  const server = await import('../transport/rpc/rpc-server.ts');
  const rpc = new server.RpcServer({ ...rpcDeps(config, metrics), log });
  for (const offer of offers) offer.serve(rpc);
  const { port, bindAddress: address } = config.rpc;
  const bound = await rpc.listen({ port, address }).catch((cause: Error) => {
    const where = `${address}:${port} (MERIDIAN_RPC_PORT)`;
    throw new ListenError(`Cannot listen on ${where}: ${cause.message}`, { cause });
  });
  const graceMs = config.process.shutdownDeadlineMs * CALLS_SHARE_OF_DEADLINE;
  closers.push('calls', () => rpc.close(graceMs));
  return bound;
}
