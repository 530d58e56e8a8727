import type { MeridianConfig } from '../config/config.ts';
import type { Closers } from '../shared/closers.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import { RpcServer } from '../transport/rpc/rpc-server.ts';
import { ListenError } from './listen.ts';
import { rpcDeps } from './rpc.ts';

/** Share of the shutdown deadline in which calls that are being served may end. */
const CALLS_SHARE_OF_DEADLINE = 0.5;

/**
 * Opens the port where other services call this process.
 *
 * @param add - its services
 * @returns the port
 * @throws {ListenError} when it is taken; {Error} when a file of TLS cannot be read
 */
export async function openRpcPort(
  {
    config,
    log,
    metrics,
  }: {
    readonly config: MeridianConfig;
    readonly log: Logger;
    readonly metrics: NodeMetrics;
  },
  add: (server: RpcServer) => void,
  closers: Closers,
): Promise<number> {
  const rpc = new RpcServer({ ...rpcDeps(config, metrics), log });
  add(rpc);
  const { port, bindAddress } = config.rpc;
  const boundPort = await rpc.listen({ port, address: bindAddress }).catch((cause: Error) => {
    const where = `${bindAddress}:${port} (MERIDIAN_RPC_PORT)`;
    throw new ListenError(`Cannot listen on ${where}: ${cause.message}`, { cause });
  });
  const { shutdownDeadlineMs } = config.process;
  closers.push('calls', () => rpc.close(shutdownDeadlineMs * CALLS_SHARE_OF_DEADLINE));
  return boundPort;
}
