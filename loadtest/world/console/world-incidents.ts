import type { IncidentDesk } from '../../../src/admin/incidents/incident-desk.ts';
import { GameError } from '../../../src/errors/game-error.ts';
import type { IncidentsView } from '../../../src/protocol/incidents.ts';
import type { ClusterNode } from '../../cluster/cluster-node.ts';
import type { World } from '../world.ts';

const PATIENCE_MS = 2_000;

/** Incidents of a whole local world: a node of each region tells for its region, and passes on what is answered. */
export class WorldIncidents implements IncidentDesk {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async view(): Promise<IncidentsView> {
    const told = await this.#views();
    return {
      atMs: Date.now(),
      regionId: 'this local world',
      isWatched: told.some(({ view }) => view.isWatched),
      incidents: told.flatMap(({ view }) => view.incidents),
    };
  }

  async answer({ incidentId, isApproved }: Parameters<IncidentDesk['answer']>[0]): Promise<void> {
    const told = await this.#views();
    const found = told.find(({ view }) =>
      view.incidents.some((each) => each.incidentId === incidentId),
    );
    if (found === undefined) throw new GameError('NOT_FOUND', { reason: 'no such incident' });
    await found.node.answerIncident(incidentId, isApproved ? 'approve' : 'deny');
  }

  /** Of regions of which a node answers. */
  async #views(): Promise<readonly { readonly node: ClusterNode; readonly view: IncidentsView }[]> {
    const views = await Promise.all(
      [...this.#world.regions.values()].map(async ({ cluster }) => {
        const [node] = cluster.running;
        if (node === undefined) return [];
        try {
          const view = (await node.tell('incidents', { timeoutMs: PATIENCE_MS })) as IncidentsView;
          return [{ node, view }];
        } catch {
          // Killed a moment ago, or too busy: the page asks again.
          return [];
        }
      }),
    );
    return views.flat();
  }
}
