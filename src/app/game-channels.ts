import type { NodeInfo } from '../cluster/node-info.ts';
import type { MeridianConfig } from '../config/config.ts';
import { GAME_RPC } from '../matchmaking/queue/match-placer-rpc.ts';
import type { NodeMetrics } from '../telemetry/metrics.ts';
import { RpcChannel } from '../transport/rpc/rpc-channel.ts';
import type { RpcCalls } from '../transport/rpc/rpc-contract.ts';
import type { RpcEndDeps } from '../transport/rpc/rpc-end.ts';
import { rpcDeps } from './rpc.ts';

/** The ways to the nodes of a region that have rooms: one each, for as long as the node lives. */
export class GameChannels {
  readonly #rpc: RpcEndDeps;
  readonly #nodes: () => readonly NodeInfo[];
  readonly #channels = new Map<string, RpcChannel<typeof GAME_RPC>>();

  constructor({
    config,
    metrics,
    nodes,
  }: {
    readonly config: MeridianConfig;
    readonly metrics: NodeMetrics;
    readonly nodes: () => readonly NodeInfo[];
  }) {
    this.#rpc = rpcDeps(config, metrics);
    this.#nodes = nodes;
  }

  /** @param rpcAddress - `host:port` */
  at(rpcAddress: string): RpcCalls<typeof GAME_RPC> {
    const known = this.#channels.get(rpcAddress);
    if (known !== undefined) return known.calls;
    this.#forgetGone();
    const channel = new RpcChannel(GAME_RPC, rpcAddress, this.#rpc);
    this.#channels.set(rpcAddress, channel);
    return channel.calls;
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close();
    this.#channels.clear();
  }

  /** Nodes come and go with every deploy. */
  #forgetGone(): void {
    const addresses = new Set(this.#nodes().map((node) => node.rpcAddress));
    for (const [rpcAddress, channel] of this.#channels) {
      if (addresses.has(rpcAddress)) continue;
      channel.close();
      this.#channels.delete(rpcAddress);
    }
  }
}
