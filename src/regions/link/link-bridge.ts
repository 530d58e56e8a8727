import type { Clock } from '../../shared/clock.ts';
import { redisKeys } from '../../storage/redis/redis-keys.ts';
import { type RedisClient, RedisScript } from '../../storage/redis/redis-script.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { awaitReady } from './await-ready.ts';
import { type CarriedRun, hasHoles, planCarry } from './carry-plan.ts';
import { INBOX_GROUP } from './inbox-streams.ts';
import { formatLinkId, LINK_START, type LinkId, parseLinkId } from './link-id.ts';
import { LinkLoop } from './link-loop.ts';
import type { LinkMetrics } from './link-metrics.ts';
import type { LinkEnds, LinkOptions } from './link-options.ts';
import { readStreams, type StreamEntry } from './link-streams.ts';

// Carries this region's outbox for one peer into the inbox there. One node of the region does it, whose turn it is.
//
//   XREAD out after cursor ──▶ apply-link-messages at the peer ──▶ acknowledge-link here ──▶ cursor
//        └ where it begins: what was acknowledged              └ trims the outbox
//
// Everything may be done twice and nothing is left out: after any failure it begins again with what was acknowledged, and the
// inbox skips what it has. An inbox that has less than was acknowledged (its Redis lost its newest) is filled up from
// what the outbox has kept; what is gone there too is a gap.

const APPLY = new RedisScript<
  [status: string, last: string, added: number, repeated: number, gaps: number, mended: number]
>('apply-link-messages');
const ACKNOWLEDGE = new RedisScript<number>('acknowledge-link');
const HEAR = new RedisScript<string>('hear-link');

/** Life of the inbox of an earlier epoch, ms: what is in it has been handled by then, or nobody is there to do it. */
const OLD_INBOX_LIFE_MS = 3_600_000;
/** A node whose turn it is not looks again after this, ms. */
const TURN_LOOK_MS = 100;
/** What a connection may take before it counts as trouble, ms. */
const DIAL_MS = 1_000;

export interface LinkBridgeDeps {
  /** This region's Redis, for short calls. */
  readonly redis: RedisClient;
  /** A connection for calls that block. */
  readonly openSource: () => RedisClient;
  readonly openPeer: () => RedisClient;
  readonly turn: { readonly isHeld: boolean };
  /** Messages of ours are missing at the peer. */
  readonly onPeerGap: () => void;
  readonly log: Logger;
  readonly metrics: LinkMetrics;
  readonly clock: Clock;
}

interface Lines {
  readonly source: RedisClient;
  readonly peer: RedisClient;
}

export class LinkBridge {
  readonly #deps: LinkBridgeDeps;
  readonly #ends: LinkEnds;
  readonly #options: LinkOptions;
  readonly #loop: LinkLoop;
  #lines: Lines | null = null;
  /** Stream id after which to read; null: what was acknowledged. */
  #cursor: string | null = null;
  /** The peer had everything up to here. */
  #confirmed: LinkId = LINK_START;
  #heartbeatDueMs = Number.NEGATIVE_INFINITY;
  /** When the peer was asked what it last answered, monotonic, ms. */
  #askedAtMs: number | null = null;
  #isTroubled = false;

