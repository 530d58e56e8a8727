import { at, CELL_COUNT } from '../../shared/board.ts';
import { centreOf } from './hex-drawing.ts';

export interface CursorEvents {
  readonly choose: (cell: number) => void;
  readonly cancel: () => void;
  /** What N steps through: lanterns that may glide, or where the chosen one may go. */
  readonly choices: () => readonly number[];
}

const CENTRE = 30;

/**
 * The keyboard on the board: one cell is in the tab order, arrows move on, Enter or Space chooses, N goes to the next
 * choice, Escape takes the choice back.
 */
export class CellCursor {
  readonly #cells: readonly SVGElement[];
  readonly #events: CursorEvents;
  #cell = CENTRE;
  /** Going up and down keeps to this column, though rows are half a hex apart. */
  #columnX = centreOf(CENTRE).x;

  constructor(cells: readonly SVGElement[], events: CursorEvents) {
    this.#cells = cells;
    this.#events = events;
    this.#cells[CENTRE]?.setAttribute('tabindex', '0');
  }

  listen(layer: SVGElement): void {
    layer.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !this.#press(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
    });
    layer.addEventListener('focusin', (event) => {
      const cell = this.#cells.indexOf(event.target as SVGElement);
      if (cell >= 0) this.#stay(cell);
    });
  }

  /** @returns whether the key means something here */
  #press(key: string): boolean {
    switch (key) {
      case 'ArrowLeft':
        return this.#goAside(-1);
      case 'ArrowRight':
        return this.#goAside(1);
      case 'ArrowUp':
        return this.#goToRow(-1);
      case 'ArrowDown':
        return this.#goToRow(1);
      case 'Enter':
      case ' ':
        this.#events.choose(this.#cell);
        return true;
      case 'Escape':
        this.#events.cancel();
        return true;
      case 'n':
      case 'N':
        return this.#goToNextChoice();
      default:
        return false;
    }
  }

  #goAside(step: 1 | -1): boolean {
    const next = this.#cell + step;
    if (next < 0 || next >= CELL_COUNT || at(next).r !== at(this.#cell).r) return true;
    this.#columnX = centreOf(next).x;
    this.#go(next);
    return true;
  }

  #goToRow(step: 1 | -1): boolean {
    const row = at(this.#cell).r + step;
    let nearest: number | null = null;
    for (let cell = 0; cell < CELL_COUNT; cell++) {
      if (at(cell).r !== row) continue;
      if (nearest === null || this.#aside(cell) < this.#aside(nearest)) nearest = cell;
    }
    if (nearest !== null) this.#go(nearest);
    return true;
  }

  #aside(cell: number): number {
    return Math.abs(centreOf(cell).x - this.#columnX);
  }

  #goToNextChoice(): boolean {
    const choices = this.#events.choices();
    const next = choices.find((cell) => cell > this.#cell) ?? choices[0];
    if (next === undefined) return true;
    this.#columnX = centreOf(next).x;
    this.#go(next);
    return true;
  }

  #go(cell: number): void {
    this.#stay(cell);
    this.#cells[cell]?.focus({ preventScroll: true });
  }

  #stay(cell: number): void {
    this.#cells[this.#cell]?.setAttribute('tabindex', '-1');
    this.#cells[cell]?.setAttribute('tabindex', '0');
    this.#cell = cell;
  }
}
