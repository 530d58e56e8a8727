import { rememberedName, rememberName } from '../../web/player-name.ts';
import { startPosition } from '../shared/layout.ts';
import type { BotLevel, Opponent } from '../shared/messages.ts';
import { BoardView } from './board/board-view.ts';
import { byId } from './html.ts';

export interface LobbyChoice {
  /** `ranked`: whom the queue finds. */
  readonly opponent: Opponent | 'ranked';
  readonly botLevel: BotLevel;
}

/** The first screen: what the game is, a name, and whom to play. */
export class Lobby {
  readonly #form = byId('join', HTMLFormElement);
  readonly #name = byId('name', HTMLInputElement);
  readonly #error = byId('join-error', HTMLElement);

  constructor(onChoice: (choice: LobbyChoice) => void) {
    this.#name.value = rememberedName();
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      rememberName(this.#name.value);
      const button = event.submitter;
      const wanted = button instanceof HTMLButtonElement ? button.value : 'ranked';
      const opponent = wanted === 'ranked' ? wanted : opponentOf(wanted);
      onChoice({ opponent, botLevel: this.botLevel });
    });
    drawExample();
  }

  get botLevel(): BotLevel {
    return new FormData(this.#form).get('level') === 'sharp' ? 'sharp' : 'calm';
  }

  setBusy(isBusy: boolean): void {
    if (isBusy) this.#error.hidden = true;
    for (const button of this.#form.querySelectorAll('button')) button.disabled = isBusy;
    this.#form.setAttribute('aria-busy', String(isBusy));
  }

  /** After a search: the focus goes back to where it began. */
  focusRanked(): void {
    byId('play-ranked', HTMLButtonElement).focus();
  }

  showError(message: string): void {
    this.#error.textContent = message;
    this.#error.hidden = false;
  }
}

export function opponentOf(text: string | null): Opponent {
  return text === 'bot' || text === 'friend' ? text : 'anyone';
}

function drawExample(): void {
  const svg = document.getElementById('lobby-board');
  if (!(svg instanceof SVGSVGElement)) return;
  const nothing = () => undefined;
  const board = new BoardView(svg, { choose: nothing, cancel: nothing, glide: nothing });
  // A picture, not a board: nothing in it takes the focus.
  for (const cell of svg.querySelectorAll('.cell')) cell.remove();
  board.show({
    floe: 'example',
    position: startPosition(20),
    lastMove: null,
    seat: null,
    selected: 34,
    targets: [33, 32, 25, 17],
    movable: [],
  });
}
