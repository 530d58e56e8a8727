import type { Seat } from '../../shared/rules.ts';
import { BoardView } from '../board/board-view.ts';
import { farSeat, type GameView, isMatch, nearSeat } from '../game-view.ts';
import { byId } from '../html.ts';
import type { Sounds } from '../sounds.ts';
import type { TableSession } from '../table-session.ts';
import { MoveList } from './move-list.ts';
import { PlayerCard, URGENT_MS } from './player-card.ts';
import { ResultPanel } from './result-panel.ts';
import { moveSentence, resultReason, resultTitle, turnLine } from './wording.ts';

export interface TableScreenEvents {
  readonly leave: () => void;
  readonly newOpponent: () => void;
  readonly botInstead: () => void;
}

const BOARD_LABEL =
  'Board. Arrow keys move, Enter chooses, N goes to the next choice, Escape cancels.';

/** The table's screen: turns views into pictures, and clicks into requests. Decides nothing about the game. */
export class TableScreen {
  readonly #sounds: Sounds;
  readonly #board: BoardView;
  readonly #near = new PlayerCard(byId('near-card', HTMLElement));
  readonly #far = new PlayerCard(byId('far-card', HTMLElement));
  readonly #moves = new MoveList(byId('moves', HTMLElement));
  readonly #result: ResultPanel;
  readonly #turnLine = byId('turn-line', HTMLElement);
  readonly #announcer = byId('announcer', HTMLElement);
  readonly #confirm = byId('confirm', HTMLDialogElement);
  #session: TableSession | null = null;
  #view: GameView | null = null;
  #selected: number | null = null;
  #tickedSecond = -1;

