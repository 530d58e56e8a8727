import type { WorldBots } from '../../protocol/admin.ts';
import { write } from './dom.ts';
import type { Act } from './operator.ts';

/** How many bots play; moved by hand, it waits for the hand to let go. */
export class BotSlider {
  readonly #root: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #output: HTMLElement;
  #isHeld = false;

  constructor(root: HTMLElement, act: Act) {
    this.#root = root;
    this.#input = root.querySelector('input') as HTMLInputElement;
    this.#output = root.querySelector('output') as HTMLElement;
    this.#input.addEventListener('input', () => {
      this.#isHeld = true;
      write(this.#output, this.#input.value);
    });
    this.#input.addEventListener('change', () => {
      void act({ action: 'bots', count: Number(this.#input.value) }).then(() => {
        this.#isHeld = false;
      });
    });
  }

  update(bots: WorldBots | null): void {
    this.#root.hidden = bots === null;
    if (bots === null || this.#isHeld) return;
    if (this.#input.value !== String(bots.wanted)) this.#input.value = String(bots.wanted);
    const { playing, wanted } = bots;
    write(this.#output, playing === wanted ? `${wanted}` : `${playing} of ${wanted}`);
  }
}
