/** What a node counts of its own life and of others'. */
export interface ClusterMetrics {
  /** One renewal of the lease failed. */
  leaseRenewalFailed(): void;
  /** The lease ran out: rooms are frozen until it is held again. */
  leaseLapsed(): void;
  /** Peers were asked because Redis does not answer; with a majority the lease is held on. */
  leaseVoted(outcome: 'held' | 'refused'): void;
  /** This node declared another one dead. */
  deathDeclared(): void;
}
