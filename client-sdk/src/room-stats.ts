import type { QualityLevel } from '../../src/protocol/index.ts';

/** What a second of the link was like for who plays over it. */
export interface LinkFigures {
  /** 95th percentile of the round trips of the last 20 s or so, in ms; null until the first answer. */
  readonly rttP95Ms: number | null;
  /** How far in the past others are drawn, in ms; null while `room.predict()` draws nothing. */
  readonly interpolationDelayMs: number | null;
  /** Time of this second in which others stood still because nothing had come, in ms. */
  readonly stalledMs: number;
  /** How much of the state the room sends: 0 all of it, 4 the least. */
  readonly level: QualityLevel;
}

/** One second of a room's connection, as given to `room.onStats`. Rates are per second, bytes are WebSocket payload. */
export interface RoomStats extends LinkFigures {
  /** Round trip of a ping through the room, in ms; null until the first answer. */
  readonly rttMs: number | null;
  /** How much patches arrive off their beat, in ms (RFC 3550); of the RTT in rooms without `defineInput`. */
  readonly jitterMs: number;
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
  readonly patchesPerSecond: number;
  /** Predictions the server corrected in this second; absent when nobody records them. */
  readonly corrections?: number;
  /** Largest correction of this second, in world units; absent when nobody records them. */
  readonly largestCorrection?: number;
  /** Share of the reconciliations of this second in which the prediction was wrong, 0 to 1. */
  readonly predictionLossRatio?: number;
  /** How often the connection was lost and resumed since the join. */
  readonly reconnects: number;
}

/** The part of a Colyseus `Reconciler` or `SimReconciler` that tells how far predictions were off. */
export interface WatchedReconciler {
  readonly reconcileSeq: number;
  readonly lastCorrectionMag: number;
}

/** Where a game reports how its predictions fared. */
export interface StatsRecorder {
  /**
   * Call once per reconciliation with how far the prediction was off, in world units; 0 when it held.
   * Anything above 0.001 counts as a correction.
   */
  recordCorrection(distance: number): void;
  /**
   * Reads the corrections from a Colyseus reconciler instead. Colyseus measures them only when the reconciler was
   * made with `warnOnDivergence` (or its debug panel is loaded).
   *
   * @returns stops watching
   */
  watch(reconciler: WatchedReconciler): () => void;
}
