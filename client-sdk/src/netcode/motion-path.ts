// Where one entity was: a row of all its fields for each patch that changed any of them.
//
// A patch says what has changed. What it leaves out has stayed where it was, unless its turn was not due: far entities, and all of
// a client on a poor link, come with every second, fourth or eighth patch only. So a gap is a rest, or a turn that was not due:
//
//   ●────●────●            ●────●────●      a rest: held until one usual gap before it moves again
//   ●────●────●───────────●───────────●     another pace: moved all the while

/** Rows that are kept: the longest delay at 60 patches per second. */
const ROWS = 32;
/** How far on an entity is drawn without news, ms: it may have turned by then. */
export const MOST_EXTRAPOLATION_MS = 250;
/** A gap is another one than usual when it is so much longer. */
const TOLERANCE = 1.25;
/** How fast a usual gap gets shorter again, per patch. It gets longer at once. */
const GAIN = 0.25;
/** In which time a teleport is drawn, ms. */
const TELEPORT_MS = 1;

/** What a path must know of the patches around it. Times of the room, ms. */
export interface PatchStream {
  readonly newestRoomMs: number;
  readonly previousRoomMs: number;
  /** Between two patches. */
  readonly intervalMs: number;
  /** Between two patches of what is served least often; the same where all is in each. */
  readonly slowestIntervalMs: number;
}

/** The fields of an entity that make up its place. */
export interface PathFields {
  readonly names: readonly string[];
  /** Those of them that are radians, and turn the short way. */
  readonly isAngle: readonly boolean[];
  /** Farther than this from one patch to the next is a teleport; 0: nothing is. */
  readonly snap: number;
}

export class MotionPath {
  readonly #fields: PathFields;
  readonly #width: number;
  /** Whether it only turns: then its way is the turn. */
  readonly #onlyTurns: boolean;
  readonly #atMs = new Float64Array(ROWS);
  readonly #values: Float64Array;
  #count = 0;
  /** Index of the newest row. */
  #row = 0;
  /** Since when there is no break in it. */
  #unbrokenSinceMs = 0;
  /** Last speed other than 0, units per ms. */
  #speed = 0;
  #lastGapMs = 0;
  #usualGapMs = 0;

  constructor(fields: PathFields) {
    this.#fields = fields;
    this.#width = fields.names.length;
    this.#onlyTurns = fields.isAngle.every(Boolean);
    this.#values = new Float64Array(ROWS * this.#width);
  }

  /** How often its own patches come while it moves, ms; 0 when that is not known. */
  get usualGapMs(): number {
    return this.#usualGapMs;
  }

  /** When it was heard of last, of the room. */
  get newestRoomMs(): number {
    return this.#atMs[this.#row] as number;
  }

  /** What a patch says of it. @param values - one per field; nothing of it is kept */
  push(atRoomMs: number, values: ArrayLike<number>, stream: PatchStream): void {
    if (this.#count === 0 || atRoomMs < this.newestRoomMs) {
      this.#count = 0;
      this.#unbrokenSinceMs = atRoomMs;
      this.#append(atRoomMs, values);
    } else if (atRoomMs === this.newestRoomMs) {
      this.#write(this.#row, values);
    } else {
      const distance = this.#distanceTo(values);
      const { snap } = this.#fields;
      if (snap > 0 && distance > snap) {
        this.#hold(atRoomMs - TELEPORT_MS);
        this.#unbrokenSinceMs = atRoomMs;
      } else this.#follow(atRoomMs, distance, stream);
      this.#append(atRoomMs, values);
    }
  }

