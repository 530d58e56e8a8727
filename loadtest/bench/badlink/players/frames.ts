import type { Player } from './player.ts';

const FRAME_MS = 1_000 / 60;

/** Draws for ever, and takes down how late. */
export class Frames {
  latesMs: number[] = [];
  readonly #players: readonly Player[];
  #dueAtMs = performance.now();

  constructor(players: readonly Player[]) {
    this.#players = players;
    this.#draw();
  }

  #draw(): void {
    this.latesMs.push(performance.now() - this.#dueAtMs);
    for (const player of this.#players) player.frame();
    // A frame that was missed is not made up for.
    this.#dueAtMs = Math.max(this.#dueAtMs + FRAME_MS, performance.now());
    setTimeout(() => this.#draw(), this.#dueAtMs - performance.now());
  }
}