  constructor(sounds: Sounds, events: TableScreenEvents) {
    this.#sounds = sounds;
    const board = byId('board', SVGSVGElement);
    board.setAttribute('role', 'group');
    board.setAttribute('aria-label', BOARD_LABEL);
    this.#board = new BoardView(board, {
      choose: (cell) => this.#choose(cell),
      cancel: () => this.#select(null),
      glide: (durationMs) => sounds.glide(durationMs),
    });
    this.#result = new ResultPanel({
      rematch: (isWanted) => this.#session?.rematch(isWanted),
      newOpponent: events.newOpponent,
    });
    byId('leave', HTMLButtonElement).addEventListener('click', events.leave);
    byId('bot-instead', HTMLButtonElement).addEventListener('click', events.botInstead);
    byId('resign', HTMLButtonElement).addEventListener('click', () => this.#confirm.showModal());
    this.#confirm.addEventListener('close', () => {
      if (this.#confirm.returnValue === 'yes') this.#session?.resign();
      this.#confirm.returnValue = '';
    });
    listenToInvite();
  }

  open(session: TableSession): void {
    this.#session = session;
    this.#view = null;
    const link = new URL(location.pathname, location.origin);
    link.searchParams.set('room', session.roomId);
    byId('invite-link', HTMLInputElement).value = link.href;
  }

  close(): void {
    this.#session = null;
    this.#view = null;
    this.#selected = null;
    if (this.#confirm.open) this.#confirm.close('no');
  }

  show(view: GameView): void {
    const before = this.#view;
    this.#view = view;
    if (!view.legal.some(({ from }) => from === this.#selected)) this.#selected = null;
    this.#draw(view);
    if (before !== null) this.#tell(before, view);
  }

  /** Once per animation frame: only what time changes. */
  tick(): void {
    const view = this.#view;
    const nowAtMs = this.#session?.time.nowAtMs();
    if (view === null || nowAtMs === undefined) return;
    this.#showTime(this.#near, view, nearSeat(view), nowAtMs);
    this.#showTime(this.#far, view, farSeat(view), nowAtMs);
  }

  /** What the game on the table has done to the own rating. */
  showRating(words: string): void {
    this.#result.showRating(words);
  }

  refuse(message: string): void {
    this.#sounds.refuse();
    this.#announcer.textContent = message;
  }

  #draw(view: GameView): void {
    const isOver = view.phase === 'over';
    this.#drawBoard(view);
    for (const [card, seat] of [
      [this.#near, nearSeat(view)],
      [this.#far, farSeat(view)],
    ] as const) {
      card.show({
        seat,
        player: view.seats[seat],
        isYou: seat === view.seat,
        isThinking: view.phase === 'playing' && view.turn === seat,
        isWinner: isOver && view.winner === seat,
      });
    }
    this.#moves.show(view);
    this.#result.show(view);
    this.#turnLine.textContent = turnLine(view, this.#selected);
    this.#turnLine.classList.toggle('is-yours', view.legal.length > 0);
    document.title = view.legal.length > 0 ? 'Your turn – Floe' : 'Floe – a duel on ice';
    this.#drawWaiting(view);
    byId('resign', HTMLButtonElement).hidden = view.seat === null || view.phase !== 'playing';
    const spectators = byId('spectators', HTMLElement);
    spectators.hidden = view.spectators.length === 0;
    spectators.textContent = `${view.spectators.length} watching: ${view.spectators.join(', ')}`;
    this.tick();
  }

  #drawWaiting(view: GameView): void {
    const isOfQueue = isMatch(view);
    byId('waiting', HTMLElement).hidden = view.phase !== 'waiting';
    byId('waiting-title', HTMLElement).textContent = isOfQueue
      ? 'Your opponent is on the way'
      : 'Waiting for an opponent';
    byId('waiting-words', HTMLElement).textContent = isOfQueue
      ? 'The game begins as soon as both of you sit.'
      : 'Send this link to play a friend. Whoever comes third may watch.';
    byId('invite', HTMLElement).hidden = isOfQueue;
    byId('bot-instead', HTMLButtonElement).hidden = isOfQueue;
  }

  #drawBoard(view: GameView): void {
    const legal = view.legal;
    this.#board.show({
      floe: view.layout,
      position: view.position,
      lastMove: view.lastMove,
      seat: view.seat,
      selected: this.#selected,
      targets: legal.filter(({ from }) => from === this.#selected).map(({ to }) => to),
      movable: [...new Set(legal.map(({ from }) => from))],
    });
  }

  /** What has changed, for the ears. */
  #tell(before: GameView, view: GameView): void {
    if (view.phase === 'over' && before.phase !== 'over') {
      this.#announcer.textContent = `${resultTitle(view)}. ${resultReason(view)}`;
      if (view.winner === null) this.#sounds.refuse();
      else if (view.seat === null || view.winner === view.seat) this.#sounds.win();
      else this.#sounds.lose();
      return;
    }
    if (view.game !== before.game) {
      this.#announcer.textContent = `A new game begins. ${turnLine(view, null)}.`;
      this.#sounds.yourTurn();
    } else if (view.moves.length > before.moves.length) {
      this.#announcer.textContent = moveSentence(view);
    }
  }

  #showTime(card: PlayerCard, view: GameView, seat: Seat, nowAtMs: number): void {
    const player = view.seats[seat];
    const isThinking = view.phase === 'playing' && view.turn === seat;
    const leftMs = isThinking ? view.turnEndsAtMs - nowAtMs : player.clockMs;
    card.showTime(
      player.isTaken ? leftMs : null,
      player.forfeitAtMs > 0 ? { forfeitInMs: player.forfeitAtMs - nowAtMs } : null,
    );
    const second = Math.ceil(leftMs / 1_000);
    if (!isThinking || seat !== view.seat || leftMs >= URGENT_MS || second === this.#tickedSecond)
      return;
    this.#tickedSecond = second;
    this.#sounds.tick();
  }

  #choose(cell: number): void {
    const view = this.#view;
    if (view === null || this.#session === null) return;
    const move = view.legal.find(({ from, to }) => from === this.#selected && to === cell);
    if (move !== undefined) {
      this.#selected = null;
      this.#session.move(move);
      return;
    }
    const canGlide = view.legal.some(({ from }) => from === cell);
    if (!canGlide && view.legal.length > 0 && this.#selected === null) this.#sounds.refuse();
    this.#select(canGlide && cell !== this.#selected ? cell : null);
  }

  #select(cell: number | null): void {
    if (cell === this.#selected) return;
    this.#selected = cell;
    if (cell !== null) this.#sounds.choose();
    if (this.#view !== null) this.#draw(this.#view);
  }
}

function listenToInvite(): void {
  const link = byId('invite-link', HTMLInputElement);
  const copy = byId('copy-link', HTMLButtonElement);
  copy.addEventListener('click', async () => {
    link.select();
    try {
      await navigator.clipboard.writeText(link.value);
      copy.textContent = 'Copied';
    } catch {
      // Clipboards need a secure page; the link is selected, so the person can copy it.
      copy.textContent = 'Press Ctrl+C';
    }
  });
}