  constructor(deps: LinkBridgeDeps, ends: LinkEnds, options: LinkOptions) {
    this.#deps = deps;
    this.#ends = ends;
    this.#options = options;
    this.#loop = new LinkLoop(() => this.#round(), {
      onFailure: (error) => this.#fail(error),
      // No later than a heartbeat is due anyway: the peer counts them.
      longestBackOffMs: options.heartbeatMs,
    });
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    const stopped = this.#loop.stop();
    // Ends a call that blocks.
    this.#hangUp();
    await stopped;
    this.#hangUp();
  }

  async #round(): Promise<void> {
    if (!this.#deps.turn.isHeld) {
      this.#hangUp();
      await this.#loop.pause(TURN_LOOK_MS);
      return;
    }
    this.#lines ??= await this.#dial();
    await this.#carry(this.#lines);
    if (!this.#isTroubled) return;
    this.#isTroubled = false;
    this.#deps.log.info({ peer: this.#ends.peerId }, 'the link carries again');
  }

  async #dial(): Promise<Lines> {
    const lines = { source: this.#deps.openSource(), peer: this.#deps.openPeer() };
    this.#lines = lines;
    await Promise.all([awaitReady(lines.source, DIAL_MS), awaitReady(lines.peer, DIAL_MS)]);
    return lines;
  }

  async #carry(lines: Lines): Promise<void> {
    if (this.#cursor === null) {
      this.#confirmed = await this.#acknowledged();
      this.#cursor = formatLinkId(this.#confirmed);
    }
    const entries = await this.#read(lines.source, this.#cursor);
    const before = this.#cursor;
    this.#cursor =
      entries.length > 0
        ? await this.#apply(lines.peer, entries, parseLinkId(before) ?? LINK_START)
        : await this.#afterSilence(before);
    const isBeat = this.#deps.clock.monotonicMs() >= this.#heartbeatDueMs;
    if (isBeat) this.#cursor = (await this.#beat(lines.peer)) ?? this.#cursor;
    if (isBeat || this.#cursor !== before) await this.#acknowledge(this.#cursor);
  }

  async #read(source: RedisClient, cursor: string): Promise<readonly StreamEntry[]> {
    const out = redisKeys.linkOut(this.#ends.peerId);
    const beatInMs = this.#heartbeatDueMs - this.#deps.clock.monotonicMs();
    // XREAD takes 0 for ever.
    const blockMs = Math.ceil(Math.min(this.#options.heartbeatMs, Math.max(1, beatInMs)));
    const read = ['XREAD', 'COUNT', this.#options.batchEntries, 'BLOCK', blockMs] as const;
    const streams = await readStreams(source, [...read, 'STREAMS', out, cursor]);
    return streams.get(out) ?? [];
  }

  /** @returns where to go on reading */
  async #apply(
    peer: RedisClient,
    entries: readonly StreamEntry[],
    cursor: LinkId,
  ): Promise<string> {
    const { log, metrics, clock } = this.#deps;
    const { peerId } = this.#ends;
    const holes = hasHoles(entries, cursor)
      ? await this.#holes()
      : { expired: null, refused: null };
    const confirmed = this.#confirmed;
    const plan = planCarry(entries, { cursor, confirmed, holes, nowMs: clock.wallMs() });
    for (const run of plan.runs) {
      const rewound = await this.#applyRun(peer, run);
      if (rewound !== null) return rewound;
    }
    if (plan.expired > 0) metrics.dropped(peerId, 'expired', plan.expired);
    if (plan.foreign > 0) {
      metrics.dropped(peerId, 'foreign', plan.foreign);
      log.warn({ peer: peerId, entries: plan.foreign }, 'foreign entries in an outbox are skipped');
    }
    return (entries.at(-1) as StreamEntry).id;
  }

  /** @returns null when all is there; where to go back to when the peer has less than was believed */
  async #applyRun(peer: RedisClient, run: CarriedRun): Promise<string | null> {
    const { regionId, peerId } = this.#ends;
    const askedAtMs = this.#deps.clock.monotonicMs();
    const [status, last, added, repeated, gaps, mended] = await APPLY.run(
      peer,
      [
        redisKeys.linkIn(regionId, run.epoch),
        redisKeys.linkEpochs(regionId),
        redisKeys.linkHeard(regionId),
      ],
      [
        ...[run.epoch, run.after, this.#options.inboxEntries, OLD_INBOX_LIFE_MS, INBOX_GROUP],
        ...run.items.flatMap((item) => [item.sequence, item.type, item.ulid, item.envelope]),
      ],
    );
    this.#askedAtMs = askedAtMs;
    this.#deps.metrics.carried(peerId, added, repeated);
    if (mended > 0) {
      this.#deps.metrics.dropped(peerId, 'foreign', mended);
      this.#deps.log.warn(
        { peer: peerId, entries: mended },
        'foreign entries in an inbox are gone',
      );
    }
    if (gaps > 0) this.#tellGap(gaps);
    if (status === 'ok') {
      this.#confirm({ epoch: run.epoch, sequence: Number(last) });
      return null;
    }
    if (status === 'behind') return `${run.epoch}-${last}`;
    throw new Error(status === 'full' ? 'the inbox of the peer is full' : status);
  }

  #confirm(id: LinkId): void {
    const { epoch, sequence } = this.#confirmed;
    // What is sent again is below what was confirmed before it was lost.
    if (id.epoch !== epoch || id.sequence > sequence) this.#confirmed = id;
  }

  #tellGap(gaps: number): void {
    const { peerId } = this.#ends;
    this.#deps.metrics.gap(peerId, 'out');
    this.#deps.log.warn({ peer: peerId, gaps }, 'messages for a region are missing there');
    this.#deps.onPeerGap();
  }

  /** Nothing new; or this region's Redis began anew, with ids below the cursor. */
  async #afterSilence(cursor: string): Promise<string> {
    const epoch = await this.#deps.redis.hget(redisKeys.linkState(this.#ends.peerId), 'epoch');
    const at = parseLinkId(cursor) ?? LINK_START;
    return Number(epoch ?? 0) < at.epoch ? formatLinkId(await this.#acknowledged()) : cursor;
  }

  async #acknowledged(): Promise<LinkId> {
    const key = redisKeys.linkState(this.#ends.peerId);
    return parseLinkId((await this.#deps.redis.hget(key, 'acknowledged')) ?? '') ?? LINK_START;
  }

  async #holes() {
    const key = redisKeys.linkState(this.#ends.peerId);
    const [expired, refused] = await this.#deps.redis.hmget(key, 'expired', 'refused');
    return { expired: parseLinkId(expired ?? ''), refused: parseLinkId(refused ?? '') };
  }

  async #acknowledge(cursor: string): Promise<void> {
    const { peerId } = this.#ends;
    const { epoch, sequence } = parseLinkId(cursor) ?? LINK_START;
    const askedAgoMs =
      this.#askedAtMs === null ? -1 : Math.ceil(this.#deps.clock.monotonicMs() - this.#askedAtMs);
    await ACKNOWLEDGE.run(
      this.#deps.redis,
      [redisKeys.linkOut(peerId), redisKeys.linkState(peerId)],
      [epoch, sequence, this.#options.keptEntries, askedAgoMs],
    );
  }

  /**
   * This region lives, and so does the way: also says what is the case here.
   *
   * @returns where to go back to when the peer has less than it confirmed; null when it has not
   */
  async #beat(peer: RedisClient): Promise<string | null> {
    const { regionId } = this.#ends;
    const ours = await this.#deps.redis.hgetall(redisKeys.linkSnapshots);
    const snapshots = Object.entries(ours).flatMap(([name, record]) => {
      const [, version, lifeMs, json] = /^(\d+)\n(\d+)\n(.+)$/.exec(record) ?? [];
      return version && lifeMs && json ? [name, version, lifeMs, json] : [];
    });
    const { epoch, sequence } = this.#confirmed;
    const inbox = redisKeys.linkIn(regionId, epoch);
    const keys = [redisKeys.linkHeard(regionId), redisKeys.snapshotsOf(regionId), inbox];
    const askedAtMs = this.#deps.clock.monotonicMs();
    const last = parseLinkId(await HEAR.run(peer, keys, snapshots)) ?? { epoch, sequence: 0 };
    this.#askedAtMs = askedAtMs;
    this.#heartbeatDueMs = this.#deps.clock.monotonicMs() + this.#options.heartbeatMs;
    return last.epoch === epoch && last.sequence < sequence ? formatLinkId(last) : null;
  }

  #fail(error: unknown): void {
    // What was under way may have been done: begin again with what is known for sure.
    this.#cursor = null;
    if (this.#isTroubled) return;
    this.#isTroubled = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.#deps.log.warn({ peer: this.#ends.peerId, reason }, 'the link does not carry');
  }

  #hangUp(): void {
    this.#cursor = null;
    this.#lines?.source.disconnect();
    this.#lines?.peer.disconnect();
    this.#lines = null;
  }
}
