import { InputBundle, SINGLE_INPUT_CODE } from '../../src/protocol/index.ts';

// Inputs leave together: a frame costs both ends more than all that is in it (docs/adr/0019-inputs.md).
//
//   input.send() ──▶ held ──┬─ as many as a frame takes ─────────────┬──▶ one frame
//                           ├─ something begins: a press, a turn     │
//                           ├─ nothing has left for a while          │
//                           └─ something else leaves, or time is up ─┘
//
// Colyseus' input handle knows nothing of it: an input is sent, counted and predicted when the game sends it.

/** Frames a second that are enough; what steps faster sends several inputs in each. */
const FRAMES_PER_SECOND = 20;
const MOST_INPUTS = 3;
const CODE_MASK = 0x1f;
/** A field that has not changed for so long begins something when it does. */
const QUIET_MS = 100;

type Values = Readonly<Record<string, unknown>>;

/** How many inputs share a frame in a room that steps so often. */
export function inputsPerFrame(rateHz: number): number {
  return Math.max(1, Math.min(MOST_INPUTS, Math.ceil(rateHz / FRAMES_PER_SECOND)));
}

export interface InputBundlerDependencies {
  /** Sends a frame; its memory is used again afterwards. */
  readonly send: (frame: Uint8Array) => void;
  /** Monotonic. */
  readonly nowMs: () => number;
}

/** Puts the inputs of one room into frames. */
export class InputBundler {
  readonly #deps: InputBundlerDependencies;
  readonly #bundle = new InputBundle();
  /** Of the newest input. */
  #values: Values = {};
  readonly #changedAtMs = new Map<string, number>();
  #stepMs = 0;
  /** 1: of a room without fixed steps, or a server that does not read bundles. */
  #perFrame = 1;
  /** Whether the server has yet to learn that we know bundles. */
  #isNew = false;
  #mostInputs = 1;
  #leftAtMs = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(deps: InputBundlerDependencies) {
    this.#deps = deps;
  }

  /** @param mostInputs - of a frame, as the server has said on this connection; 1 when it has said nothing */
  joined(mostInputs: number): void {
    this.clear();
    this.#mostInputs = mostInputs;
    this.#isNew = mostInputs > 1;
  }

  /** @param rateHz - fixed steps a second; undefined in rooms without */
  stepsAt(rateHz: number | undefined): void {
    this.#stepMs = rateHz === undefined ? 0 : 1_000 / rateHz;
    this.#perFrame = rateHz === undefined ? 1 : inputsPerFrame(rateHz);
  }

  /** A frame is about to leave. @returns whether it stays here; if not, what was held has left before it */
  hold(frame: Uint8Array): boolean {
    const isBundling = this.#isNew || (this.#perFrame > 1 && this.#mostInputs > 1);
    if (!isBundling || ((frame[0] ?? 0) & CODE_MASK) !== SINGLE_INPUT_CODE) {
      this.flush();
      return false;
    }
    if (this.#bundle.add(frame)) return true;
    this.flush();
    return this.#bundle.add(frame);
  }

  /** The input that was held last has been counted. @param values - all its fields */
  sent(values: Values): void {
    const nowMs = this.#deps.nowMs();
    const begins = this.#noteChanges(values, nowMs);
    if (this.#bundle.count === 0) return;
    const isQuiet = nowMs - this.#leftAtMs > (this.#perFrame + 1) * this.#stepMs;
    if (begins || isQuiet || this.#isNew || this.#bundle.count >= this.#fullCount) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), this.#perFrame * this.#stepMs);
  }

  /** What is held leaves. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#bundle.count === 0) return;
    this.#leftAtMs = this.#deps.nowMs();
    this.#isNew = false;
    this.#deps.send(this.#bundle.take());
  }

  /** What is held is forgotten: the connection is gone. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#bundle.clear();
  }

  get #fullCount(): number {
    return Math.min(this.#perFrame, this.#mostInputs);
  }

  /** @returns whether a field has changed that had been still */
  #noteChanges(values: Values, nowMs: number): boolean {
    let begins = false;
    for (const [name, value] of Object.entries(values)) {
      if (value === this.#values[name]) continue;
      const changedAtMs = this.#changedAtMs.get(name) ?? Number.NEGATIVE_INFINITY;
      if (nowMs - changedAtMs > QUIET_MS) begins = true;
      this.#changedAtMs.set(name, nowMs);
    }
    this.#values = values;
    return begins;
  }
}
