import type { QualityLevel } from '../../protocol/quality.ts';
import type { LinkAcks, LinkAnswer } from '../../transport/ws/link-acks.ts';
import { ClientBacklog } from './client-backlog.ts';
import type { ClientBudget } from './client-budget.ts';
import type { FlushChanges } from './flush-changes.ts';
import { LinkControl, type Trial } from './link-control.ts';
import { QUALITY_LEVELS } from './quality-levels.ts';
import { decideSend, type SendGateLimits } from './send-gate.ts';

// The patches of one client: when they leave, and what becomes of those that do not.
//
//   each flush ──▶ open    ── patch, with those that were held before it
//                  holding ── kept, for the level has its pace, or answers are overdue
//                  stale   ── nothing; what was kept has become more than the whole state, which comes first when it is open again
//
// Messages of the game are not held: they leave at once, and find a line that is short.

/** The connection, as far as its flow goes. */
export interface FlowLink {
  readonly acks: LinkAcks;
  /** Bytes that not even the kernel has taken. */
  readonly backlogBytes: number;
  /** Whether its player sees nothing: the page is hidden. */
  readonly isHidden: boolean;
  ping(nowMs: number): void;
  /** Sends bytes that mean nothing, and a ping behind them. */
  fill(bytes: number, nowMs: number): void;
}

/** How the room flushes. */
export interface FlushPace {
  /** Usual time between two flushes, ms. */
  readonly everyMs: number;
  /** Whether something leaves right after this flush that must not come before it. */
  readonly isPulled: boolean;
}

/**
 * What to do with a client at this flush. `hold`: it gets the patch later; `resync`: the full state in place of a patch; `skip`:
 * nothing, a full state will make up for it.
 */
export type FlowDecision = 'patch' | 'hold' | 'skip' | 'resync' | 'evict';

/** Without any other reason, a ping follows so many bytes. */
const PING_EVERY_BYTES = 4_096;
const MOST_PINGS_UNDER_WAY = 8;
/** Of what a link carries, for state; the rest is for messages, for pings, and for an error in what is known of it. */
const STATE_SHARE = 0.75;
/** A patch shall not take longer than this on the link: what comes behind it waits for it. */
const LONGEST_PATCH_MS = 75;
const LEAST_PATCH_BYTES = 128;
/** Around the state: header, time, and the ping behind it. */
const FRAME_BYTES = 24;
/** A lost segment is sent again within this time, more often than not. */
const LONGEST_STALL_MS = 400;
/** Until a full state has shown how large it is. */
const ASSUMED_STATE_BYTES = 8 * 1024;
/** That much is kept in any case. */
const LEAST_KEPT_BYTES = 1_024;

export class ClientFlow implements ClientBudget {
  readonly #link: FlowLink;
  readonly #limits: SendGateLimits;
  readonly #control: LinkControl;
  #everyMs = 0;
  #lastPatchAtMs = Number.NEGATIVE_INFINITY;
  #secondAtMs: number;
  /** Since when the connection's own backlog has been too long. */
  #gatedSinceMs: number | null = null;
  #isStale = false;
  #isHolding = false;
  /** What he has not got yet, in rooms that hide nothing. */
  readonly backlog = new ClientBacklog();
  /** The same in rooms with views: whole patches. */
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #stateBytes = ASSUMED_STATE_BYTES;
  /** A ping with nothing in front of it; what a trial is measured by. */
  #lonePing: { readonly sentAtMs: number; rttMs: number | null } | null = null;
  #trial: Trial | null = null;

  /** @param nowMs - monotonic, as all times here */
  constructor(link: FlowLink, limits: SendGateLimits, nowMs: number) {
    this.#link = link;
    this.#limits = limits;
    this.#control = new LinkControl(nowMs);
    this.#secondAtMs = nowMs;
  }

  get level(): QualityLevel {
    return this.#link.isHidden ? 4 : this.#control.level;
  }

  get budgetBytesPerS(): number {
    return this.#control.budgetBytesPerS;
  }

