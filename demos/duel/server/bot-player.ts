import type { BotLevel } from '../shared/messages.ts';
import type { Move, Position } from '../shared/rules.ts';
import { BotSearch } from './bot-search.ts';

/** The bot's turn on the event loop, ms; a garbage collection may add three. Other rooms have steps to make. */
const SLICE_MS = 2;
/** Pause between slices, ms. */
const PAUSE_MS = 8;
/** People like to see their own move land before the answer comes, ms. */
const SHORTEST_THOUGHT_MS = 900;
/** However busy the machine is, the answer comes after so many slices. */
const MOST_SLICES = 150;
const ITERATIONS: Readonly<Record<BotLevel, number>> = { calm: 60, sharp: 12_000 };

/** The room's timers, as the bot uses them. */
export interface BotTimers {
  setTimeout(callback: () => void, delayMs: number): { clear(): void };
}

/** Thinks about one position at a time, in slices. */
export class BotPlayer {
  readonly #level: BotLevel;
  readonly #timers: BotTimers;
  #next: { clear(): void } | null = null;

  constructor(level: BotLevel, timers: BotTimers) {
    this.#level = level;
    this.#timers = timers;
  }

  /** Calls `answer` once, later; not at all when another position or `stop` comes first. */
  consider(position: Position, answer: (move: Move) => void): void {
    this.stop();
    const search = new BotSearch(position, { iterations: ITERATIONS[this.#level] });
    const startedAtMs = performance.now();
    let slices = 0;
    const think = (): void => {
      search.think(SLICE_MS);
      slices++;
      const isReady = search.isDone || slices >= MOST_SLICES;
      const restMs = isReady ? SHORTEST_THOUGHT_MS - (performance.now() - startedAtMs) : PAUSE_MS;
      if (!isReady || restMs > 0) {
        this.#next = this.#timers.setTimeout(think, Math.max(restMs, PAUSE_MS));
        return;
      }
      this.#next = null;
      const move = search.bestMove();
      if (move !== null) answer(move);
    };
    this.#next = this.#timers.setTimeout(think, PAUSE_MS);
  }

  stop(): void {
    this.#next?.clear();
    this.#next = null;
  }
}
