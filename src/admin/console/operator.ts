import type { OperatorAction } from '../../protocol/admin.ts';
import { html, write } from './dom.ts';

/** Does what an operator asks for, and tells how it went. */
export type Act = (action: OperatorAction) => Promise<void>;

const CONFIRM_WITHIN_MS = 4_000;

/** A button of one action at a time: off while it is under way. */
export class ActionButton {
  readonly root: HTMLButtonElement;
  readonly #act: Act;
  readonly #asksAgain: boolean;
  #action: OperatorAction | null = null;
  #label = '';
  #armed: ReturnType<typeof setTimeout> | undefined;

  /** @param asksAgain - whether it takes a second press: real nodes have real players */
  constructor(act: Act, { tone = '', asksAgain = false } = {}) {
    this.#act = act;
    this.#asksAgain = asksAgain;
    this.root = html('button', { type: 'button', class: `action ${tone}` });
    this.root.addEventListener('click', () => void this.#press());
  }

  /** @param title - what it does to whom, for who cannot see where it stands */
  update(label: string, title: string, action: OperatorAction | null): void {
    this.#action = action;
    this.#label = label;
    this.root.hidden = action === null;
    if (this.root.getAttribute('aria-label') !== title) this.root.setAttribute('aria-label', title);
    if (this.#armed === undefined) write(this.root, label);
  }

  async #press(): Promise<void> {
    if (this.#action === null) return;
    if (this.#asksAgain && this.#armed === undefined) {
      write(this.root, 'Sure?');
      this.#armed = setTimeout(() => this.#disarm(), CONFIRM_WITHIN_MS);
      return;
    }
    this.#disarm();
    this.root.disabled = true;
    await this.#act(this.#action);
    this.root.disabled = false;
  }

  #disarm(): void {
    clearTimeout(this.#armed);
    this.#armed = undefined;
    write(this.root, this.#label);
  }
}
