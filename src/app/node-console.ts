import type { ConsoleSource } from '../admin/console-router.ts';
import type { RegionOperations } from '../admin/region-operations.ts';
import { type CountedRoom, describeRegionWorld, type LinkSight } from '../admin/region-world.ts';
import type { NodeInfo } from '../cluster/node-info.ts';
import { REGION_ORDERS, type RegionOrders } from '../cluster/region-orders.ts';
import { GameError } from '../errors/game-error.ts';
import type { QueueStatus } from '../matchmaking/contract.ts';
import type { ActionResult, OperatorAction } from '../protocol/admin.ts';
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
  readonly operations: RegionOperations;
  readonly orders: Pick<RegionOrders, 'holds'>;
}

/** Counting rooms reads all of them: however many operators look, once in so many ms. */
const COUNT_EVERY_MS = 1_000;

/** The console of one node: it shows its region, and acts on it and its nodes. */
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
        orders: REGION_ORDERS.filter((each) => deps.orders.holds(each)),
        queues: queues.map(({ queue, waiting, oldestWaitMs }) => ({
          ...{ regionId: catalogue.ownRegionId, queue, waiting },
          oldestWaitMs: waiting === 0 ? null : oldestWaitMs,
        })),
      });
    },
    act: (action) => act(action, deps),
  };
}

async function act(action: OperatorAction, deps: NodeConsoleDeps): Promise<ActionResult> {
  const { operations } = deps;
  switch (action.action) {
    case 'drain-node': {
      const { movedRooms, keptRooms } = await operations.drainNode(action.nodeId);
      const kept = keptRooms === 0 ? '' : `, ${keptRooms} stay until they end`;
      return { done: `node ${action.nodeId} drains: ${movedRooms} rooms moved${kept}` };
    }
    case 'quarantine-node':
      await operations.quarantineNode(action.nodeId);
      return { done: `node ${action.nodeId} takes no new rooms and players` };
    case 'release-node':
      await operations.releaseNode(action.nodeId);
      return { done: `node ${action.nodeId} takes rooms and players again` };
    case 'close-region':
    case 'open-region':
    case 'shed-tickets':
    case 'take-tickets':
    case 'evacuate-region':
    case 'return-region':
      return await giveOrder(action, deps);
    default:
      throw new GameError('BAD_REQUEST', { reason: `a node cannot ${action.action}` });
  }
}

/** What each action on a region gives or takes back, and how it is told. */
const ORDERS = {
  'close-region': { order: 'close', isGiven: true, done: 'makes no new rooms' },
  'open-region': { order: 'close', isGiven: false, done: 'makes rooms again' },
  'shed-tickets': { order: 'shed-tickets', isGiven: true, done: 'takes no new tickets' },
  'take-tickets': { order: 'shed-tickets', isGiven: false, done: 'takes tickets again' },
  'evacuate-region': { order: 'evacuate', isGiven: true, done: 'is evacuated' },
  'return-region': { order: 'evacuate', isGiven: false, done: 'is linked again' },
} as const;

async function giveOrder(
  { action, regionId }: { readonly action: keyof typeof ORDERS; readonly regionId: string },
  { operations, regions }: NodeConsoleDeps,
): Promise<ActionResult> {
  if (regionId !== regions.catalogue.ownRegionId) {
    throw new GameError('BAD_REQUEST', { reason: `this node is not of region ${regionId}` });
  }
  const { order, isGiven, done } = ORDERS[action];
  await (isGiven ? operations.orders.give(order) : operations.orders.takeBack(order));
  return { done: `region ${regionId} ${done}` };
}

function atMostEvery<T>(everyMs: number, read: () => Promise<T>): () => Promise<T> {
  let latest: { readonly atMs: number; readonly value: Promise<T> } | null = null;
  return () => {
    const atMs = systemClock.monotonicMs();
    if (latest === null || atMs - latest.atMs >= everyMs) latest = { atMs, value: read() };
    return latest.value;
  };
}
