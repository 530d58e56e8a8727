import type { WorldNode, WorldView } from '../../../protocol/admin.ts';
import type { ConsoleContext, ConsolePage, OpenPage } from '../console-page.ts';
import { html } from '../dom.ts';
import { Asking, actionButton, Picker, Problem, pageHead } from '../parts.ts';
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
  const table = nodeTable(context, () => asking.again());
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
    table.update(
      shown.flatMap(({ nodes }) => nodes),
      'No nodes are known here.',
    );
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

function nodeTable(context: ConsoleContext, again: () => void): SortedTable<WorldNode> {
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
      { title: '', value: () => '', cell: (node) => drainButton(context, node, again) ?? '' },
    ],
  });
}

function drainButton(context: ConsoleContext, node: WorldNode, again: () => void) {
  const { nodeId, regionId, state } = node;
  if (state !== 'up') return null;
  return actionButton(context, {
    ...{ label: 'Drain', title: `Drain ${nodeTitle(node)}`, kind: 'drain-node', done: again },
    question: {
      title: `Drain ${nodeTitle(node)}?`,
      text: 'Its rooms that keep a journal move to other nodes while they are played, and it takes no new ones until its process ends.',
      verb: 'Drain',
    },
    action: () => ({ action: 'drain-node', nodeId, regionId }),
  });
}

function regionIds({ regions }: WorldView): readonly string[] {
  return regions.map(({ regionId }) => regionId);
}
