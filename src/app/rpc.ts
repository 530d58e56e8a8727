import type { MeridianConfig } from '../config/config.ts';
import { systemClock } from '../shared/clock.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import { callKey } from '../transport/rpc/peer-call.ts';
import type { RpcEndDeps } from '../transport/rpc/rpc-end.ts';

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
