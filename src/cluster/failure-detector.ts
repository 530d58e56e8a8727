import type { NodeInfo } from './node-info.ts';
import type { RegionView, SeenLease } from './region-view.ts';

// Who lives, as one watcher judges it from what Redis shows. Pure: it is told what was seen, and when.
//
//   alive ──lease gone──▶ suspect ──verdict──▶ dead          (by us)
//     │ └──── renewal overdue, process gone ───────▲
//     └──────────────────────┴──── gone from the set of nodes ──▶ vanished: released, or declared dead by another
//
// A lease protects rooms from an owner that may still act. One whose process is known to be gone acts no more, so nobody waits
// for its lease: a kill is noticed after a missed renewal.
//
// It judges only while its own renewals have succeeded for the grace; until then what it knew stays as it was. Why, and why
// a suspect that cannot be asked waits while more than half of the nodes are silent: lease/lease-keeper.ts.

export interface FailureDetectorOptions {
  readonly selfId: string;
  readonly ttlMs: number;
  /** Age of a renewal beyond which a node that has a lease may be cut off from Redis. */
  readonly cutOffMs: number;
  /** Age of a renewal from which the node's process is asked for. */
  readonly overdueMs: number;
  readonly graceMs: number;
  readonly outageMaxMs: number;
}

interface Suspect {
  readonly sinceMs: number;
  /** We have seen each other live: it knows this node, and counts it when it asks for a vote. */
  readonly wasPeer: boolean;
}

export class FailureDetector {
  readonly #options: FailureDetectorOptions;
  readonly #alive = new Map<string, NodeInfo>();
  readonly #peers = new Set<string>();
  readonly #suspects = new Map<string, Suspect>();
  /** Nodes that have a lease and have missed a renewal. */
  readonly #overdue = new Set<string>();
  /** Others that have a lease and are cut off, or were until a moment ago: their votes may hold still. */
  #quiet = 0;
  /** Nodes that lived together when there was no suspect. Those that are known to be gone are taken off. */
  #electorate = 0;

  constructor(options: FailureDetectorOptions) {
    this.#options = options;
  }

  /** Nodes that live, as far as is known. */
  get nodes(): readonly NodeInfo[] {
    return [...this.#alive.values()];
  }

  get suspects(): readonly string[] {
    return [...this.#suspects.keys()];
  }

  /** Whose process is to be asked for: with a lease, the answer counts only when it is gone. */
  get overdue(): readonly string[] {
    return [...this.#overdue];
  }

  /**
   * Takes in what Redis shows.
   *
   * @param steadyForMs - how long this node's own renewals have succeeded
   * @returns nodes that are not in the set any more; whether they have a tombstone tells why
   */
  observe(view: RegionView, nowMs: number, steadyForMs: number): readonly string[] {
    const isJudging = steadyForMs >= this.#options.graceMs;
    if (!isJudging) {
      this.#suspects.clear();
      // Who was here before an outage may not know us any more, and ask others for its vote.
      this.#peers.clear();
    }
    this.#quiet = 0;
    this.#overdue.clear();
    for (const [nodeId, lease] of view) {
      if (lease !== null) this.#sawLease(nodeId, lease, isJudging);
      else if (isJudging && nodeId !== this.#options.selfId) this.#suspect(nodeId, nowMs);
    }
    const vanished = isJudging ? this.#forgetMissing(view) : [];
    if (this.#suspects.size === 0) this.#electorate = this.#alive.size;
    return vanished;
  }

  /** @param gone - suspects and overdue nodes that have a tombstone, or whose process is known to be gone */
  verdict(nowMs: number, gone: ReadonlySet<string>): readonly string[] {
    const peers = [...this.#suspects].filter(([, { wasPeer }]) => wasPeer);
    const gonePeers = peers.filter(([nodeId]) => gone.has(nodeId)).length;
    const silent = peers.length - gonePeers + this.#quiet;
    const isMajoritySilent = 2 * silent > this.#electorate - gonePeers;
    const { outageMaxMs, graceMs } = this.#options;
    const ended = [...this.#overdue].filter((nodeId) => gone.has(nodeId));
    const dead = [...this.#suspects]
      .filter(
        ([nodeId, { sinceMs, wasPeer }]) =>
          gone.has(nodeId) ||
          (wasPeer && !isMajoritySilent) ||
          nowMs - sinceMs > outageMaxMs + graceMs,
      )
      .map(([nodeId]) => nodeId);
    return [...ended, ...dead];
  }

  /** It was declared dead. */
  declared(nodeId: string, isGone: boolean): void {
    if (isGone && this.#suspects.get(nodeId)?.wasPeer === true) this.#electorate -= 1;
    this.#alive.delete(nodeId);
    this.#overdue.delete(nodeId);
    this.#suspects.delete(nodeId);
    this.#peers.delete(nodeId);
  }

  #sawLease(nodeId: string, { info, remainingMs, wasSilent }: SeenLease, isJudging: boolean): void {
    this.#alive.set(nodeId, info);
    this.#suspects.delete(nodeId);
    if (nodeId === this.#options.selfId) return;
    const ageMs = this.#options.ttlMs - remainingMs;
    if (isJudging && ageMs > this.#options.overdueMs) this.#overdue.add(nodeId);
    const isFresh = ageMs <= this.#options.cutOffMs;
    if (!isFresh || wasSilent) this.#quiet += 1;
    // Within our grace it has had the time to see us too.
    else if (isJudging) this.#peers.add(nodeId);
  }

  #suspect(nodeId: string, nowMs: number): void {
    this.#alive.delete(nodeId);
    if (this.#suspects.has(nodeId)) return;
    this.#suspects.set(nodeId, { sinceMs: nowMs, wasPeer: this.#peers.has(nodeId) });
  }

  #forgetMissing(view: RegionView): readonly string[] {
    const missing = [...this.#alive.keys(), ...this.#suspects.keys()].filter(
      (nodeId) => !view.has(nodeId) && nodeId !== this.#options.selfId,
    );
    for (const nodeId of missing) {
      this.#alive.delete(nodeId);
      this.#suspects.delete(nodeId);
      this.#peers.delete(nodeId);
    }
    return missing;
  }
}
