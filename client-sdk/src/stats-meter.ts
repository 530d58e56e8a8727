import { Protocol } from '@colyseus/sdk';
import type { LinkFigures, RoomStats, StatsRecorder, WatchedReconciler } from './room-stats.ts';
import { SmoothedJitter } from './smoothed-jitter.ts';

/** Bits of the first byte that hold the protocol code; the others are modifiers. */
const PROTOCOL_CODE_MASK = 0x1f;
/** Corrections up to this are rounding of the wire, as in Colyseus' own drift telemetry. World units. */
const ROUNDING_DISTANCE = 1e-3;

/** Counts what passes through one room and turns it into a `RoomStats` per second; what is drawn is measured elsewhere. */
export class StatsMeter implements StatsRecorder {
  readonly #onCorrection: (distance: number) => void;
  readonly #watched = new Map<WatchedReconciler, number>();
  readonly #patchJitter = new SmoothedJitter();
  readonly #rttJitter = new SmoothedJitter();
  #rttMs: number | null = null;
  #windowStartedAtMs: number;
  #bytesIn = 0;
  #bytesOut = 0;
  #patches = 0;
  #reconciliations = 0;
  #corrections = 0;
  #largestCorrection = 0;
  #recordsCorrections = false;
  reconnects = 0;

  /** @param onCorrection - hears of each reconciliation, as {@link recordCorrection} does */
  constructor(nowMs: number, onCorrection: (distance: number) => void = () => {}) {
    this.#windowStartedAtMs = nowMs;
    this.#onCorrection = onCorrection;
  }

  recordCorrection(distance: number): void {
    this.#recordsCorrections = true;
    this.#onCorrection(distance);
    this.#reconciliations += 1;
    if (distance <= ROUNDING_DISTANCE) return;
    this.#corrections += 1;
    this.#largestCorrection = Math.max(this.#largestCorrection, distance);
  }

  watch(reconciler: WatchedReconciler): () => void {
    this.#recordsCorrections = true;
    this.#watched.set(reconciler, reconciler.reconcileSeq);
    return () => {
      this.#watched.delete(reconciler);
    };
  }

  addReceived(frame: Uint8Array): void {
    // A reconciler reconciles at most once per patch, at the frame after it; so each is read before the next patch.
    this.#readWatched();
    this.#bytesIn += frame.byteLength;
    if (((frame[0] ?? 0) & PROTOCOL_CODE_MASK) === Protocol.ROOM_STATE_PATCH) this.#patches += 1;
  }

  addSent(sizeBytes: number): void {
    this.#bytesOut += sizeBytes;
  }

  addRtt(rttMs: number): void {
    if (this.#rttMs !== null) this.#rttJitter.add(rttMs - this.#rttMs);
    this.#rttMs = rttMs;
  }

  /** @param serverTimeMs - when the server encoded the patch that just arrived; 0 when the room does not say */
  addPatchTiming(arrivedAtMs: number, serverTimeMs: number): void {
    if (serverTimeMs > 0) this.#patchJitter.addArrival(arrivedAtMs, serverTimeMs);
  }

  /** The figures since the last call. */
  take(nowMs: number): Omit<RoomStats, keyof LinkFigures> {
    this.#readWatched();
    const seconds = Math.max(0.001, (nowMs - this.#windowStartedAtMs) / 1000);
    const jitter = this.#patchJitter.hasSamples ? this.#patchJitter : this.#rttJitter;
    const stats: Omit<RoomStats, keyof LinkFigures> = {
      rttMs: this.#rttMs,
      jitterMs: jitter.valueMs,
      bytesInPerSecond: this.#bytesIn / seconds,
      bytesOutPerSecond: this.#bytesOut / seconds,
      patchesPerSecond: this.#patches / seconds,
      reconnects: this.reconnects,
      ...(this.#recordsCorrections ? this.#predictionFigures() : {}),
    };
    this.#windowStartedAtMs = nowMs;
    this.#bytesIn = 0;
    this.#bytesOut = 0;
    this.#patches = 0;
    this.#reconciliations = 0;
    this.#corrections = 0;
    this.#largestCorrection = 0;
    return stats;
  }

  #predictionFigures() {
    return {
      corrections: this.#corrections,
      largestCorrection: this.#largestCorrection,
      predictionLossRatio:
        this.#reconciliations === 0 ? 0 : this.#corrections / this.#reconciliations,
    };
  }

  #readWatched(): void {
    for (const [reconciler, seenSeq] of this.#watched) {
      if (reconciler.reconcileSeq === seenSeq) continue;
      this.#watched.set(reconciler, reconciler.reconcileSeq);
      this.recordCorrection(reconciler.lastCorrectionMag);
    }
  }
}