  /** Of state, that leaves at once. */
  get bytesPerPatch(): number {
    const onLinkMs = Math.min(LONGEST_PATCH_MS, STATE_SHARE * this.#patchIntervalMs);
    return Math.max(
      LEAST_PATCH_BYTES,
      Math.floor((this.budgetBytesPerS * onLinkMs) / 1_000) - FRAME_BYTES,
    );
  }

  get bytesPerFlush(): number {
    return (this.bytesPerPatch * this.#everyMs) / this.#patchIntervalMs;
  }

  /** Between two of his patches. */
  get #patchIntervalMs(): number {
    return Math.max(1, this.#everyMs, QUALITY_LEVELS[this.level].patchIntervalMs);
  }

  /** Whether the client waits for its patches since the last decision. */
  get isHolding(): boolean {
    return this.#isHolding;
  }

  /** Whether something was held, and has not left. */
  get owes(): boolean {
    return this.#keptBytes > 0 || !this.backlog.isEmpty;
  }

  /** When the last patch left, monotonic ms. */
  get lastPatchAtMs(): number {
    return this.#lastPatchAtMs;
  }

  /** Whether a patch that all get is not for this client: he gets it later, or of it what his link carries. */
  isThin(patchBytes: number): boolean {
    if (this.#isHolding || !this.backlog.isEmpty) return true;
    return this.level > 0 && patchBytes > this.bytesPerPatch;
  }

  decide(nowMs: number, pace: FlushPace): FlowDecision {
    this.#everyMs = pace.everyMs;
    this.#isHolding = false;
    if (nowMs - this.#secondAtMs >= 1_000) {
      this.#secondAtMs = nowMs;
      this.#control.second(this.#link.acks.handedBytes, nowMs);
    }
    const { acks, backlogBytes } = this.#link;
    const gate = decideSend(this.#limits, backlogBytes, this.#gatedSinceMs, nowMs);
    if (
      gate === 'evict' ||
      nowMs - (acks.unansweredSinceMs ?? nowMs) > this.#limits.sendGateMaxMs
    ) {
      return 'evict';
    }
    if (gate === 'skip') {
      this.#gatedSinceMs ??= nowMs;
      this.#becomeStale();
      return 'skip';
    }
    this.#gatedSinceMs = null;
    const holds = this.#holds(nowMs, pace) || (!pace.isPulled && this.#tries(nowMs));
    if (this.#isStale) return holds ? 'skip' : 'resync';
    this.#isHolding = holds;
    return holds ? 'hold' : 'patch';
  }

  /** Bytes of a patch as it would be at level 0, whether it leaves or not. */
  offered(bytes: number): void {
    this.#control.offered(bytes);
  }

  /** Keeps the body of a patch for later. It must not be written to again. */
  keep(body: Uint8Array): void {
    if (this.#isStale || body.length === 0) return;
    this.#kept.push(body);
    this.#keptBytes += body.length;
    if (this.#keptBytes > this.#stateBytes) this.#becomeStale();
  }

  /** Takes down what he gets of a flush, at once or later. */
  owe(changes: FlushChanges): void {
    if (this.#isStale) return;
    this.backlog.add(changes);
    if (this.backlog.structureBytes > this.#stateBytes) this.#becomeStale();
  }

  /** Of no use any more: the state is another one. */
  forget(): void {
    this.takeKept();
    this.backlog.clear();
  }

  /** @returns the bodies that were kept, the oldest first; they are not kept any longer */
  takeKept(): readonly Uint8Array[] {
    const kept = this.#kept;
    if (kept.length > 0) {
      this.#kept = [];
      this.#keptBytes = 0;
    }
    return kept;
  }

  /** A patch leaves. @returns whether a ping shall follow it at once */
  sending(bytes: number, nowMs: number): boolean {
    this.#lastPatchAtMs = nowMs;
    const { acks } = this.#link;
    if (acks.pingsUnderWay >= MOST_PINGS_UNDER_WAY) return false;
    return acks.unpingedBytes + bytes >= PING_EVERY_BYTES || this.#control.isWatched(nowMs);
  }

  /** The full state is about to leave: nothing that was held is of use any more. */
  stateLeaves(bytes: number, nowMs: number): void {
    this.forget();
    this.#isStale = false;
    this.#gatedSinceMs = null;
    this.#stateBytes = Math.max(LEAST_KEPT_BYTES, bytes);
    this.#lastPatchAtMs = nowMs;
    // The way as it is before the line grows.
    if (this.#link.acks.unansweredSinceMs === null) this.#link.ping(nowMs);
  }

  answered(answer: LinkAnswer, nowMs: number): void {
    const trial = this.#trial;
    if (trial === null || answer.sentAtMs < trial.sentAtMs) {
      this.#hearOfLonePing(answer);
      this.#control.answered(answer, nowMs);
      return;
    }
    this.#trial = null;
    this.#control.tried(trial, answer.rttMs, nowMs);
  }

  #holds(nowMs: number, { everyMs, isPulled }: FlushPace): boolean {
    const overdueMs = this.#control.overdueMs(this.#link.acks.unansweredSinceMs, nowMs);
    if (isPulled) return false;
    if (this.#trial !== null) return true;
    // One patch at a time: what a line takes to grow must not be there before it is known.
    if (this.#control.isDoubted && this.#link.acks.pingsUnderWay > 0) return true;
    const level = this.level;
    const waitedMs = nowMs - this.#lastPatchAtMs;
    // At level 0 a lost segment is the likelier reason: first less and less, then nothing.
    const isOverdue = level > 0 || overdueMs > LONGEST_STALL_MS || waitedMs < overdueMs / 2;
    if (overdueMs > 0 && isOverdue) return true;
    return waitedMs < QUALITY_LEVELS[level].patchIntervalMs - everyMs / 2;
  }

  /**
   * Where a trial is due: a ping alone, and when that was answered, the trial. Each in place of a patch, when the line is as short as it
   * gets. Not both at once: in one packet they would arrive together.
   */
  #tries(nowMs: number): boolean {
    const lone = this.#lonePing;
    if (!this.#control.isTrialDue(nowMs)) {
      this.#lonePing = null;
      return false;
    }
    if (lone === null) {
      this.#lonePing = { sentAtMs: nowMs, rttMs: null };
      this.#link.ping(nowMs);
      return true;
    }
    if (lone.rttMs === null) return false;
    const bytes = this.#control.trialBytes;
    this.#lonePing = null;
    this.#trial = { bytes, sentAtMs: nowMs, emptyRttMs: lone.rttMs };
    this.#link.fill(bytes, nowMs);
    return true;
  }

  #hearOfLonePing({ sentAtMs, rttMs }: LinkAnswer): void {
    const lone = this.#lonePing;
    if (lone === null || lone.rttMs !== null) return;
    if (sentAtMs === lone.sentAtMs) lone.rttMs = rttMs;
    // A peer may answer the newest of several only: another one, then.
    else if (sentAtMs > lone.sentAtMs) this.#lonePing = null;
  }

  #becomeStale(): void {
    this.forget();
    this.#isStale = true;
  }
}
