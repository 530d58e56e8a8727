import type { ConsoleSource } from '../admin/console-router.ts';
import { type CountedRoom, describeRegionWorld, type LinkSight } from '../admin/region-world.ts';
import type { NodeInfo } from '../cluster/node-info.ts';
import { GameError } from '../errors/game-error.ts';
import type { QueueStatus } from '../matchmaking/contract.ts';
import type { ActionResult, OperatorAction } from '../protocol/admin.ts';
import type { DrainResult } from '../protocol/rest.ts';
import type { Regions } from '../regions/contract.ts';
import { systemClock } from '../shared/clock.ts';

export interface NodeConsoleDeps {
  readonly regions: Regions;
  readonly nodes: () => readonly NodeInfo[];
  /** All rooms of the region. @throws when the directory does not answer */
  readonly rooms: () => Promise<readonly CountedRoom[]> | readonly CountedRoom[];
  readonly link: (regionId: string) => LinkSight | undefined;
  /** May reject: matchmaking that runs elsewhere does not answer. */
  readonly queues: () => Promise<readonly QueueStatus[]>;
  readonly drain: (nodeId: string) => Promise<DrainResult>;
}

/** Counting rooms reads all of them: however many operators look, once in so many ms. */
const COUNT_EVERY_MS = 1_000;

/** The console of one node: it shows its region, and drains nodes. */
export function createNodeConsole(deps: NodeConsoleDeps): ConsoleSource {
  const rooms = atMostEvery(COUNT_EVERY_MS, async () => {
    try {
      return await deps.rooms();
    } catch {
      // The directory says so itself in the log; the console shows that nobody knows.
      return null;
    }
  });
  return {
    view: async () => {
      // Queues of which nobody tells are left out. A node whose matchmaking is elsewhere says in its readiness that it is away.
      const [counted, queues] = await Promise.all([rooms(), deps.queues().catch(() => [])]);
      const { catalogue, report } = deps.regions;
      return describeRegionWorld({
        atMs: systemClock.wallMs(),
        ownRegionId: catalogue.ownRegionId,
        regions: catalogue.regions,
        report,
        link: deps.link,
        nodes: deps.nodes(),
        rooms: counted,
        queues: queues.map(({ queue, waiting, oldestWaitMs }) => ({
          ...{ regionId: catalogue.ownRegionId, queue, waiting },
          oldestWaitMs: waiting === 0 ? null : oldestWaitMs,
        })),
      });
    },
    act: (action) => act(action, deps),
  };
}

async function act(action: OperatorAction, { drain }: NodeConsoleDeps): Promise<ActionResult> {
  if (action.action !== 'drain-node') {
    throw new GameError('BAD_REQUEST', { reason: `a node cannot ${action.action}` });
  }
  const { movedRooms, keptRooms } = await drain(action.nodeId);
  const kept = keptRooms === 0 ? '' : `, ${keptRooms} stay until they end`;
  return { done: `node ${action.nodeId} drains: ${movedRooms} rooms moved${kept}` };
}

function atMostEvery<T>(everyMs: number, read: () => Promise<T>): () => Promise<T> {
  let latest: { readonly atMs: number; readonly value: Promise<T> } | null = null;
  return () => {
    const atMs = systemClock.monotonicMs();
    if (latest === null || atMs - latest.atMs >= everyMs) latest = { atMs, value: read() };
    return latest.value;
  };
}
