import type { Incident } from '../../protocol/incidents.ts';
import { confirm } from './dialogs.ts';
import { html, type ItemView, set, write } from './dom.ts';
import {
  approvalText,
  incidentStory,
  incidentTarget,
  incidentTone,
  PHASES,
  timeLeft,
} from './incident-words.ts';
import { link } from './parts.ts';
import { duration, moment } from './words.ts';

/** What an operator may answer to incidents that wait for it. */
export interface Answering {
  /** Denying takes less than approving what only an admin may do. */
  mayApprove(incident: Incident): boolean;
  answer(incident: Incident, isApproved: boolean): Promise<void>;
}

export interface ShownIncident {
  readonly incident: Incident;
  /** Wall clock of the server, ms. */
  readonly atMs: number;
}

/** What an alert is about, what the bot made of it, since when, and where to read on; its buttons where it waits for an answer. */
export class IncidentCard implements ItemView<ShownIncident> {
  readonly root = html('li', { class: 'card incident' });
  readonly #alert = html('h3');
  readonly #severity = html('span', { class: 'badge' });
  readonly #phase = html('span', { class: 'badge' });
  readonly #summary = html('p', { class: 'incident-summary' });
  readonly #story = html('p', { class: 'incident-story' });
  readonly #asks = html('dd');
  readonly #target = html('dd');
  readonly #began = new Moment();
  readonly #changed = new Moment();
  readonly #over = new Moment();
  readonly #overRow: HTMLElement;
  readonly #runbook = html('a', { rel: 'noopener noreferrer', target: '_blank' }, 'Runbook ↗');
  readonly #left = html('span', { class: 'incident-left' });
  readonly #approve = html('button', { type: 'button', class: 'action is-danger' }, 'Approve');
  readonly #deny = html('button', { type: 'button', class: 'action' }, 'Deny');
  readonly #answering: Answering | null;
  #incident: Incident | null = null;

  /** @param answering - null: nobody is to answer, or the operator may look only */
  constructor(answering: Answering | null) {
    this.#answering = answering;
    this.#overRow = fact('Over', this.#over.root);
    const buttons = html(
      'div',
      { class: 'incident-answer' },
      this.#left,
      this.#approve,
      this.#deny,
    );
    buttons.hidden = answering === null;
    this.#approve.addEventListener('click', () => void this.#approved());
    this.#deny.addEventListener('click', () => void this.#answered(false));
    const badges = html('span', { class: 'incident-badges' }, this.#severity, this.#phase);
    this.root.append(
      html('header', { class: 'incident-head' }, this.#alert, badges),
      ...[this.#summary, this.#story],
      html(
        'dl',
        { class: 'incident-facts' },
        ...[fact('Asks to', this.#asks), fact('Of', this.#target)],
        ...[
          fact('Began', this.#began.root),
          fact('Last change', this.#changed.root),
          this.#overRow,
        ],
      ),
      html(
        'footer',
        { class: 'incident-foot' },
        html('span', { class: 'row-links' }, this.#runbook, link('traces', 'Slowest traces')),
        buttons,
      ),
    );
  }

  update({ incident, atMs }: ShownIncident): void {
    this.#incident = incident;
    const { alert, action, severity, summary, regionId, runbookUrl, phase } = incident;
    const target = incidentTarget(incident);
    set(this.root, { class: `card incident ${incidentTone(incident)}`, 'data-phase': phase.kind });
    write(this.#alert, alert);
    write(this.#severity, severity);
    set(this.#severity, { class: `badge is-${severity === 'page' ? 'page' : 'plain'}` });
    this.#severity.hidden = severity === '';
    write(this.#phase, PHASES[phase.kind]);
    set(this.#phase, { class: `badge is-phase ${incidentTone(incident)}` });
    write(this.#summary, summary);
    this.#summary.hidden = summary === '';
    write(this.#story, incidentStory(incident));
    write(this.#asks, action === '' ? 'nothing' : action);
    if (this.#target.textContent !== target) {
      this.#target.replaceChildren(link(`nodes/${regionId}`, target));
    }
    this.#showTimes(incident, atMs);
    this.#runbook.hidden = runbookUrl === '';
    set(this.#runbook, { href: runbookUrl });
    write(this.#left, timeLeft(incident, atMs) ?? '');
    this.#approve.hidden = this.#answering?.mayApprove(incident) !== true;
    set(this.#approve, { 'aria-label': `Approve: ${action}, ${target}` });
    set(this.#deny, { 'aria-label': `Deny: ${action}, ${target}` });
  }

  #showTimes({ startedAtMs, changedAtMs, resolvedAtMs }: Incident, atMs: number): void {
    this.#began.show(startedAtMs, atMs);
    this.#changed.show(changedAtMs, atMs);
    this.#overRow.hidden = resolvedAtMs === null;
    if (resolvedAtMs !== null) this.#over.show(resolvedAtMs, atMs);
  }

  async #approved(): Promise<void> {
    const incident = this.#incident;
    if (incident === null) return;
    const { action, regionId } = incident;
    const answer = await confirm({
      title: `Approve ${action} of ${incidentTarget(incident)}?`,
      text: approvalText(incident),
      verb: 'Approve',
      ...(action === 'evacuate-region' ? { typed: regionId } : {}),
    });
    if (answer !== null) await this.#answered(true);
  }

  async #answered(isApproved: boolean): Promise<void> {
    if (this.#answering === null || this.#incident === null) return;
    const buttons = [this.#approve, this.#deny];
    for (const button of buttons) button.disabled = true;
    await this.#answering.answer(this.#incident, isApproved);
    for (const button of buttons) button.disabled = false;
  }
}

/** How long ago, and for who wants to know it when. */
class Moment {
  readonly #time = html('time');
  readonly root = html('dd', {}, this.#time);

  show(atMs: number, nowMs: number): void {
    set(this.#time, { datetime: new Date(atMs).toISOString(), title: moment(atMs) });
    write(this.#time, `${duration(nowMs - atMs)} ago`);
  }
}

function fact(name: string, value: HTMLElement): HTMLElement {
  return html('div', {}, html('dt', {}, name), value);
}
