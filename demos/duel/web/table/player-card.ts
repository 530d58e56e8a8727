import type { Seat } from '../../shared/rules.ts';
import { drawLantern } from '../board/lantern.ts';
import type { SeatView } from '../game-view.ts';
import { html } from '../html.ts';
import { svg } from '../svg.ts';
import { clockText } from './clock-text.ts';

/** Below this a clock is urgent, ms. */
export const URGENT_MS = 15_000;

export interface CardPicture {
  readonly seat: Seat;
  readonly player: SeatView;
  readonly isYou: boolean;
  readonly isThinking: boolean;
  readonly isWinner: boolean;
}

/** A player: lantern, name, connection, score at this table, clock. */
export class PlayerCard {
  readonly #root: HTMLElement;
  readonly #avatar = svg('svg', {
    class: 'card-avatar',
    viewBox: '-22 -30 44 44',
    'aria-hidden': 'true',
  });
  readonly #name = html('span', 'card-name');
  readonly #note = html('span', 'card-note');
  readonly #wins = html('span', 'card-wins');
  readonly #clock = html('span', 'card-clock');
  #seat: Seat | null = null;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.#clock.setAttribute('role', 'timer');
    const words = html('div', 'card-words', [
      html('div', 'card-line', [this.#name, this.#wins]),
      this.#note,
    ]);
    root.replaceChildren(this.#avatar, words, this.#clock);
  }

  show(picture: CardPicture): void {
    const { isThinking, isWinner, isYou, player, seat } = picture;
    if (this.#seat !== seat) {
      this.#seat = seat;
      this.#avatar.replaceChildren(drawLantern(seat));
      this.#root.dataset['seat'] = String(seat);
    }
    this.#name.textContent = player.isTaken ? player.name : 'Free place';
    this.#wins.textContent = player.wins > 0 ? `${player.wins} won` : '';
    this.#root.classList.toggle('is-thinking', isThinking);
    this.#root.classList.toggle('is-winner', isWinner);
    this.#root.classList.toggle('is-away', player.isTaken && !player.isConnected);
    this.#root.setAttribute('aria-label', isYou ? 'You' : player.name || 'Free place');
    this.#note.dataset['plain'] = plainNote(picture);
  }

  /** Many times a second, unlike `show`. @param leftMs - null while the place is free */
  showTime(leftMs: number | null, away: { readonly forfeitInMs: number } | null): void {
    const time = leftMs === null ? '' : clockText(leftMs);
    if (this.#clock.textContent !== time) this.#clock.textContent = time;
    this.#root.classList.toggle(
      'is-urgent',
      leftMs !== null && leftMs < URGENT_MS && this.#root.classList.contains('is-thinking'),
    );
    const note =
      away === null
        ? (this.#note.dataset['plain'] ?? '')
        : `Connection lost – forfeit in ${Math.ceil(away.forfeitInMs / 1_000)} s`;
    if (this.#note.textContent !== note) this.#note.textContent = note;
  }
}

function plainNote({ isThinking, isYou, player, seat }: CardPicture): string {
  const lanterns = seat === 0 ? 'Ember' : 'Aurora';
  const fleet = player.rating < 0 ? lanterns : `${lanterns} · ${player.rating}`;
  if (!player.isTaken) return 'waiting for somebody';
  if (player.hasLeft) return 'has left the table';
  if (isYou) return isThinking ? `You · ${fleet} · your turn` : `You · ${fleet}`;
  return isThinking ? `${fleet} · thinking` : fleet;
}
