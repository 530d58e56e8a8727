import { isSameTeam } from '../../shared/teams.ts';
import { byId, element, setText } from './dom.ts';
import type { Ranked, Standing } from './standings.ts';

export interface ScoreboardView {
  readonly standings: readonly Standing[];
  readonly myId: string;
  readonly roomId: string;
}

/** Everybody's score: held open with Tab, or opened with the button. */
export class Scoreboard {
  readonly #panel = byId('scores');
  readonly #rows = byId('score-rows');
  readonly #hint = byId('score-hint');
  #invitation = '';
  #latest: ScoreboardView | null = null;

  constructor() {
    const button = byId('score-invite');
    button.addEventListener('click', () => {
      navigator.clipboard.writeText(this.#invitation).then(
        () => setText(button, 'Copied'),
        // Without permission, or without https: the address is shown to be copied by hand.
        () => setText(this.#hint, this.#invitation),
      );
    });
  }

  get isOpen(): boolean {
    return !this.#panel.hidden;
  }

  setOpen(isOpen: boolean): void {
    this.#panel.hidden = !isOpen;
    if (isOpen) this.#write();
  }

  update(view: ScoreboardView): void {
    this.#latest = view;
    if (this.isOpen) this.#write();
  }

  #write(): void {
    if (this.#latest === null) return;
    const { standings, myId, roomId } = this.#latest;
    const me = standings.find(({ id }) => id === myId)?.fighter;
    const rows = standings.map(({ id, fighter, rank }) => {
      const row = element('tr', '');
      if (id === myId) row.dataset['me'] = 'true';
      else if (me !== undefined && isSameTeam(me, fighter)) row.dataset['friend'] = 'true';
      const name = element('td', '', fighter.name);
      const remark = remarkOn(fighter, me);
      if (remark !== '') name.append(element('small', '', remark));
      row.append(
        element('td', '', String(rank)),
        name,
        element('td', '', String(fighter.kills)),
        element('td', '', String(fighter.deaths)),
      );
      return row;
    });
    this.#rows.replaceChildren(...rows);
    this.#invitation = `${location.origin}${location.pathname}?room=${roomId}`;
    setText(this.#hint, `Room ${roomId}`);
  }
}

function remarkOn(fighter: Ranked, me: Ranked | undefined): string {
  if (fighter.isBot) return 'bot';
  if (fighter.isAway === true) return 'reconnecting';
  return me !== undefined && me !== fighter && isSameTeam(me, fighter) ? 'your squad' : '';
}
