import { setTimeout as sleep } from 'node:timers/promises';
import { INCIDENT_ACTIONS, type Incident } from '../../protocol/incidents.ts';
import { systemClock } from '../../shared/clock.ts';
import type { IncidentMetrics } from '../../telemetry/incident-metrics.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { AuditEntry, AuditLog } from '../audit-log.ts';
import {
  decideAlert,
  decideAnswer,
  decideExpiries,
  decideOutcome,
  type IncidentContext,
  type IncidentPolicy,
  type KnownNode,
  UNDOES,
} from './decide-incident.ts';
import type { IncidentHands } from './incident-hands.ts';
import { type IncidentState, isOpen, pruned } from './incident-state.ts';
import type { HeldIncidents, IncidentMessage, IncidentStore } from './incident-store.ts';

// One bot of a region at a time, whoever holds the turn. A round:
//
//   hold the turn ─▶ read inbox and fleet ─▶ decide (pure) ─▶ save, if it is still our turn ─▶ audit log ─▶ act
//                                                                                               outcomes ─▶ next round
//
// What is decided is written down before it is done. A bot that takes over does again what is under way: everything may be done twice.

const ROUND_MS = 500;
/** Four rounds: one that is late does not lose its turn. */
const TURN_MS = 2_000;

type Outcome = Parameters<typeof decideOutcome>[1];

export interface IncidentBotDeps {
  readonly store: IncidentStore;
  readonly hands: IncidentHands;
  /** Live nodes of the region with rooms, read from its Redis. */
  readonly fleet: () => Promise<readonly KnownNode[]>;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly log: Logger;
  readonly metrics: IncidentMetrics;
}

export interface IncidentBotOptions {
  /** Of this process; no two are alike. */
  readonly botId: string;
  readonly regionId: string;
  readonly policy: IncidentPolicy;
}

export class IncidentBot {
  readonly #deps: IncidentBotDeps;
  readonly #options: IncidentBotOptions;
  readonly #stopping = new AbortController();
  /** Incidents that this process is acting on; null: it is done, and what came of it is saved with the next round. */
  readonly #underWay = new Map<string, Outcome | null>();
  #loop: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  constructor(deps: IncidentBotDeps, options: IncidentBotOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** What is under way goes on: its node, or another bot, ends it. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    // A Redis that is away forgets the turn by itself.
    await this.#deps.store.giveUpTurn(this.#options.botId).catch(() => null);
  }

  /** Something new is in the inbox. */
  wake(): void {
    this.#wake?.();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#round();
      } catch (error) {
        // An outage of Redis has its line in the log of the connection.
        this.#deps.log.debug({ err: error }, 'a round of the incident bot failed');
      }
      await this.#pause(signal);
    }
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await Promise.race([promise, sleep(ROUND_MS, null, { signal }).catch(() => null)]);
    this.#wake = undefined;
  }

  async #round(): Promise<void> {
    const { store, metrics } = this.#deps;
    const { botId } = this.#options;
    const held = await store.hold(botId, TURN_MS);
    metrics.atWork(held !== null);
    if (held === null) return;
    const { state, outcomes } = this.#decide(held, await this.#context());
    const isSaved =
      state === held.state && held.read === 0 ? true : await store.save(botId, state, held.read);
    if (!isSaved) return;
    for (const incidentId of outcomes) this.#underWay.delete(incidentId);
    this.#count(state);
    this.#begin(state.incidents);
    if (state.unwritten.length > 0) await this.#writeDown(state);
  }

  async #context(): Promise<IncidentContext> {
    const { hands, fleet } = this.#deps;
    const { regionId, policy } = this.#options;
    return {
      policy,
      world: {
        regionId,
        fleet: await fleet(),
        hasAutoscaler: hands.hasAutoscaler,
        nowMs: systemClock.wallMs(),
      },
    };
  }

  /** @returns the state as it was, when nothing has happened */
  #decide(
    { state: before, messages }: HeldIncidents,
    context: IncidentContext,
  ): { readonly state: IncidentState; readonly outcomes: readonly string[] } {
    const outcomes = [...this.#underWay.values()].filter((outcome) => outcome !== null);
    let state = before;
    for (const outcome of outcomes) state = decideOutcome(state, outcome, context);
    for (const message of messages) state = decideMessage(state, message, context);
    state = decideExpiries(state, context);
    const { cooldownMs } = context.policy;
    return {
      state: state === before ? before : pruned(state, { nowMs: context.world.nowMs, cooldownMs }),
      outcomes: outcomes.map(({ incidentId }) => incidentId),
    };
  }

  #begin(incidents: readonly Incident[]): void {
    for (const incident of incidents) {
      const { kind } = incident.phase;
      if (kind !== 'acting' && kind !== 'undoing') continue;
      if (this.#underWay.has(incident.incidentId)) continue;
      this.#underWay.set(incident.incidentId, null);
      void this.#act(incident);
    }
  }

  async #act(incident: Incident): Promise<void> {
    const { hands, log } = this.#deps;
    const { incidentId, action, alert, nodeId, phase } = incident;
    const isUndo = phase.kind === 'undoing';
    const doing = isUndo ? UNDOES[action] : action;
    log.warn({ event: 'incident', incidentId, alert, doing, nodeId }, `${alert}: ${doing}`);
    let outcome: Outcome['outcome'];
    try {
      const result = await (isUndo ? hands.undo(incident) : hands.act(incident));
      outcome = { isDone: true, result };
    } catch (error) {
      log.error({ err: error, event: 'incident-failed', incidentId, doing }, 'it was not done');
      outcome = { isDone: false, reason: (error as Error).message };
    }
    this.#underWay.set(incidentId, { incidentId, outcome });
    this.wake();
  }

  /** At least once: whoever dies in between leaves them to the next. */
  async #writeDown(state: IncidentState): Promise<void> {
    const { audit, store } = this.#deps;
    for (const entry of state.unwritten) {
      await audit.record(entry);
      this.#countEntry(entry);
    }
    await store.save(this.#options.botId, { ...state, unwritten: [] }, 0);
  }

  #countEntry({ action, outcome }: AuditEntry): void {
    const known: readonly (string | undefined)[] = [...INCIDENT_ACTIONS, ...Object.values(UNDOES)];
    this.#deps.metrics.decided(known.includes(action) ? action : 'other', outcome);
  }

  #count({ incidents }: IncidentState): void {
    const phases = new Map<string, number>();
    for (const { phase } of incidents.filter(isOpen)) {
      phases.set(phase.kind, (phases.get(phase.kind) ?? 0) + 1);
    }
    this.#deps.metrics.open(phases);
  }
}

function decideMessage(
  state: IncidentState,
  message: IncidentMessage,
  context: IncidentContext,
): IncidentState {
  switch (message.kind) {
    case 'alert':
      return decideAlert(state, message.alert, context);
    case 'answer':
      return decideAnswer(state, message.answer, context);
  }
}
