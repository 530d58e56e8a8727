import type { MeridianConfig } from '../config/config.ts';
import { systemClock } from '../shared/clock.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import { callKey } from '../transport/rpc/peer-call.ts';
import type { RpcChannelDeps } from '../transport/rpc/rpc-channel.ts';

/** What both ends of calls between services need. */
export function rpcDeps(
  { rpc, auth }: Pick<MeridianConfig, 'rpc' | 'auth'>,
  metrics: NodeMetrics,
): RpcChannelDeps {
  const { tlsCaPath: caPath, tlsCertPath: certPath, tlsKeyPath: keyPath } = rpc;
  return {
    clock: systemClock,
    metrics: metrics.rpc,
    key: callKey(rpc.secret === '' ? auth.jwtSecret : rpc.secret),
    tls: caPath === '' ? null : { caPath, certPath, keyPath },
  };
}
