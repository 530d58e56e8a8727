import { setTimeout as sleep } from 'node:timers/promises';
import { GameError } from '../../errors/game-error.ts';
import type { Incident } from '../../protocol/incidents.ts';
import type { RegionOperations } from '../region-operations.ts';
import type { Autoscaler } from './autoscaler.ts';

/** A node that is too busy to answer may answer a little later; Redis may be back. */
const TRIES = 3;
const BETWEEN_TRIES_MS = 2_000;

export interface IncidentHandsDeps {
  readonly operations: RegionOperations;
  /** Null: nothing adds nodes here. */
  readonly autoscaler: Autoscaler | null;
  readonly betweenTriesMs?: number;
}

/** What the incident bot does with its decisions. Everything may be done twice: a bot that takes over does not know how far it was. */
export class IncidentHands {
  readonly #deps: IncidentHandsDeps;

  constructor(deps: IncidentHandsDeps) {
    this.#deps = deps;
  }

  get hasAutoscaler(): boolean {
    return this.#deps.autoscaler !== null;
  }

  /** Does what the incident asks for. @returns what was done, for people @throws what kept it from being done */
  async act(incident: Incident): Promise<string> {
    return await this.#trying(() => this.#act(incident));
  }

  /** Takes it back. @returns what was done, for people @throws what kept it from being done */
  async undo(incident: Incident): Promise<string> {
    return await this.#trying(() => this.#undo(incident));
  }

  async #act({ action, nodeId, incidentId }: Incident): Promise<string> {
    const { operations } = this.#deps;
    switch (action) {
      case 'drain-node': {
        const { movedRooms, keptRooms } = await operations.drainNode(nodeId ?? '');
        return `${movedRooms} rooms moved, ${keptRooms} stay until they end`;
      }
      case 'quarantine-node':
        await operations.quarantineNode(nodeId ?? '');
        return 'takes no new rooms and players';
      case 'raise-replicas':
        return await this.#autoscaler().raise(incidentId);
      case 'close-region':
        await operations.orders.give('close');
        return 'makes no new rooms';
      case 'shed-tickets':
        await operations.orders.give('shed-tickets');
        return 'takes no new tickets';
      case 'evacuate-region':
        await operations.orders.give('evacuate');
        return 'cuts itself off; its rooms go on in the nearest region';
      default:
        throw new GameError('BAD_REQUEST', { reason: `nobody can ${action}` });
    }
  }

  async #undo({ action, nodeId, incidentId }: Incident): Promise<string> {
    const { operations } = this.#deps;
    switch (action) {
      case 'quarantine-node':
        return await this.#release(nodeId ?? '');
      case 'raise-replicas':
        return await this.#autoscaler().lower(incidentId);
      case 'close-region':
        await operations.orders.takeBack('close');
        return 'makes rooms again';
      case 'shed-tickets':
        await operations.orders.takeBack('shed-tickets');
        return 'takes tickets again';
      default:
        throw new GameError('BAD_REQUEST', { reason: `nobody undoes ${action}` });
    }
  }

  async #release(nodeId: string): Promise<string> {
    try {
      await this.#deps.operations.releaseNode(nodeId);
      return 'takes rooms and players again';
    } catch (error) {
      if (error instanceof GameError && error.code === 'NODE_UNKNOWN') return 'has gone meanwhile';
      throw error;
    }
  }

  #autoscaler(): Autoscaler {
    const { autoscaler } = this.#deps;
    if (autoscaler === null) throw new GameError('BAD_REQUEST', { reason: 'no autoscaler here' });
    return autoscaler;
  }

  async #trying<Result>(run: () => Promise<Result>): Promise<Result> {
    const { betweenTriesMs = BETWEEN_TRIES_MS } = this.#deps;
    for (let tries = 1; ; tries++) {
      try {
        return await run();
      } catch (error) {
        const isFinal = error instanceof GameError && !error.spec.retryable;
        if (isFinal || tries >= TRIES) throw error;
        await sleep(betweenTriesMs);
      }
    }
  }
}
