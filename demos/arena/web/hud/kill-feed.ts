import type { KillMessage } from '../../shared/messages.ts';
import { byId, element } from './dom.ts';

const LINES = 5;
const LINE_MS = 5_500;

/** Who took out whom, newest last. */
export class KillFeed {
  readonly #list = byId('feed');

  show(kill: KillMessage, myId: string): void {
    const line = element('li', '');
    const isMine = kill.killerId === myId || kill.victimId === myId;
    if (isMine) line.dataset['mine'] = 'true';
    const arrow = element('span', '');
    arrow.innerHTML =
      '<svg viewBox="0 0 18 12" aria-label="took out"><path d="M1 6h14M11 2l4 4-4 4"/></svg>';
    line.append(
      element('span', kill.killerId === myId ? 'me' : '', kill.killerName),
      arrow,
      element('span', kill.victimId === myId ? 'me' : '', kill.victimName),
    );
    this.#list.append(line);
    while (this.#list.childElementCount > LINES) this.#list.firstElementChild?.remove();
    setTimeout(() => line.remove(), LINE_MS);
  }

  clear(): void {
    this.#list.replaceChildren();
  }
}