  /**
   * Where it was.
   *
   * @param out - one per field; angles may have turned beyond π
   */
  placeAt(atRoomMs: number, out: Float64Array, stream: PatchStream): void {
    if (this.#count === 0) out.fill(0);
    else if (atRoomMs >= this.newestRoomMs) this.#placeBeyond(atRoomMs, out, stream);
    else this.#placeWithin(atRoomMs, out);
  }

  #placeBeyond(atRoomMs: number, out: Float64Array, stream: PatchStream): void {
    const previous = this.#rowBefore(1);
    const previousMs = this.#atMs[previous] as number;
    const moves =
      this.#count > 1 && previousMs >= this.#unbrokenSinceMs && !this.#isKnownToRest(stream);
    const aheadMs = Math.min(atRoomMs - this.newestRoomMs, MOST_EXTRAPOLATION_MS);
    this.#blend(
      previous,
      this.#row,
      moves ? 1 + aheadMs / (this.newestRoomMs - previousMs) : 1,
      out,
    );
  }

  #placeWithin(atRoomMs: number, out: Float64Array): void {
    let back = 1;
    while (back < this.#count && (this.#atMs[this.#rowBefore(back)] as number) > atRoomMs)
      back += 1;
    const to = this.#rowBefore(back - 1);
    // Older than all that is known: the oldest.
    const from = back < this.#count ? this.#rowBefore(back) : to;
    const fromMs = this.#atMs[from] as number;
    const spanMs = (this.#atMs[to] as number) - fromMs;
    this.#blend(from, to, spanMs > 0 ? (atRoomMs - fromMs) / spanMs : 1, out);
  }

  #blend(from: number, to: number, part: number, out: Float64Array): void {
    for (let i = 0; i < this.#width; i += 1) {
      const start = this.#values[from * this.#width + i] as number;
      const end = this.#values[to * this.#width + i] as number;
      out[i] = part === 1 ? end : start + (end - start) * part;
    }
  }

  /** Its turn has come since, without it. */
  #isKnownToRest({ newestRoomMs, intervalMs }: PatchStream): boolean {
    return (
      newestRoomMs >= this.newestRoomMs + Math.max(this.#usualGapMs, intervalMs) - intervalMs / 2
    );
  }

  #follow(atRoomMs: number, distance: number, stream: PatchStream): void {
    const gapMs = atRoomMs - this.newestRoomMs;
    // What nobody was sent cannot be told from here: the client was away, or his link was full.
    const unheardMs = Math.max(atRoomMs - stream.previousRoomMs, stream.intervalMs);
    const movedMs = this.#movedMs(distance, {
      gapMs,
      unheardMs,
      slowestMs: stream.slowestIntervalMs,
    });
    if (gapMs > TOLERANCE * movedMs) {
      this.#hold(atRoomMs - movedMs);
      this.#unbrokenSinceMs = this.newestRoomMs;
    } else if (unheardMs <= TOLERANCE * stream.intervalMs) this.#learnGap(gapMs, stream);
    this.#lastGapMs = gapMs;
    if (distance > 0) this.#speed = distance / Math.min(gapMs, movedMs);
  }

  /**
   * For how long of the gap it has moved: for as long as its last speed takes for the way, within what it may have been unheard of. Taken
   * for a rest, a turn that was not due lets it stand and then run; taken for a turn, a rest lets it creep before it starts.
   */
  #movedMs(
    distance: number,
    {
      gapMs,
      unheardMs,
      slowestMs,
    }: { readonly gapMs: number; readonly unheardMs: number; readonly slowestMs: number },
  ): number {
    const leastMs = Math.max(Math.min(this.#usualGapMs, gapMs), unheardMs);
    const mostMs = Math.max(leastMs, slowestMs);
    // Two such gaps in a row are a pace.
    const isRegular = gapMs <= TOLERANCE * this.#lastGapMs && this.#lastGapMs <= TOLERANCE * gapMs;
    if (isRegular || this.#speed === 0) return mostMs;
    return Math.min(mostMs, Math.max(leastMs, distance / this.#speed));
  }

  #learnGap(gapMs: number, { intervalMs, slowestIntervalMs }: PatchStream): void {
    const boundedMs = Math.max(intervalMs, Math.min(gapMs, slowestIntervalMs));
    if (boundedMs > this.#usualGapMs) this.#usualGapMs = boundedMs;
    else this.#usualGapMs += (boundedMs - this.#usualGapMs) * GAIN;
  }

  /** It was in its last place until then. */
  #hold(atRoomMs: number): void {
    if (atRoomMs <= this.newestRoomMs) return;
    const start = this.#row * this.#width;
    this.#append(atRoomMs, this.#values.slice(start, start + this.#width));
  }

  #append(atRoomMs: number, values: ArrayLike<number>): void {
    const row = (this.#row + 1) % ROWS;
    this.#write(row, values);
    this.#row = row;
    this.#atMs[row] = atRoomMs;
    this.#count = Math.min(ROWS, this.#count + 1);
  }

  #write(row: number, values: ArrayLike<number>): void {
    for (let i = 0; i < this.#width; i += 1) {
      this.#values[row * this.#width + i] = this.#unwound(i, values[i] as number);
    }
  }

  #distanceTo(values: ArrayLike<number>): number {
    let square = 0;
    for (let i = 0; i < this.#width; i += 1) {
      if (this.#fields.isAngle[i] === true && !this.#onlyTurns) continue;
      const last = this.#values[this.#row * this.#width + i] as number;
      square += (this.#unwound(i, values[i] as number) - last) ** 2;
    }
    return Math.sqrt(square);
  }

  /** Of an angle the same direction, at most half a turn away from the newest row's; of all else the value. */
  #unwound(field: number, value: number): number {
    if (this.#fields.isAngle[field] !== true || this.#count === 0) return value;
    const last = this.#values[this.#row * this.#width + field] as number;
    return last + Math.atan2(Math.sin(value - last), Math.cos(value - last));
  }

  #rowBefore(back: number): number {
    return (this.#row - back + ROWS) % ROWS;
  }
}
