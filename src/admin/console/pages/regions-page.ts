import type { WorldRegion } from '../../../protocol/admin.ts';
import type { ConsoleContext, ConsolePage, OpenPage } from '../console-page.ts';
import { html } from '../dom.ts';
import {
  type AffectedRegion,
  type RegionOperation,
  regionQuestion,
} from '../operation-questions.ts';
import { Asking, actionButton, link, pageHead, present } from '../parts.ts';
import { lookAtRegions, type RegionLook } from '../region-looks.ts';
import { SortedTable } from '../table.ts';
import { duration, percent } from '../words.ts';
import { regionState, regionTone } from '../world-map.ts';

const LOOK_EVERY_MS = 2_000;

type Order = NonNullable<WorldRegion['orders']>[number];

/** What can be said of a region until it is taken back: by which operation, by which it is taken back, and how it is shown while it holds. */
const ORDERS = [
  { order: 'close', give: 'close-region', back: 'open-region', shown: 'no new rooms' },
  { order: 'shed-tickets', give: 'shed-tickets', back: 'take-tickets', shown: 'no new tickets' },
  { order: 'evacuate', give: 'evacuate-region', back: 'return-region', shown: 'evacuated' },
] as const satisfies readonly {
  readonly order: Order;
  readonly give: RegionOperation;
  readonly back: RegionOperation;
  readonly shown: string;
}[];

const LABELS = {
  'close-region': 'Close',
  'open-region': 'Open',
  'shed-tickets': 'Shed tickets',
  'take-tickets': 'Take tickets',
  'evacuate-region': 'Evacuate',
  'return-region': 'Return',
} as const satisfies Record<RegionOperation, string>;

interface Row {
  readonly region: WorldRegion;
  /** What holds there; null: nobody here knows. */
  readonly orders: WorldRegion['orders'];
}

/** All regions as they report themselves, and what can be said of each until it is taken back. */
export const regionsPage: ConsolePage = {
  ...{ id: 'regions', title: 'Regions', key: 'r' },
  open: openRegions,
};

function openRegions(context: ConsoleContext): OpenPage {
  let looks: readonly RegionLook[] | null = null;
  // Only a region itself knows its orders.
  const asking = new Asking(LOOK_EVERY_MS, async () => {
    if (context.world === null) return;
    looks = await lookAtRegions(context.world);
    show();
  });
  const table = regionTable((row) =>
    regionButtons(context, row, {
      affected: () => affectedIn(row.region.regionId, context, looks ?? []),
      done: () => asking.again(),
    }),
  );
  const show = () => {
    const { regions = [] } = context.world ?? {};
    const rows = regions.map((region) => ({ region, orders: ordersOf(region, looks ?? []) }));
    table.update(rows, 'There are no regions.');
  };
  const root = html(
    'div',
    { class: 'plain-page' },
    pageHead('Regions', 'As they report themselves, once a second.'),
    table.root,
  );
  return {
    root,
    update: () => {
      if (looks === null) {
        looks = [];
        asking.again();
      }
      show();
    },
    close: () => asking.stop(),
  };
}

function regionTable(buttons: (row: Row) => HTMLElement): SortedTable<Row> {
  return new SortedTable<Row>({
    caption: 'Regions',
    keyOf: ({ region }) => region.regionId,
    columns: [
      { title: 'Region', value: ({ region }) => region.name },
      { title: 'Id', value: ({ region }) => region.regionId },
      {
        title: 'State',
        value: ({ region }) => regionState(region),
        cell: stateCell,
      },
      {
        title: 'Players',
        value: ({ region }) => region.seats ?? -1,
        cell: ({ region }) => known(region.seats),
        isFigure: true,
      },
      {
        title: 'Seats',
        value: ({ region }) => region.capacity ?? -1,
        cell: ({ region }) => known(region.capacity),
        isFigure: true,
      },
      {
        title: 'Load',
        value: ({ region }) => region.loadRatio ?? -1,
        cell: ({ region }) => percent(region.loadRatio),
        isFigure: true,
      },
      {
        title: 'Heard',
        value: ({ region }) => region.reportAgeMs ?? Number.MAX_SAFE_INTEGER,
        cell: ({ region: { reportAgeMs } }) =>
          reportAgeMs === null ? 'never' : `${duration(reportAgeMs)} ago`,
        isFigure: true,
      },
      {
        title: 'Builds',
        value: ({ region }) => region.builds.filter((build) => build !== '').join(', ') || '–',
      },
      { title: '', value: () => '', cell: buttons },
    ],
  });
}

function stateCell({ region, orders }: Row): HTMLElement {
  const holding = ORDERS.filter(({ order }) => orders?.includes(order));
  return html(
    'span',
    { class: 'row-links' },
    html('span', { class: `badge ${regionTone(region)}` }, regionState(region)),
    ...holding.map(({ order, shown }) =>
      html('span', { class: `badge is-order is-${order}` }, shown),
    ),
  );
}

/** Ways to what is in it; of each order that holds the button that takes it back, else the one that gives it; none while nobody knows. */
function regionButtons(
  context: ConsoleContext,
  { region: { regionId }, orders }: Row,
  on: { readonly affected: () => AffectedRegion; readonly done: () => void },
): HTMLElement {
  const offered = orders === null ? [] : ORDERS;
  const buttons = offered.map(({ order, give, back }) => {
    const isHolding = orders?.includes(order) === true;
    const operation = isHolding ? back : give;
    return actionButton(context, {
      ...{ label: LABELS[operation], kind: operation, isDanger: !isHolding, done: on.done },
      title: `${LABELS[operation]}: region ${regionId}`,
      question: () => regionQuestion(operation, regionId, on.affected()),
      action: () => ({ action: operation, regionId }),
    });
  });
  return html(
    'span',
    { class: 'row-links' },
    link(`rooms/${regionId}`, 'Rooms'),
    link(`nodes/${regionId}`, 'Nodes'),
    ...present(buttons),
  );
}

/** A region's own word, when it has answered. */
function ordersOf(
  { regionId, orders }: WorldRegion,
  looks: readonly RegionLook[],
): WorldRegion['orders'] {
  if (orders !== null) return orders;
  const view = looks.find((look) => look.regionId === regionId)?.view;
  return view?.regions.find((region) => region.regionId === regionId)?.orders ?? null;
}

function affectedIn(
  regionId: string,
  { world }: ConsoleContext,
  looks: readonly RegionLook[],
): AffectedRegion {
  const view = looks.find((look) => look.regionId === regionId)?.view;
  const regions = world?.regions ?? [];
  const ofRegion = (each: { readonly regionId: string }) => each.regionId === regionId;
  return {
    rooms: view?.rooms?.filter(ofRegion).reduce((sum, { rooms }) => sum + rooms, 0) ?? null,
    players: regions.find(ofRegion)?.seats ?? null,
    waiting: view?.queues.filter(ofRegion).reduce((sum, each) => sum + each.waiting, 0) ?? 0,
    hasRefuge: regions.length > 2,
  };
}

function known(figure: number | null): string {
  return figure === null ? '–' : String(figure);
}
