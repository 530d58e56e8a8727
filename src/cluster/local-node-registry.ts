import type { NodeInfo } from './node-info.ts';
import type { NodeRegistry } from './node-lease.ts';
import { NO_SHARES } from './release/build-shares.ts';

/** The region of a node that is alone. */
export class LocalNodeRegistry implements NodeRegistry {
  readonly knowsRooms = true;
  /** There is one build. */
  readonly shares = NO_SHARES;
  readonly #describe: () => NodeInfo;

  /** @param describe - this node, as of now */
  constructor(describe: () => NodeInfo) {
    this.#describe = describe;
  }

  get nodes(): readonly NodeInfo[] {
    return [this.#describe()];
  }

  find(nodeId: string): NodeInfo | undefined {
    return this.nodes.find((info) => info.nodeId === nodeId);
  }

  async isThere(): Promise<boolean> {
    return true;
  }

  /** Nobody is left to hear of the only one's death. */
  onDead(): void {}
}
