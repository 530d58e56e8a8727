import type { LinkDelivery, LinkKind, LinkMessage } from './link-message.ts';
import type { LinkStatus } from './link-status.ts';

// The link between regions: messages of one region to another, each region with a Redis of its own. What may be relied on is
// docs/spec/region-link.md, why it is built so docs/adr/0007-region-link.md.
//
//   region A                                              region B
//   send() ──▶ out (Redis of A) ──▶ bridge, one node of A ──▶ in (Redis of B) ─┬▶ work: one node
//                  └── trimmed when B has it                                   └▶ news: every node

export interface OutgoingMessage<Body> {
  readonly kind: LinkKind<Body>;
  readonly body: Body;
  /** Nobody wants it after this; wall clock, ms. */
  readonly expiresAtMs?: number;
  /** Of an earlier try that was `unconfirmed`: it is then sent once. A new one when absent. */
  readonly id?: string;
}

/**
 * Why a message is not on its way.
 *
 * - `outbox-full`: the peer has taken nothing for long. The peer will be told that something is missing.
 * - `unconfirmed`: this region's Redis did not answer in time. It may have it; sent again under its id it arrives once.
 * - `too-large` (above 64 KiB as JSON), `malformed` (no JSON, an id that is no ULID, a time that is no whole number),
 *   `unknown-region`, `stopped`: it never will be.
 */
export type SendRefusal =
  | 'outbox-full'
  | 'unconfirmed'
  | 'too-large'
  | 'malformed'
  | 'unknown-region'
  | 'stopped';

export type SendOutcome =
  /** This region's Redis has it: it arrives, or expires, or the peer is told that something is missing. */
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly id: string; readonly reason: SendRefusal };

/** What a handler may want to know besides the message. */
export interface LinkArrival {
  readonly fromRegionId: string;
  /** A node that died or lost its turn may have handled it already, or it was here before this region's Redis lost it. */
  readonly mayBeRepeated: boolean;
}

export type LinkHandler<Body> = (
  message: LinkMessage<Body>,
  arrival: LinkArrival,
) => Promise<void> | void;

/** Something of a region is missing here: whoever keeps a copy of its state gets it anew. */
export type LinkGapHandler = (regionId: string) => Promise<void> | void;

export interface RegionLink {
  readonly regionId: string;
  /** The other regions. */
  readonly peers: readonly string[];

  /** Resolves when this region's Redis has it, or with the reason why not. Never rejects. */
  send<Body>(toRegionId: string, message: OutgoingMessage<Body>): Promise<SendOutcome>;

  /** Sends to every peer, under one id; the outcomes by region. */
  broadcast<Body>(message: OutgoingMessage<Body>): Promise<ReadonlyMap<string, SendOutcome>>;

  /**
   * Messages of a kind from a region, in the order in which they were sent, one after the other: the next waits until the
   * handler is done. Work whose handler throws is tried three times, then dropped and counted; news once. Before `start()`.
   *
   * @throws {TypeError} for a region that is no peer, or a kind that has a handler
   */
  onMessage<Body>(fromRegionId: string, kind: LinkKind<Body>, handler: LinkHandler<Body>): void;

  /**
   * Messages of that region are missing: refused by a full outbox, lost with a Redis, or removed by hand. Called once for each
   * gap, in its place among the messages: on every node (`news`) or on the one that takes work (`work`). Before `start()`.
   */
  onGap(fromRegionId: string, delivery: LinkDelivery, handler: LinkGapHandler): void;

  /** That region misses messages of ours; called on the node that carries them. Best effort: the peer hears of it for sure. */
  onPeerGap(toRegionId: string, handler: LinkGapHandler): void;

  /** @returns undefined for a region that is no peer */
  status(regionId: string): LinkStatus | undefined;
}
