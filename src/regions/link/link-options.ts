import type { LinkThresholds } from './link-status.ts';

/** How a link behaves; the same on every node of a region. */
export interface LinkOptions extends LinkThresholds {
  /** Messages that may wait for one peer; beyond, they are refused. At 2000 a second, 100 000 are 50 s without a link. */
  readonly outboxEntries: number;
  /** Messages the peer has and the outbox keeps: what a peer's Redis that fails over loses is sent again from these. */
  readonly keptEntries: number;
  /** Messages of one peer that may wait here to be handled; beyond, they wait at their source. More than `keptEntries`. */
  readonly inboxEntries: number;
  /** Entries read and carried at a time. Lower: less memory; a link of 250 ms RTT carries four times this a second. */
  readonly batchEntries: number;
  /** Longest a message waits for this region's Redis before it is `unconfirmed`, ms. */
  readonly sendTimeoutMs: number;
  /** Messages of one peer that may wait in this process for this region's Redis. */
  readonly sendBacklog: number;
  /** Longest call to another region's Redis, ms. More than its RTT and a batch. */
  readonly remoteTimeoutMs: number;
  /** How often a region says that it is there, with its snapshots, ms. */
  readonly heartbeatMs: number;
  /** Life of a turn (bridge, work), ms: how long nobody carries after a node died. */
  readonly turnTtlMs: number;
  /** How often a turn is asked for or kept, ms. */
  readonly turnRenewMs: number;
  /** Longest a handler may take, ms; then it failed. */
  readonly handlerTimeoutMs: number;
}

export const DEFAULT_LINK_OPTIONS: LinkOptions = {
  outboxEntries: 100_000,
  keptEntries: 1_000,
  inboxEntries: 100_000,
  batchEntries: 512,
  sendTimeoutMs: 2_000,
  sendBacklog: 10_000,
  remoteTimeoutMs: 5_000,
  heartbeatMs: 1_000,
  turnTtlMs: 1_500,
  turnRenewMs: 300,
  handlerTimeoutMs: 5_000,
  laggingAfterMs: 1_000,
  cutAfterMs: 5_000,
};

/** Which two regions, seen from here, and who this node is. */
export interface LinkEnds {
  readonly regionId: string;
  readonly peerId: string;
  readonly nodeId: string;
}
