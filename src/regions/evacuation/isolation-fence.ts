import type { Clock } from '../../shared/clock.ts';

// Whether this region may think that nobody takes its rooms. It must know that before the others do anything: they wait longer.
//
//   closed ──heard by enough others──▶ asks its buddy for its rooms ──open(term)──▶ open
//      ▲                                                                             │
//      └──────────── not heard by enough of them for `silentAfterMs`: term + 1 ──────┘
//
// By this process' monotonic clock and from what is known already, so it also closes in time when nothing can be asked any more, or
// when the process has just been woken.

export interface IsolationFenceOptions {
  /** Other regions that must have heard us. */
  readonly needed: number;
  /** Silence after which a region may have stopped to count us, ms. */
  readonly silentAfterMs: number;
}

export class IsolationFence {
  readonly #clock: Clock;
  readonly #options: IsolationFenceOptions;
  /** Rooms of this node of which no copy was ever made: nobody else can have them. */
  readonly #unshared = new Set<string>();
  #heardUntilMs = Number.NEGATIVE_INFINITY;
  #isOpen = false;
  #term = 0;

  constructor(deps: { readonly clock: Clock }, options: IsolationFenceOptions) {
    this.#clock = deps.clock;
    this.#options = options;
  }

  /** Counts the times that it closed. */
  get term(): number {
    this.#closeInTime();
    return this.#term;
  }

  /** Enough other regions hear us. */
  get isHeard(): boolean {
    return this.#clock.monotonicMs() < this.#heardUntilMs;
  }

  /** Rooms of which there are copies elsewhere may be played here. */
  get isOpen(): boolean {
    this.#closeInTime();
    return this.#isOpen;
  }

  /** Whether this node may play a room; called before every step. */
  mayPlay(roomId: string): boolean {
    return this.#unshared.has(roomId) || this.isOpen;
  }

  /** @param confirmedAgoMs - of each other region: since it confirmed that it has heard us; null: never */
  look(confirmedAgoMs: readonly (number | null)[]): void {
    // First: what is heard now says nothing of the time in between.
    this.#closeInTime();
    const { needed, silentAfterMs } = this.#options;
    const ages = confirmedAgoMs.filter((ms) => ms !== null).sort((a, b) => a - b);
    const agoMs = ages[needed - 1] ?? Number.POSITIVE_INFINITY;
    this.#heardUntilMs = this.#clock.monotonicMs() + silentAfterMs - agoMs;
    this.#closeInTime();
  }

  /** The buddy has given this region's rooms back since the fence closed. @returns whether it is open: it has not closed meanwhile */
  open(term: number): boolean {
    this.#closeInTime();
    if (term === this.#term && this.isHeard) this.#isOpen = true;
    return this.#isOpen;
  }

  /** There is no copy of this room: it is new, or its copy was taken back. */
  unshare(roomId: string): void {
    this.#unshared.add(roomId);
  }

  /** A copy is about to be made. @returns false when it must not be: it could be claimed by who thinks us down */
  share(roomId: string): boolean {
    if (!this.isOpen) return false;
    this.#unshared.delete(roomId);
    return true;
  }

  /** The room is not here any more. */
  forget(roomId: string): void {
    this.#unshared.delete(roomId);
  }

  #closeInTime(): void {
    if (this.isHeard) return;
    if (this.#isOpen || this.#heardUntilMs !== Number.NEGATIVE_INFINITY) this.#term++;
    this.#heardUntilMs = Number.NEGATIVE_INFINITY;
    this.#isOpen = false;
  }
}
