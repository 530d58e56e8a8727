// Pieces that several pages have.

import type { OperatorAction } from '../../protocol/admin.ts';
import type { ConsoleContext } from './console-page.ts';
import { type Confirmation, confirm } from './dialogs.ts';
import { html, set, write } from './dom.ts';

/** The head of a page: its title, what it is about, and what stands at its right. */
export function pageHead(title: string, about: string, ...right: readonly Node[]): HTMLElement {
  return html(
    'header',
    { class: 'page-head' },
    html('div', {}, html('h1', {}, title), html('p', { class: 'about' }, about)),
    html('div', { class: 'page-tools' }, ...right),
  );
}

/** A field of words to look for; told after a short rest. */
export function searchField(label: string, search: (words: string) => void): HTMLElement {
  const input = html('input', { type: 'search', placeholder: label, 'aria-label': label });
  set(input, { autocomplete: 'off', spellcheck: 'false', 'data-search': '' });
  let timer: ReturnType<typeof setTimeout> | undefined;
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => search(input.value.trim()), 250);
  });
  return input;
}

/** Chooses one of several things; keeps its choice when the list changes. */
export class Picker {
  readonly root: HTMLElement;
  readonly #select: HTMLSelectElement;

  constructor(label: string, picked: (value: string) => void) {
    this.#select = html('select', { 'aria-label': label });
    this.#select.addEventListener('change', () => picked(this.#select.value));
    this.root = html('label', { class: 'picker' }, html('span', {}, label), this.#select);
  }

  get value(): string {
    return this.#select.value;
  }

  /** @param wanted - chosen if there is such an option */
  update(values: readonly string[], wanted: string = this.#select.value): void {
    const shown = [...this.#select.options].map(({ value }) => value);
    if (shown.join('\n') !== values.join('\n')) {
      this.#select.replaceChildren(...values.map((value) => html('option', { value }, value)));
    }
    if (values.includes(wanted) && this.#select.value !== wanted) this.#select.value = wanted;
  }
}

/** A button that asks, then acts. Null when the operator may not: what he cannot do is not shown. */
export function actionButton(
  context: ConsoleContext,
  button: {
    readonly label: string;
    /** What it does to whom. */
    readonly title: string;
    /** Asked for when it is pressed: by then there may be more players. */
    readonly question: Confirmation | (() => Confirmation);
    readonly action: (reason: string) => OperatorAction;
    readonly kind: OperatorAction['action'];
    readonly done?: () => void;
    readonly isDanger?: boolean;
  },
): HTMLButtonElement | null {
  if (!context.mayDo(button.kind)) return null;
  const tone = button.isDanger === false ? '' : ' is-danger';
  const root = html('button', { type: 'button', class: `action${tone}` }, button.label);
  set(root, { 'aria-label': button.title });
  root.addEventListener('click', () => {
    void (async () => {
      const { question } = button;
      const reason = await confirm(typeof question === 'function' ? question() : question);
      if (reason === null) return;
      root.disabled = true;
      const result = await context.act(button.action(reason));
      root.disabled = false;
      if (result !== null) button.done?.();
    })();
  });
  return root;
}

/** Of buttons, those that the operator gets. */
export function present(buttons: readonly (HTMLElement | null)[]): readonly HTMLElement[] {
  return buttons.filter((button) => button !== null);
}

/** Names and values. */
export function facts(
  rows: readonly (readonly [name: string, value: Node | string])[],
): HTMLElement {
  return html(
    'dl',
    { class: 'fact-list' },
    ...rows.map(([name, value]) => html('div', {}, html('dt', {}, name), html('dd', {}, value))),
  );
}

/** Where the problem of a page stands; hidden while there is none. */
export class Problem {
  readonly root = html('p', { class: 'problem', role: 'alert' });

  constructor() {
    this.root.hidden = true;
  }

  show(text: string | null): void {
    this.root.hidden = text === null;
    write(this.root, text ?? '');
  }
}

/** Asks again and again while a page is open; the next question waits for the answer. */
export class Asking {
  readonly #everyMs: number;
  readonly #ask: () => Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #round = 0;

  constructor(everyMs: number, ask: () => Promise<void>) {
    this.#everyMs = everyMs;
    this.#ask = ask;
  }

  /** Asks at once: what is asked for has changed. */
  again(): void {
    clearTimeout(this.#timer);
    const round = ++this.#round;
    void this.#ask().finally(() => {
      if (round === this.#round) this.#timer = setTimeout(() => this.again(), this.#everyMs);
    });
  }

  /** Whether what was asked for `round` ago is still wanted. */
  get round(): number {
    return this.#round;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#round = -1;
  }
}

/** A link within the console. */
export function link(path: string, text: string): HTMLAnchorElement {
  return html('a', { href: `#/${path}` }, text);
}
