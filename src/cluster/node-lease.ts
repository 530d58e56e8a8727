import type { NodeInfo } from './node-info.ts';
import type { BuildShares } from './release/build-shares.ts';

// A node's proof of life, kept by a thread of its own so that a busy or blocked event loop is no reason to die, and no way
// to live on as a zombie:
//
//   held ──renewals fail──▶ held by vote (a majority cannot reach Redis either) ──▶ held
//    │         └──▶ lapsed (frozen: no step, no patch) ──renewal succeeds──▶ held
//    └─────────────────┴── another node declared us dead ──▶ dead (for good: the process ends)

export type LeasePhase = 'held' | 'lapsed' | 'dead';

export interface NodeLease {
  /**
   * Whether this node may act as the owner of its rooms right now. Reads shared memory and the monotonic clock; cheap enough
   * for every step of every room. False from the moment the lease could have run out, also right after SIGSTOP/SIGCONT.
   */
  isHeld(): boolean;
  readonly phase: LeasePhase;
  /** The lease lapsed, or is held again. */
  onPhase(listener: (phase: LeasePhase) => void): void;
  /** Redis answers again after an outage; rooms must be asserted again. */
  onRedisBack(listener: () => void): void;
  /** What the next renewal says of this node. */
  publish(info: NodeInfo): void;
  /** Redis' clock, ms since the epoch, carried on by the monotonic clock: the same on all nodes of a region within a few ms. */
  clusterNowMs(): number;
  /** Gives the lease back: nothing of this node is left to claim. */
  release(): Promise<void>;
}

/** Live and dying nodes of the region, as this node sees them. */
export interface NodeRegistry {
  /** Live nodes, this one included; refreshed several times a second. */
  readonly nodes: readonly NodeInfo[];
  /** What share of new rooms each build gets, as far as this node has heard. */
  readonly shares: BuildShares;
  find(nodeId: string): NodeInfo | undefined;
  /** Asks, where it can be asked: false when its process is known to be gone, though its lease may live. */
  isThere(nodeId: string): Promise<boolean>;
  /** False for a while after Redis was away: it may have come back empty, and its nodes have not told it of their rooms again. */
  readonly knowsRooms: boolean;
  /** A node whose lease ran out was declared dead, by us or by another; its rooms wait to be claimed. */
  onDead(listener: (nodeId: string) => void): void;
}
