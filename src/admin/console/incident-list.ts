import type { Incident, IncidentsView } from '../../protocol/incidents.ts';
import { count } from './count.ts';
import { html, KeyedList, set, write } from './dom.ts';
import { type Answering, IncidentCard, type ShownIncident } from './incident-card.ts';

/**
 * What alerts have made of themselves: what waits for approval first, with its buttons, then what fires, then what was. A list of cards, so
 * that it reads on a phone; every card's buttons are reached by Tab, in that order.
 */
export class IncidentList {
  readonly root = html('div', { class: 'incidents' });
  readonly #watched = html('p', { class: 'watch', role: 'status' });
  readonly #sections: readonly Section[];

  /** @param answering - null: the operator may look only */
  constructor(answering: Answering | null) {
    const waits = ({ phase }: Incident) => phase.kind === 'awaits-approval';
    const isOver = (incident: Incident) => !waits(incident) && incident.resolvedAtMs !== null;
    this.#sections = [
      new Section('Waits for approval', 'Nothing waits for approval.', waits, answering),
      new Section('Open', 'Nothing fires.', (it) => !waits(it) && !isOver(it), null),
      new Section('History', 'There was nothing yet.', isOver, null),
    ];
    this.root.append(this.#watched, ...this.#sections.map(({ root }) => root));
  }

  update(view: IncidentsView): void {
    const bot = view.isWatched ? 'The incident bot is at work' : 'No incident bot is at work';
    write(this.#watched, `${bot} in ${view.regionId}.`);
    set(this.#watched, { class: view.isWatched ? 'watch' : 'watch is-away' });
    for (const section of this.#sections) section.update(view);
  }
}

class Section {
  readonly root: HTMLElement;
  readonly #count = html('span', { class: 'incident-count' });
  readonly #empty: HTMLElement;
  readonly #list = html('ul', { class: 'incident-list' });
  readonly #cards: KeyedList<ShownIncident>;
  readonly #belongs: (incident: Incident) => boolean;

  constructor(
    title: string,
    empty: string,
    belongs: (incident: Incident) => boolean,
    answering: Answering | null,
  ) {
    this.#belongs = belongs;
    this.#empty = html('p', { class: 'empty' }, empty);
    this.#cards = new KeyedList(
      this.#list,
      ({ incident }) => incident.incidentId,
      () => new IncidentCard(answering),
    );
    const head = html('div', { class: 'section-head' }, html('h2', {}, title), this.#count);
    this.root = html('section', {}, head, this.#empty, this.#list);
  }

  update({ incidents, atMs }: IncidentsView): void {
    const shown = incidents.filter(this.#belongs);
    write(this.#count, shown.length === 0 ? '' : count(shown.length, 'incident'));
    this.#empty.hidden = shown.length > 0;
    this.#list.hidden = shown.length === 0;
    this.#cards.update(shown.map((incident) => ({ incident, atMs })));
  }
}
