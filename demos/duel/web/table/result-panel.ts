import { farSeat, type GameView } from '../game-view.ts';
import { byId } from '../html.ts';
import { offerLine, resultCareer, resultReason, resultScore, resultTitle } from './wording.ts';

export interface ResultEvents {
  readonly rematch: (isWanted: boolean) => void;
  readonly newOpponent: () => void;
}

/** Time to see the last hex sink before the result covers it, ms. */
const SHOW_AFTER_MS = 1_100;

/** Who won, why, and what next. Can be put aside to look at the board. */
export class ResultPanel {
  readonly #panel = byId('result', HTMLElement);
  readonly #reopen = byId('show-result', HTMLButtonElement);
  readonly #rematch = byId('rematch', HTMLButtonElement);
  readonly #decline = byId('decline', HTMLButtonElement);
  #shownGame = -1;
  #isAside = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(events: ResultEvents) {
    this.#rematch.addEventListener('click', () => events.rematch(true));
    this.#decline.addEventListener('click', () => events.rematch(false));
    byId('new-opponent', HTMLButtonElement).addEventListener('click', events.newOpponent);
    byId('result-close', HTMLButtonElement).addEventListener('click', () => this.#putAside(true));
    this.#reopen.addEventListener('click', () => this.#putAside(false));
  }

  /** @param words - '' when the game is not rated */
  showRating(words: string): void {
    byId('result-rating', HTMLElement).textContent = words;
  }

  show(view: GameView): void {
    if (view.phase !== 'over') {
      this.showRating('');
      clearTimeout(this.#timer);
      this.#shownGame = -1;
      this.#panel.hidden = true;
      this.#reopen.hidden = true;
      return;
    }
    this.#write(view);
    if (this.#shownGame === view.game) return;
    this.#shownGame = view.game;
    this.#timer = setTimeout(() => this.#putAside(false), SHOW_AFTER_MS);
  }

  #putAside(isAside: boolean): void {
    this.#isAside = isAside;
    this.#panel.hidden = isAside;
    this.#reopen.hidden = !isAside;
    if (!isAside && !this.#rematch.hidden) this.#rematch.focus({ preventScroll: true });
    if (isAside) this.#reopen.focus({ preventScroll: true });
  }

  #write(view: GameView): void {
    const isPlayer = view.seat !== null;
    const far = view.seats[farSeat(view)];
    const isOffered = isPlayer && view.seats[view.seat].wantsRematch;
    this.#panel.dataset['outcome'] = !isPlayer
      ? 'watched'
      : view.winner === view.seat
        ? 'won'
        : 'lost';
    byId('result-title', HTMLElement).textContent = resultTitle(view);
    byId('result-reason', HTMLElement).textContent = resultReason(view);
    byId('result-score', HTMLElement).textContent = resultScore(view);
    byId('result-career', HTMLElement).textContent = resultCareer(view);
    byId('result-offer', HTMLElement).textContent = offerLine(view);
    this.#rematch.hidden = !isPlayer || far.hasLeft || !far.isTaken;
    this.#rematch.disabled = isOffered;
    this.#rematch.textContent = isOffered
      ? 'Offered'
      : far.wantsRematch
        ? 'Accept rematch'
        : 'Rematch';
    this.#decline.hidden = !isPlayer || !far.wantsRematch;
    if (this.#isAside) this.#reopen.hidden = false;
  }
}
