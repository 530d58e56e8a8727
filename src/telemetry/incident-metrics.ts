import { Counter, Gauge, type Registry } from 'prom-client';

/** What an incident bot counts. */
export class IncidentMetrics {
  readonly #alerts: Counter;
  readonly #webhooksRefused: Counter;
  readonly #decisions: Counter;
  readonly #open: Gauge;
  readonly #isAtWork: Gauge;

  constructor(registry: Registry) {
    this.#alerts = new Counter({
      name: 'meridian_incident_alerts_total',
      help: 'Alerts that came in, repeated ones included.',
      labelNames: ['status'],
      registers: [registry],
    });
    this.#webhooksRefused = new Counter({
      name: 'meridian_incident_webhooks_refused_total',
      help: 'Webhooks that were not taken, by HTTP status.',
      labelNames: ['status'],
      registers: [registry],
    });
    this.#decisions = new Counter({
      name: 'meridian_incident_decisions_total',
      help: 'What the bot has made of incidents, by action and outcome, as in the audit log.',
      labelNames: ['action', 'outcome'],
      registers: [registry],
    });
    this.#open = new Gauge({
      name: 'meridian_incident_open',
      help: 'Incidents that fire, wait or are under way, by phase. Only the bot at work tells.',
      labelNames: ['phase'],
      registers: [registry],
    });
    this.#isAtWork = new Gauge({
      name: 'meridian_incident_bot_at_work',
      help: 'Whether it is the turn of this bot in its region: 1, or 0.',
      registers: [registry],
    });
  }

  alert(status: 'firing' | 'resolved'): void {
    this.#alerts.inc({ status });
  }

  webhookRefused(status: number): void {
    this.#webhooksRefused.inc({ status: String(status) });
  }

  /** @param action - one the bot knows, or `other`: alerts may name anything */
  decided(action: string, outcome: string): void {
    this.#decisions.inc({ action, outcome });
  }

  atWork(isAtWork: boolean): void {
    this.#isAtWork.set(isAtWork ? 1 : 0);
    if (!isAtWork) this.#open.reset();
  }

  open(phases: ReadonlyMap<string, number>): void {
    this.#open.reset();
    for (const [phase, incidents] of phases) this.#open.set({ phase }, incidents);
  }
}
