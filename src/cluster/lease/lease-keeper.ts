import type { Clock } from '../../shared/clock.ts';
import type { Peer, PeerAnswer } from '../peers/ask-peer.ts';
import { ClusterClock } from './cluster-clock.ts';
import type { LeaseMemory } from './lease-memory.ts';
import { cutOffAfterMs, heldUntilMs, isOutage, type LeaseTimes } from './lease-rules.ts';

// Keeps the lease of one node. Renewals leave at a steady pace and do not wait for each other; each counts from when it was
// sent, whenever its answer comes. Time runs to the right:
//
//   sent ───────────── ttl ──────────────▶ Redis lets go
//   sent ─────── ttl − 5 % ──────▶ we let go                                       (lease-rules.ts)
//
// Redis is silent for longer than 2.5 renewals ("cut off"): ask the peers. When more than half of the nodes that lived, this
// one among them, is cut off as well, the lease is held for another ttl from the moment q the question was asked. This only
// extends what is still held; what has lapsed, Redis alone gives back.
//
// Why nobody takes the rooms meanwhile. A watcher W declares a node dead only
//   (1) after it has renewed without failure or silence for 2 × ttl, and
//   (2) when the nodes that are silent in Redis, or were within 2 × ttl, are at most half of those that lived together, or the
//       process of the one it declares is known to be gone, or outageMaxMs have passed   (failure-detector.ts).
// Was W among the majority that said "cut off" at q? Then its steady time starts after q, and (1) lets it declare at
// q + 2 × ttl at the earliest; we let go at q + ttl. Was it not? Then that majority is silent in Redis at q, and (2) forbids it
// until then.
// Before q we held a lease that Redis had, so nobody could declare us dead either.
// No vote holds longer than outageMaxMs after the last renewal, which is when (2) opens again.

export type Renewal =
  | {
      readonly kind: 'renewed';
      /** Redis' clock, ms since the epoch. */
      readonly serverMs: number;
      /** Redis did not know the lease: it is the first, it had run out, or Redis lost what it had. */
      readonly isNew: boolean;
    }
  | { readonly kind: 'dead' };

export type LeaseEvent =
  | { readonly kind: 'renewed' }
  | { readonly kind: 'renewal-failed' }
  /** Told when it is held again; the main thread may have slept through it. */
  | {
      readonly kind: 'had-lapsed';
      /** When it ran out; monotonic, ms. */
      readonly sinceMs: number;
    }
  | { readonly kind: 'redis-back' }
  | { readonly kind: 'voted'; readonly isHeld: boolean }
  | { readonly kind: 'dead' };

export interface LeaseKeeperDeps {
  readonly clock: Clock;
  readonly memory: LeaseMemory;
  /** Renews in Redis. @throws when it does not answer */
  readonly renew: () => Promise<Renewal>;
  /** The other nodes that lived when Redis was last reached. */
  readonly peers: () => readonly Peer[];
  readonly askPeer: (peer: Peer) => Promise<PeerAnswer>;
  readonly onEvent: (event: LeaseEvent) => void;
}

export class LeaseKeeper {
  readonly #deps: LeaseKeeperDeps;
  readonly #times: LeaseTimes;
  readonly #clusterClock = new ClusterClock();
  /** Time of the last confirmation; null before the first. */
  #renewedAtMs: number | null = null;
  #hasFailed = false;
  #isVoting = false;
  #hasEnded = false;

  constructor(deps: LeaseKeeperDeps, times: LeaseTimes) {
    this.#deps = deps;
    this.#times = times;
  }

