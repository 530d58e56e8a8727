import { type Summary, summarise } from '../../../statistics/summary.ts';

/** A player as others see him. */
export interface SeenPlayer {
  readonly x: number;
  readonly y: number;
  /** Number of the newest input that he is shown after. */
  readonly seq: number;
}

/** When a player sent his input of a number, ms; undefined for who is not known. */
export type SentAt = (sessionId: string, seq: number) => number | undefined;

/** Looks are expensive, and one patch is much like the next. */
const LOOK_EVERY_PATCHES = 4;

/**
 * How old what players see of each other is: from the moment a player sent the input that he is seen after, to the moment he is
 * looked at. Between two patches things grow old, too, so at 20 Hz some 50 ms are in the nature of it.
 */
export class SightAges {
  readonly #nearM: number;
  readonly #sentAt: SentAt;
  #near: number[] = [];
  #far: number[] = [];
  #patches = 0;
  #isOn = false;

  /** @param nearM - distance up to which somebody is near, m */
  constructor(nearM: number, sentAt: SentAt) {
    this.#nearM = nearM;
    this.#sentAt = sentAt;
  }

  start(): void {
    this.#near = [];
    this.#far = [];
    this.#isOn = true;
  }

  stop(): { readonly near: Summary; readonly far: Summary } {
    this.#isOn = false;
    return { near: summarise(this.#near), far: summarise(this.#far) };
  }

  /** A patch has come: looks at all that `own` sees, before it changes what is seen of them. */
  look(own: SeenPlayer, players: Iterable<readonly [string, SeenPlayer]>): void {
    if (!this.#isOn || this.#patches++ % LOOK_EVERY_PATCHES !== 0) return;
    const nowMs = performance.now();
    for (const [sessionId, player] of players) {
      const sentAtMs = player === own ? undefined : this.#sentAt(sessionId, player.seq);
      if (sentAtMs === undefined) continue;
      const isNear = Math.hypot(player.x - own.x, player.y - own.y) <= this.#nearM;
      (isNear ? this.#near : this.#far).push(nowMs - sentAtMs);
    }
  }
}
