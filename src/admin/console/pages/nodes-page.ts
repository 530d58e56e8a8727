import type { WorldNode, WorldView } from '../../../protocol/admin.ts';
import type { ConsoleContext, ConsolePage, OpenPage } from '../console-page.ts';
import { html } from '../dom.ts';
import { type NodeOperation, nodeQuestion } from '../operation-questions.ts';
import { Asking, actionButton, Picker, Problem, pageHead, present } from '../parts.ts';
import { lookAtRegions, type RegionLook } from '../region-looks.ts';
import { SortedTable } from '../table.ts';
import { duration, percent } from '../words.ts';
import { nodeTitle } from '../world-events.ts';

const LOOK_EVERY_MS = 2_000;
const ALL = 'all regions';

/** Nodes of every region that answers. */
export const nodesPage: ConsolePage = {
  ...{ id: 'nodes', title: 'Nodes', key: 'n' },
  open: openNodes,
};

function openNodes(context: ConsoleContext, path: readonly string[]): OpenPage {
  let looks: readonly RegionLook[] = [];
  const picker = new Picker('Region', () => show());
  const problem = new Problem();
  const table = nodeTable((node) =>
    nodeButtons(context, node, {
      latest: () => nodesOf(looks).find(({ nodeId }) => nodeId === node.nodeId) ?? node,
      done: () => asking.again(),
    }),
  );
  const asking = new Asking(LOOK_EVERY_MS, async () => {
    if (context.world === null) return;
    looks = await lookAtRegions(context.world);
    show();
  });
  const show = () => {
    const wanted = picker.value;
    const shown = looks.filter(({ regionId }) => wanted === ALL || regionId === wanted);
    const silent = shown.filter((look) => look.problem !== null);
    problem.show(silent.length === 0 ? null : silent.map((look) => look.problem).join('; '));
    table.update(nodesOf(shown), 'No nodes are known here.');
  };
  return {
    root: html(
      'div',
      { class: 'plain-page' },
      pageHead('Nodes', 'Processes with rooms, as their regions know them.', picker.root),
      problem.root,
      table.root,
    ),
    update: (world) => {
      const isFirst = picker.value === '';
      picker.update([ALL, ...regionIds(world)], isFirst ? (path[0] ?? ALL) : undefined);
      if (isFirst) asking.again();
    },
    route: ([regionId]) => {
      if (context.world === null || regionId === undefined) return;
      picker.update([ALL, ...regionIds(context.world)], regionId);
      show();
    },
    close: () => asking.stop(),
  };
}

function nodeTable(buttons: (node: WorldNode) => HTMLElement): SortedTable<WorldNode> {
  return new SortedTable<WorldNode>({
    caption: 'Nodes',
    keyOf: ({ nodeId }) => nodeId,
    columns: [
      {
        title: 'Node',
        value: ({ name, nodeId }) => name ?? nodeId,
        cell: ({ name, nodeId }) => html('code', {}, name ?? nodeId),
      },
      { title: 'Region', value: ({ regionId }) => regionId },
      {
        title: 'State',
        value: ({ state }) => state,
        cell: ({ state }) => html('span', { class: `badge is-${state}` }, state),
      },
      { title: 'Rooms', value: ({ rooms }) => rooms, isFigure: true },
      { title: 'Players', value: ({ seats }) => seats, isFigure: true },
      {
        title: 'Busy',
        value: ({ busyRatio }) => busyRatio,
        cell: ({ busyRatio }) => percent(busyRatio),
        isFigure: true,
      },
      {
        title: 'Loop lag',
        value: ({ loopLagMs }) => loopLagMs,
        cell: ({ loopLagMs }) => `${loopLagMs.toFixed(1)} ms`,
        isFigure: true,
      },
      {
        title: 'Up',
        value: ({ startedAtMs }) => Date.now() - startedAtMs,
        cell: ({ startedAtMs }) => duration(Date.now() - startedAtMs),
        isFigure: true,
      },
      {
        title: 'Address',
        value: ({ address }) => address,
        cell: ({ address }) => html('code', {}, address),
      },
      { title: 'Build', value: ({ build }) => build || '–' },
      { title: '', value: () => '', cell: buttons },
    ],
  });
}

/** Which operations a node in each state has. */
const OPERATIONS: Readonly<Record<WorldNode['state'], readonly NodeOperation[]>> = {
  up: ['drain-node', 'quarantine-node'],
  quarantined: ['drain-node', 'release-node'],
  draining: [],
  gone: [],
};

const LABELS = {
  'drain-node': 'Drain',
  'quarantine-node': 'Quarantine',
  'release-node': 'Release',
} as const satisfies Record<NodeOperation, string>;

/** @param latest - the node as it was seen last, while it is known */
function nodeButtons(
  context: ConsoleContext,
  node: WorldNode,
  on: { readonly latest: () => WorldNode; readonly done: () => void },
): HTMLElement {
  const { nodeId, regionId } = node;
  const title = nodeTitle(node);
  const buttons = OPERATIONS[node.state].map((operation) =>
    actionButton(context, {
      ...{ label: LABELS[operation], title: `${LABELS[operation]} ${title}`, kind: operation },
      question: () => {
        const { rooms, seats } = on.latest();
        return nodeQuestion(operation, title, { rooms, players: seats });
      },
      ...{ action: () => ({ action: operation, nodeId, regionId }), done: on.done },
      isDanger: operation !== 'release-node',
    }),
  );
  return html('span', { class: 'row-links' }, ...present(buttons));
}

function nodesOf(looks: readonly RegionLook[]): readonly WorldNode[] {
  return looks.flatMap(({ nodes }) => nodes);
}

function regionIds({ regions }: WorldView): readonly string[] {
  return regions.map(({ regionId }) => regionId);
}
