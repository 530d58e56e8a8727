import type { ConsoleSource } from '../admin/console-router.ts';
import { type CountedRoom, describeRegionWorld, type LinkSight } from '../admin/region-world.ts';
import { runsService } from '../cluster/node-info.ts';
import { REGION_ORDERS, type RegionOrders } from '../cluster/region-orders.ts';
import type { QueueOverview } from '../matchmaking/contract.ts';
import type { ActionResult, OperatorAction, WorldView } from '../protocol/admin.ts';
import type { AnswerTo, OperatorQuestion } from '../protocol/operator-questions.ts';
import type { Regions } from '../regions/contract.ts';
import { systemClock } from '../shared/clock.ts';
import type { OtherRegionDesks } from './other-region-desks.ts';
import { RegionDesk, type RegionDeskDeps } from './region-desk.ts';

export type NodeConsoleDeps = Omit<RegionDeskDeps, 'regionId' | 'view' | 'matchmaking'> & {
  readonly nodeId: string;
  readonly regions: Regions;
  readonly link: (regionId: string) => LinkSight | undefined;
  /** `statuses` may reject: matchmaking that runs elsewhere does not answer. */
  readonly matchmaking: RegionDeskDeps['matchmaking'] & Pick<QueueOverview, 'statuses'>;
  readonly desks: OtherRegionDesks;
  readonly orders: Pick<RegionOrders, 'holds'>;
};

/** Counting rooms reads all of them: however many operators look, once in so many ms. */
const COUNT_EVERY_MS = 1_000;

/** The console of one node: it shows its region, and passes on what is asked of others. */
export function createNodeConsole(deps: NodeConsoleDeps): ConsoleSource {
  const { nodeId, nodes, desks } = deps;
  const { ownRegionId } = deps.regions.catalogue;
  const rooms = atMostEvery(COUNT_EVERY_MS, async (): Promise<readonly CountedRoom[] | null> => {
    try {
      return await deps.directory.query({});
    } catch {
      // The directory says so itself in the log; the console shows that nobody knows.
      return null;
    }
  });
  const view = () => describe(deps, rooms);
  const desk = new RegionDesk({ ...deps, regionId: ownRegionId, view });
  const ask = async <Question extends OperatorQuestion>(question: Question) => {
    const { regionId } = question;
    if (regionId === ownRegionId) return await desk.ask(question);
    return (await desks.request(regionId, { question })) as AnswerTo<Question>;
  };
  const act = async (action: OperatorAction) => {
    const regionId = 'regionId' in action ? action.regionId : undefined;
    if (regionId === undefined || regionId === ownRegionId) return await desk.act(action);
    return (await desks.request(regionId, { action })) as ActionResult;
  };
  desks.answerWith({
    nodeId,
    // Who only matches has no desk.
    nodes: () => nodes().filter((node) => runsService(node, 'game')),
    // It was sent here: a region that has another name for ours is told so by our own desk.
    ask: (question) => desk.ask(question),
    act: (action) => desk.act(action),
  });
  return { view, ask, act };
}

async function describe(
  deps: NodeConsoleDeps,
  rooms: () => Promise<readonly CountedRoom[] | null>,
): Promise<WorldView> {
  // Queues of which nobody tells are left out. A node whose matchmaking is elsewhere says in its readiness that it is away.
  const [counted, queues] = await Promise.all([
    rooms(),
    deps.matchmaking.statuses().catch(() => []),
  ]);
  const { catalogue, report } = deps.regions;
  return describeRegionWorld({
    atMs: systemClock.wallMs(),
    ownRegionId: catalogue.ownRegionId,
    regions: catalogue.regions,
    report: (regionId) => report.call(deps.regions, regionId),
    link: deps.link,
    nodes: deps.nodes(),
    rooms: counted,
    orders: REGION_ORDERS.filter((each) => deps.orders.holds(each)),
    queues: queues.map(({ queue, waiting, oldestWaitMs }) => ({
      ...{ regionId: catalogue.ownRegionId, queue, waiting },
      oldestWaitMs: waiting === 0 ? null : oldestWaitMs,
    })),
  });
}

function atMostEvery<T>(everyMs: number, read: () => Promise<T>): () => Promise<T> {
  let latest: { readonly atMs: number; readonly value: Promise<T> } | null = null;
  return () => {
    const atMs = systemClock.monotonicMs();
    if (latest === null || atMs - latest.atMs >= everyMs) latest = { atMs, value: read() };
    return latest.value;
  };
}
