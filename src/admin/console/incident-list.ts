import type { Incident, IncidentsView } from '../../protocol/incidents.ts';
import { html, type ItemView, KeyedList, set, write } from './dom.ts';
import { incidentState, incidentTone, timeLeft } from './incident-words.ts';

/** An operator's answer to an incident that waits for one. */
export type AnswerIncident = (incident: Incident, isApproved: boolean) => Promise<void>;

/**
 * What alerts have made of themselves: what waits for approval first, with its buttons, then what fires, then what was. A list of cards, so
 * that it reads on a phone; every card's buttons are reached by Tab, in that order.
 */
export class IncidentList {
  readonly root = html('div', { class: 'incidents' });
  readonly #watched = html('p', { class: 'note', role: 'status' });
  readonly #sections: readonly Section[];

  /** @param answer - null: the operator may look only */
  constructor(answer: AnswerIncident | null) {
    const waits = ({ phase }: Incident) => phase.kind === 'awaits-approval';
    const isOver = (incident: Incident) => !waits(incident) && incident.resolvedAtMs !== null;
    this.#sections = [
      new Section('Waits for approval', 'Nothing waits for approval.', waits, answer),
      new Section('Open', 'Nothing fires.', (it) => !waits(it) && !isOver(it), null),
      new Section('History', 'There was nothing yet.', isOver, null),
    ];
    this.root.append(this.#watched, ...this.#sections.map(({ root }) => root));
  }

  update(view: IncidentsView): void {
    const bot = view.isWatched ? 'The incident bot is at work' : 'No incident bot is at work';
    write(this.#watched, `${bot} in ${view.regionId}.`);
    for (const section of this.#sections) section.update(view);
  }
}

class Section {
  readonly root: HTMLElement;
  readonly #empty: HTMLElement;
  readonly #cards: KeyedList<Shown>;
  readonly #belongs: (incident: Incident) => boolean;

  constructor(
    title: string,
    empty: string,
    belongs: (incident: Incident) => boolean,
    answer: AnswerIncident | null,
  ) {
    const list = html('ul', { class: 'incident-list' });
    this.#belongs = belongs;
    this.#empty = html('p', { class: 'note' }, empty);
    this.#cards = new KeyedList(
      list,
      ({ incident }) => incident.incidentId,
      () => new IncidentCard(answer),
    );
    this.root = html('section', {}, html('h2', {}, title), this.#empty, list);
  }

  update({ incidents, atMs }: IncidentsView): void {
    const shown = incidents.filter(this.#belongs);
    this.#empty.hidden = shown.length > 0;
    this.#cards.update(shown.map((incident) => ({ incident, atMs })));
  }
}

interface Shown {
  readonly incident: Incident;
  readonly atMs: number;
}

class IncidentCard implements ItemView<Shown> {
  readonly root = html('li', { class: 'card incident' });
  readonly #alert = html('h3');
  readonly #state = html('span', { class: 'state' });
  readonly #summary = html('p');
  readonly #facts = html('p', { class: 'facts' });
  readonly #runbook = html('a', { rel: 'noopener noreferrer', target: '_blank' }, 'Runbook');
  readonly #approve = html('button', { type: 'button', class: 'action is-danger' }, 'Approve');
  readonly #deny = html('button', { type: 'button', class: 'action' }, 'Deny');
  #incident: Incident | null = null;

  constructor(answer: AnswerIncident | null) {
    const buttons = html('div', { class: 'buttons' }, this.#approve, this.#deny);
    buttons.hidden = answer === null;
    for (const [button, isApproved] of [
      [this.#approve, true],
      [this.#deny, false],
    ] as const) {
      button.addEventListener('click', async () => {
        if (answer === null || this.#incident === null) return;
        for (const each of [this.#approve, this.#deny]) each.disabled = true;
        await answer(this.#incident, isApproved);
        for (const each of [this.#approve, this.#deny]) each.disabled = false;
      });
    }
    const head = html('header', {}, this.#alert, this.#state);
    this.root.append(head, this.#summary, this.#facts, this.#runbook, buttons);
  }

  update({ incident, atMs }: Shown): void {
    this.#incident = incident;
    const { alert, action, summary, nodeId, regionId, runbookUrl, startedAtMs } = incident;
    const target = nodeId === null ? `region ${regionId}` : `node ${nodeId}`;
    write(this.#alert, alert);
    write(this.#state, incidentState(incident));
    set(this.#state, { class: `state ${incidentTone(incident)}` });
    write(this.#summary, summary);
    const asked = action === '' ? 'asks for nothing' : `asks to ${action}`;
    const since = `${asked} · ${target} · since ${new Date(startedAtMs).toLocaleTimeString()}`;
    const left = timeLeft(incident, atMs);
    write(this.#facts, left === null ? since : `${since} · ${left}`);
    this.#runbook.hidden = runbookUrl === '';
    set(this.#runbook, { href: runbookUrl });
    set(this.#approve, { 'aria-label': `Approve: ${action}, ${target}` });
    set(this.#deny, { 'aria-label': `Deny: ${action}, ${target}` });
  }
}
