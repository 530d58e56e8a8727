import { GameError } from '../../errors/game-error.ts';
import type { IncidentsView } from '../../protocol/incidents.ts';
import { systemClock } from '../../shared/clock.ts';
import { isOpen } from './incident-state.ts';
import type { IncidentStore } from './incident-store.ts';

/** Incidents of a region as its operators see them, on any node of it; the bot may be elsewhere. */
export interface IncidentDesk {
  /** @throws {Error} when Redis does not answer */
  view(): Promise<IncidentsView>;
  /**
   * Passes an operator's answer on to the bot.
   *
   * @param answer.by - as the audit log names him
   * @throws {GameError} `NOT_FOUND` when no such incident waits for an answer
   */
  answer(answer: {
    readonly incidentId: string;
    readonly isApproved: boolean;
    readonly by: string;
  }): Promise<void>;
}

/** @param deps.store - null: the region has no Redis, and so no bot */
export function createIncidentDesk({
  store,
  regionId,
}: {
  readonly store: IncidentStore | null;
  readonly regionId: string;
}): IncidentDesk {
  return {
    view: async () => {
      const nothing = { incidents: [], isWatched: false };
      const { incidents, isWatched } = (await store?.look()) ?? nothing;
      const newest = [...incidents].sort(
        (a, b) => Number(isOpen(b)) - Number(isOpen(a)) || b.firstSeenAtMs - a.firstSeenAtMs,
      );
      return { atMs: systemClock.wallMs(), regionId, isWatched, incidents: newest };
    },
    answer: async (answer) => {
      const { incidents = [] } = (await store?.look()) ?? {};
      const incident = incidents.find(({ incidentId }) => incidentId === answer.incidentId);
      if (store === null || incident?.phase.kind !== 'awaits-approval') {
        throw new GameError('NOT_FOUND', { reason: 'no such incident waits for an answer' });
      }
      await store.post([{ kind: 'answer', answer }]);
    },
  };
}
