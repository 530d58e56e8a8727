import { startPosition } from '../duel/shared/layout.ts';
import { applyMove, legalMoves, type Move, outcome, type Position } from '../duel/shared/rules.ts';
import { BoardView } from '../duel/web/board/board-view.ts';

const MOVE_EVERY_MS = 1_700;
/** Games begin where they look like games. */
const MOVES_BEFORE = 7;

/** A game of Floe that plays itself, at random but by the rules, and starts again. Stands still if motion is unwelcome. */
export class FloePicture {
  readonly #board: BoardView;
  #game = 0;
  #position!: Position;
  #lastMove: Move | null = null;

  constructor(svg: SVGSVGElement) {
    const nothing = () => undefined;
    this.#board = new BoardView(svg, { choose: nothing, cancel: nothing, glide: nothing });
    // A picture, not a board: nothing in it takes the focus.
    for (const cell of svg.querySelectorAll('.cell')) cell.remove();
    this.#begin();
  }

  start(): void {
    if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    setInterval(() => {
      if (document.visibilityState === 'hidden') return;
      if (outcome(this.#position).isOver) this.#begin();
      else this.#glide();
      this.#show();
    }, MOVE_EVERY_MS);
  }

  #begin(): void {
    this.#position = startPosition(20 + this.#game++);
    for (let move = 0; move < MOVES_BEFORE; move++) this.#glide();
    this.#show();
  }

  #glide(): void {
    const moves = legalMoves(this.#position, this.#position.turn);
    const move = moves[Math.floor(Math.random() * moves.length)];
    const next = move && applyMove(this.#position, move);
    if (!move || !next) return;
    this.#position = next;
    this.#lastMove = move;
  }

  #show(): void {
    this.#board.show({
      floe: String(this.#game),
      position: this.#position,
      lastMove: this.#lastMove,
      seat: null,
      selected: null,
      targets: [],
      movable: [],
    });
  }
}
