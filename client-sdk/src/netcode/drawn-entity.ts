import {
  MOST_EXTRAPOLATION_MS,
  MotionPath,
  type PatchStream,
  type PathFields,
} from './motion-path.ts';

// Where one entity is drawn:
//
//   known ──────────●────────●────────●            ╎
//                        ▲ playhead: between two   ╎ ▲ beyond the newest: a guess; what it turns out to be wrong about
//                                                  ╎   melts away within 100 ms of the news

/** How long it takes from where it was drawn to where it is, ms. */
export const BLEND_MS = 100;
/** Of real time, as all others move on (playout.ts). */
const MOST_GROWTH = 0.1;
const MOST_SHRINKAGE = 0.03;

export class DrawnEntity {
  readonly fields: PathFields;
  /** Where it is drawn, field by field; angles may have turned beyond π. */
  readonly drawn: Float64Array;
  readonly #path: MotionPath;
  /** Where its path has it. */
  readonly #place: Float64Array;
  readonly #scratch: Float64Array;
  /** What is drawn besides, at the beginning of the blend. */
  readonly #error: Float64Array;
  #blendFromMs = Number.NEGATIVE_INFINITY;
  #frameAtMs = Number.NEGATIVE_INFINITY;
  #playheadRoomMs = Number.NEGATIVE_INFINITY;
  #placedAtRoomMs = Number.NEGATIVE_INFINITY;
  #isGuess = false;
  /** How much later than the others it is drawn: what comes seldom need not be guessed at between its own patches. */
  #lagMs = 0;

  constructor(fields: PathFields) {
    this.fields = fields;
    this.#path = new MotionPath(fields);
    const width = fields.names.length;
    this.drawn = new Float64Array(width);
    this.#place = new Float64Array(width);
    this.#scratch = new Float64Array(width);
    this.#error = new Float64Array(width);
  }

  /** What a patch says of it. @param values - one per field; nothing of it is kept */
  push(atRoomMs: number, values: ArrayLike<number>, stream: PatchStream): void {
    this.#path.push(atRoomMs, values, stream);
  }

  /**
   * Draws it. Once per frame, or less often while nobody asks for it.
   *
   * @param nowMs - of the frame
   * @param playheadRoomMs - the moment that is drawn
   */
  frame(nowMs: number, playheadRoomMs: number, stream: PatchStream): void {
    const elapsedMs = nowMs - this.#frameAtMs;
    // Nobody has seen it of late: there is no way from there.
    if (elapsedMs > MOST_EXTRAPOLATION_MS) this.settle();
    const playedMs = playheadRoomMs - this.#playheadRoomMs;
    const hasJumped = playedMs < 0 || playedMs > elapsedMs + MOST_EXTRAPOLATION_MS;
    if (this.#isGuess && !hasJumped) this.#admit(nowMs, stream);
    this.#moveLag(elapsedMs, stream);
    const atRoomMs = playheadRoomMs - this.#lagMs;
    this.#path.placeAt(atRoomMs, this.#place, stream);
    if (hasJumped && Number.isFinite(this.#frameAtMs)) this.#blendFrom(nowMs, this.drawn);
    this.#isGuess = atRoomMs > this.#path.newestRoomMs;
    this.#placedAtRoomMs = atRoomMs;
    this.#playheadRoomMs = playheadRoomMs;
    this.#frameAtMs = nowMs;
    this.#draw(nowMs);
  }

  /** The next frame draws it where it belongs, without a way there. */
  settle(): void {
    this.#isGuess = false;
    this.#blendFromMs = Number.NEGATIVE_INFINITY;
    this.#frameAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Compares what was drawn last with what is known of that moment by now. */
  #admit(nowMs: number, stream: PatchStream): void {
    const guess = this.#scratch;
    guess.set(this.#place);
    this.#path.placeAt(this.#placedAtRoomMs, this.#place, stream);
    if (this.#place.every((value, i) => value === guess[i])) return;
    const left = this.#blendLeft(nowMs);
    for (let i = 0; i < guess.length; i += 1)
      guess[i] = (guess[i] as number) + (this.#error[i] as number) * left;
    this.#blendFrom(nowMs, guess);
  }

  /** From `seen` to the place it has now. */
  #blendFrom(nowMs: number, seen: Float64Array): void {
    let square = 0;
    for (let i = 0; i < seen.length; i += 1) {
      const error = (seen[i] as number) - (this.#place[i] as number);
      this.#error[i] = error;
      square += error ** 2;
    }
    const { snap } = this.fields;
    const isTooFar = snap > 0 && square > snap ** 2;
    this.#blendFromMs = isTooFar ? Number.NEGATIVE_INFINITY : nowMs;
  }

  #draw(nowMs: number): void {
    const left = this.#blendLeft(nowMs);
    for (let i = 0; i < this.drawn.length; i += 1) {
      const place = this.#place[i] as number;
      this.drawn[i] = left === 0 ? place : place + (this.#error[i] as number) * left;
    }
  }

  /** 1 to 0. */
  #blendLeft(nowMs: number): number {
    return Math.max(0, 1 - (nowMs - this.#blendFromMs) / BLEND_MS);
  }

  #moveLag(elapsedMs: number, { intervalMs }: PatchStream): void {
    const missingMs = Math.max(0, this.#path.usualGapMs - intervalMs) - this.#lagMs;
    this.#lagMs += Math.min(
      MOST_GROWTH * elapsedMs,
      Math.max(-MOST_SHRINKAGE * elapsedMs, missingMs),
    );
  }
}
