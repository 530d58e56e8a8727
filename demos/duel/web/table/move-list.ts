import type { GameView } from '../game-view.ts';
import { html } from '../html.ts';

/** The game's record; the newest move is kept in sight. */
export class MoveList {
  readonly #root: HTMLElement;
  #shown = '';

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  show(view: GameView): void {
    const key = `${view.layout} ${view.moves.join()}`;
    if (key === this.#shown) return;
    this.#shown = key;
    const first = (view.position.ply % 2 === 0 ? view.turn : 1 - view.turn) as 0 | 1;
    this.#root.replaceChildren(
      ...view.moves.map((move, index) => {
        const item = html('li', 'move', move.replace('-', ' → '));
        item.dataset['seat'] = String(index % 2 === 0 ? first : 1 - first);
        return item;
      }),
    );
    const last = this.#root.lastElementChild;
    last?.classList.add('is-last');
    // Only the list scrolls; scrollIntoView would move the page of a phone.
    this.#root.scrollTo({ top: this.#root.scrollHeight, left: this.#root.scrollWidth });
  }
}
