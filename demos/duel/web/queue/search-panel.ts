import type { TicketExplanation } from '@meridian/client';
import { byId, html } from '../html.ts';

import type { RegionNames, SearchView } from './search-view.ts';
import {
  accepted,
  elapsedText,
  explanationInWords,
  offerInWords,
  searchLine,
  searchTitle,
  spoken,
  widensLine,
} from './search-words.ts';

export interface SearchPanelEvents {
  readonly cancel: () => void;
  readonly again: () => void;
  readonly playBot: () => void;
  /** Why there is no match yet; null: it cannot be said. */
  readonly explain: () => Promise<TicketExplanation | null>;
}

/** In place of the lobby's form while an opponent is looked for, and after nobody was found. */
export class SearchPanel {
  readonly #root = byId('search', HTMLElement);
  readonly #form = byId('join', HTMLElement);
  readonly #title = byId('search-title', HTMLElement);
  readonly #line = byId('search-line', HTMLElement);
  readonly #clock = byId('search-clock', HTMLElement);
  readonly #accepts = byId('search-accepts', HTMLElement);
  readonly #widens = byId('search-widens', HTMLElement);
  readonly #why = byId('search-why', HTMLElement);
  readonly #announcer = byId('announcer', HTMLElement);
  readonly #cancel = byId('search-cancel', HTMLButtonElement);
  readonly #ask = byId('search-ask', HTMLButtonElement);
  readonly #again = byId('search-again', HTMLButtonElement);
  readonly #bot = byId('search-bot', HTMLButtonElement);
  #view: SearchView | null = null;
  #names: RegionNames = new Map();

  constructor(events: SearchPanelEvents) {
    this.#cancel.addEventListener('click', events.cancel);
    this.#again.addEventListener('click', events.again);
    this.#bot.addEventListener('click', events.playBot);
    this.#ask.addEventListener('click', () => void this.#explain(events.explain));
  }

  get isOpen(): boolean {
    return this.#view !== null;
  }

  open(): void {
    this.#root.hidden = false;
    this.#form.hidden = true;
    this.#why.hidden = true;
    this.showRating(null);
    // Whoever plays by keys goes on from here: the button he pressed is gone.
    this.#title.focus();
  }

  close(): void {
    this.#view = null;
    this.#root.hidden = true;
    this.#form.hidden = false;
  }

  /** @param rating - points; null: not known yet */
  showRating(rating: number | null): void {
    byId('search-rating', HTMLElement).textContent =
      rating === null ? 'Ranked duel' : `Ranked duel · your rating ${rating}`;
  }

  nameRegions(names: RegionNames): void {
    this.#names = names;
    if (this.#view !== null) this.show(this.#view);
  }

  show(view: SearchView): void {
    const before = this.#view;
    this.#view = view;
    const isSearching = view.kind === 'searching';
    const hasEnded = view.kind === 'expired' || view.kind === 'failed';
    this.#root.dataset['kind'] = view.kind;
    this.#write(this.#title, searchTitle(view));
    this.#accepts.replaceChildren(
      ...(isSearching ? accepted(view, this.#names) : []).map((text) => html('li', '', text)),
    );
    if (!isSearching && view.kind !== 'expired') this.#why.hidden = true;
    if (view.kind === 'expired') this.#tellWhy(offerInWords(view.bestOffer, this.#names));
    this.#ask.hidden = !isSearching;
    this.#cancel.disabled = view.kind === 'found';
    this.#cancel.textContent = hasEnded ? 'Back' : 'Cancel';
    this.#again.hidden = !hasEnded;
    this.#bot.hidden = !hasEnded;
    if (hasEnded && this.#root.contains(document.activeElement)) this.#again.focus();
    this.tick();
    const words = spoken(view, this.#names);
    if (before === null || words !== spoken(before, this.#names)) {
      this.#write(this.#announcer, words);
    }
  }

  /** Once per animation frame: only what time changes. */
  tick(): void {
    const view = this.#view;
    if (view === null) return;
    const nowMs = performance.now();
    const startedAtMs = 'startedAtMs' in view ? view.startedAtMs : null;
    this.#write(this.#clock, startedAtMs === null ? '' : elapsedText(nowMs - startedAtMs));
    this.#write(this.#line, searchLine(view, this.#names, nowMs));
    this.#write(this.#widens, view.kind === 'searching' ? widensLine(view, nowMs) : '');
  }

  async #explain(ask: SearchPanelEvents['explain']): Promise<void> {
    this.#ask.disabled = true;
    try {
      const explanation = await ask();
      if (explanation !== null && this.#view?.kind === 'searching')
        this.#tellWhy(explanationInWords(explanation, this.#names));
    } catch {
      // Matched or ended meanwhile, or out of reach: the panel shows what follows.
    } finally {
      this.#ask.disabled = false;
    }
  }

  #tellWhy(text: string): void {
    this.#why.textContent = text;
    this.#why.hidden = text === '';
  }

  /** Many times a second: the page is touched only where something is new. */
  #write(element: HTMLElement, text: string): void {
    if (element.textContent !== text) element.textContent = text;
  }
}
