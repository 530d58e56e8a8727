import type { LinkReport } from '../../../src/protocol/index.ts';
import type { PlayoutFigures } from './playout.ts';
import { Samples } from './samples.ts';

/** Pings are seldom: these are of the last 20 s or so. */
const KEPT_PINGS = 10;
/** Corrections up to this are rounding of the wire, as in Colyseus' own drift telemetry. World units. */
const ROUNDING_DISTANCE = 1e-3;

/** Measures a second of the link, as the room is told of it. */
export class LinkMeter {
  readonly #rtts = new Samples(KEPT_PINGS);
  readonly #actions = new Samples();
  readonly #lateness = new Samples();
  readonly #corrections = new Samples();
  #mispredictions = 0;
  #reconciliations = 0;
  #frames = 0;
  #receivedBytes = 0;
  #takenAtMs: number;
  #taken = { underruns: 0, stalledMs: 0 };

  constructor(nowMs: number) {
    this.#takenAtMs = nowMs;
  }

  /** A ping through the room was answered. */
  addRtt(rttMs: number): void {
    this.#rtts.add(rttMs);
  }

  /** An input was acknowledged by a patch. */
  addAction(durationMs: number): void {
    this.#actions.add(durationMs);
  }

  /** A patch came so much later than the fastest of late. */
  addLateness(latenessMs: number): void {
    this.#lateness.add(latenessMs);
  }

  /** The prediction was so far off, in world units; 0: it held. */
  addCorrection(distance: number): void {
    this.#reconciliations += 1;
    this.#corrections.add(distance);
    if (distance > ROUNDING_DISTANCE) this.#mispredictions += 1;
  }

  addReceived(sizeBytes: number): void {
    this.#receivedBytes += sizeBytes;
  }

  addFrame(): void {
    this.#frames += 1;
  }

  /** Another socket, with another way. */
  reset(): void {
    this.#rtts.clear();
  }

  /** The figures since the last call. @param playout - since the join */
  take(
    nowMs: number,
    playout: PlayoutFigures,
    page: { readonly isDrawn: boolean; readonly isHidden: boolean },
  ): LinkReport {
    const seconds = Math.max(0.001, (nowMs - this.#takenAtMs) / 1_000);
    const report: LinkReport = {
      transport: 'websocket',
      isHidden: page.isHidden,
      rttP50Ms: this.#rtts.quantile(0.5),
      rttP95Ms: this.#rtts.quantile(0.95),
      transitQ95Ms: this.#lateness.quantile(0.95),
      interpolationDelayMs: page.isDrawn ? playout.delayMs : null,
      underruns: playout.underruns - this.#taken.underruns,
      stallMs: playout.stalledMs - this.#taken.stalledMs,
      correctionP95Px: this.#corrections.quantile(0.95),
      mispredictions: this.#mispredictions,
      reconciliations: this.#reconciliations,
      framesPerSecond: this.#frames / seconds,
      receivedBytes: this.#receivedBytes / seconds,
      actionP95Ms: this.#actions.quantile(0.95),
    };
    this.#takenAtMs = nowMs;
    this.#taken = playout;
    this.#actions.clear();
    this.#lateness.clear();
    this.#corrections.clear();
    this.#mispredictions = 0;
    this.#reconciliations = 0;
    this.#frames = 0;
    this.#receivedBytes = 0;
    return report;
  }
}