  /** Time since Redis last confirmed the lease, ms; infinite before it did. */
  sinceRenewedMs(): number {
    if (this.#renewedAtMs === null) return Number.POSITIVE_INFINITY;
    return this.#deps.clock.monotonicMs() - this.#renewedAtMs;
  }

  /** One renewal. Call it every `renewMs`, whether or not the last one was answered. Never throws. */
  async renew(): Promise<void> {
    const { clock, onEvent } = this.#deps;
    if (this.#hasEnded) return;
    const sentAtMs = clock.monotonicMs();
    try {
      const renewal = await this.#deps.renew();
      if (this.#hasEnded) return;
      if (renewal.kind === 'dead') {
        this.end();
        onEvent({ kind: 'dead' });
      } else this.#confirmed(sentAtMs, renewal);
    } catch {
      // Why is in the log of the connection, once for an outage.
      this.#hasFailed = true;
      onEvent({ kind: 'renewal-failed' });
    }
  }

  /** Asks the peers when Redis has been silent for too long. Call it more often than `renew`. Never throws. */
  async vote(): Promise<void> {
    const { clock, memory, onEvent } = this.#deps;
    const askedAtMs = clock.monotonicMs();
    const isDue = this.sinceRenewedMs() > cutOffAfterMs(this.#times) && memory.isHeld(askedAtMs);
    if (!isDue || this.#isVoting || this.#hasEnded) return;
    this.#isVoting = true;
    const lastRenewedMs = this.#renewedAtMs ?? 0;
    const isMajority = await this.#isOutage();
    this.#isVoting = false;
    const untilMs = Math.min(
      heldUntilMs(askedAtMs, this.#times),
      lastRenewedMs + this.#times.outageMaxMs,
    );
    // While we asked, the lease may have run out, or Redis may have answered.
    const isStillHeld = memory.isHeld(clock.monotonicMs());
    if (this.#hasEnded || this.#renewedAtMs !== lastRenewedMs) return;
    if (isMajority && isStillHeld) this.#holdUntil(untilMs);
    onEvent({ kind: 'voted', isHeld: isMajority && isStillHeld });
  }

  /** Nothing is held from now on. */
  end(): void {
    this.#hasEnded = true;
    this.#deps.memory.markDead();
  }

  #confirmed(sentAtMs: number, { serverMs, isNew }: Extract<Renewal, { kind: 'renewed' }>): void {
    const { clock, memory, onEvent } = this.#deps;
    const receivedAtMs = clock.monotonicMs();
    const isFirst = this.#renewedAtMs === null;
    const hadLapsed = !isFirst && !memory.isHeld(receivedAtMs);
    const ranOutAtMs = memory.readMs('heldUntil');
    const wasCutOff = this.sinceRenewedMs() > cutOffAfterMs(this.#times);
    const isAfterOutage = isNew || wasCutOff || this.#hasFailed;
    this.#hasFailed = false;
    this.#renewedAtMs = receivedAtMs;
    if (isAfterOutage) memory.writeMs('steadySince', receivedAtMs);
    memory.writeMs('renewed', receivedAtMs);
    memory.writeMs('clockOffset', this.#clusterClock.add({ sentAtMs, receivedAtMs, serverMs }));
    this.#holdUntil(heldUntilMs(sentAtMs, this.#times));
    if (hadLapsed) onEvent({ kind: 'had-lapsed', sinceMs: ranOutAtMs });
    if (isFirst) onEvent({ kind: 'renewed' });
    else if (isAfterOutage) onEvent({ kind: 'redis-back' });
  }

  async #isOutage(): Promise<boolean> {
    const peers = this.#deps.peers();
    const answers = await Promise.all(peers.map((peer) => this.#deps.askPeer(peer)));
    const cutOffMs = cutOffAfterMs(this.#times);
    return isOutage({
      known: peers.length + 1,
      gone: answers.filter(({ kind }) => kind === 'gone').length,
      cutOff: 1 + answers.filter((a) => a.kind === 'alive' && a.sinceRenewedMs > cutOffMs).length,
    });
  }

  #holdUntil(untilMs: number): void {
    const { memory } = this.#deps;
    if (untilMs > memory.readMs('heldUntil')) memory.writeMs('heldUntil', untilMs);
  }
}
