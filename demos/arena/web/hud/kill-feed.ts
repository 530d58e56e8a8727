import type { KillMessage } from '../../shared/messages.ts';
import { byId, element } from './dom.ts';

const LINES = 5;
const LINE_MS = 5_500;

/** Who took out whom, newest last. */
export class KillFeed {
  readonly #list = byId('feed');

  /** @param sideOf - of a fighter, as the class of its name: `me`, `friend`, or '' for everybody else */
  show(kill: KillMessage, sideOf: (id: string) => string): void {
    const line = element('li', '');
    const [killer, victim] = [sideOf(kill.killerId), sideOf(kill.victimId)];
    if (killer === 'me' || victim === 'me') line.dataset['mine'] = 'true';
    const arrow = element('span', '');
    arrow.innerHTML =
      '<svg viewBox="0 0 18 12" aria-label="took out"><path d="M1 6h14M11 2l4 4-4 4"/></svg>';
    line.append(
      element('span', killer, kill.killerName),
      arrow,
      element('span', victim, kill.victimName),
    );
    this.#list.append(line);
    while (this.#list.childElementCount > LINES) this.#list.firstElementChild?.remove();
    setTimeout(() => line.remove(), LINE_MS);
  }

  clear(): void {
    this.#list.replaceChildren();
  }
}
