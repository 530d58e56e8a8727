import type { RpcCalls } from '../transport/rpc/rpc-contract.ts';
import type { ANALYTICS_RPC } from './analytics-rpc.ts';
import type { ErasePlayerFromAnalytics } from './contract.ts';

/** Erasing by a service that runs elsewhere; throws what it throws, and `SERVICE_UNAVAILABLE`. */
export function analyticsClient(calls: RpcCalls<typeof ANALYTICS_RPC>): ErasePlayerFromAnalytics {
  return async (playerId) => void (await calls.erasePlayer({ playerId }));
}

/** The other end: what the service answers with. */
export function analyticsCalls(
  erasePlayer: ErasePlayerFromAnalytics,
): RpcCalls<typeof ANALYTICS_RPC> {
  return { erasePlayer: ({ playerId }) => erasePlayer(playerId) };
}
