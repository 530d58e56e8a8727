import type { WorldNode, WorldRegion, WorldView } from '../../protocol/admin.ts';
import { count } from './count.ts';
import { html, type ItemView, KeyedList, set, write } from './dom.ts';
import { type Act, ActionButton } from './operator.ts';
import { Sparkline } from './sparkline.ts';
import { nodeTitle } from './world-events.ts';
import { regionState, regionTone } from './world-map.ts';

interface Card {
  readonly region: WorldRegion;
  readonly nodes: readonly WorldNode[];
  readonly world: WorldView;
}
interface Row {
  readonly node: WorldNode;
  readonly world: WorldView;
}

/** Every region with its nodes. */
export class RegionCards {
  readonly #cards: KeyedList<Card>;

  constructor(root: HTMLElement, act: Act) {
    this.#cards = new KeyedList(
      root,
      ({ region }) => region.regionId,
      () => new RegionCard(act),
    );
  }

  update(world: WorldView): void {
    this.#cards.update(
      world.regions.map((region) => ({
        region,
        world,
        nodes: world.nodes
          .filter(({ regionId }) => regionId === region.regionId)
          .sort((a, b) => nodeTitle(a).localeCompare(nodeTitle(b))),
      })),
    );
  }
}

class RegionCard implements ItemView<Card> {
  readonly root = html('li', { class: 'card' });
  readonly #name = html('h3');
  readonly #state = html('span', { class: 'state' });
  readonly #facts = html('p', { class: 'facts' });
  readonly #bar = html('span');
  readonly #nodes = html('ul', { class: 'nodes' });
  readonly #rows: KeyedList<Row>;
  readonly #hole: ActionButton;
  readonly #start: ActionButton;

  constructor(act: Act) {
    this.#hole = new ActionButton(act, { tone: 'is-danger' });
    this.#start = new ActionButton(act);
    this.#rows = new KeyedList(
      this.#nodes,
      ({ node }) => node.nodeId,
      ({ world }) => new NodeRow(act, world),
    );
    this.root.append(
      html('div', { class: 'card-head' }, this.#name, this.#state),
      html(
        'div',
        { class: 'card-line' },
        this.#facts,
        html('div', { class: 'actions' }, this.#start.root, this.#hole.root),
      ),
      html('div', { class: 'bar', 'aria-hidden': 'true' }, this.#bar),
      this.#nodes,
    );
  }

  update({ region, nodes, world }: Card): void {
    const { regionId, name, seats, capacity, loadRatio, isBlackHole } = region;
    const can = new Set(world.capabilities);
    set(this.root, { class: `card ${regionTone(region)}`, 'data-region': regionId });
    write(this.#name, name);
    write(this.#state, regionState(region));
    const load = loadRatio === null ? '' : ` · load ${percent(loadRatio)}`;
    write(
      this.#facts,
      seats === null ? 'nobody hears of it' : `${seats} of ${capacity} seats${load}`,
    );
    this.#bar.style.width = percent(Math.min(1, loadRatio ?? 0));
    this.#start.update(
      'Start node',
      `Start another node in ${regionId}`,
      can.has('start-node') ? { action: 'start-node', regionId } : null,
    );
    this.#hole.update(
      isBlackHole ? 'Bring back' : 'Black hole',
      isBlackHole ? `Let ${regionId} be reached again` : `Let nothing in or out of ${regionId}`,
      can.has('black-hole')
        ? { action: isBlackHole ? 'heal-region' : 'black-hole', regionId }
        : null,
    );
    this.#rows.update(nodes.map((node) => ({ node, world })));
  }
}

class NodeRow implements ItemView<Row> {
  readonly root = html('li');
  readonly #name = html('span', { class: 'node-name' });
  readonly #facts = html('span', { class: 'node-facts' });
  readonly #busy = html('span', { class: 'node-busy' });
  readonly #spark = new Sparkline();
  readonly #drain: ActionButton;
  readonly #kill: ActionButton;

  constructor(act: Act, { ownRegionId }: WorldView) {
    this.#drain = new ActionButton(act, { asksAgain: ownRegionId !== null });
    this.#kill = new ActionButton(act, { tone: 'is-danger' });
    this.root.append(
      this.#name,
      this.#spark.root,
      this.#busy,
      this.#facts,
      html('div', { class: 'actions' }, this.#drain.root, this.#kill.root),
    );
  }

  update({ node, world }: Row): void {
    const { nodeId, name, address, state, rooms, seats, busyRatio } = node;
    const can = new Set(world.capabilities);
    set(this.root, { class: `node is-${state}`, 'data-node': nodeId });
    write(this.#name, name ?? nodeId.slice(0, 4));
    set(this.#name, { title: `${nodeId} at ${address}` });
    this.#spark.push(busyRatio);
    write(this.#busy, percent(busyRatio));
    const players = count(seats, 'player');
    write(this.#facts, `${state === 'up' ? count(rooms, 'room') : state} · ${players}`);
    this.#drain.update(
      'Drain',
      `Drain ${nodeTitle(node)}`,
      state === 'up' && can.has('drain-node') ? { action: 'drain-node', nodeId } : null,
    );
    this.#kill.update(
      'Kill',
      `Kill ${nodeTitle(node)}`,
      state !== 'gone' && can.has('kill-node') ? { action: 'kill-node', nodeId } : null,
    );
  }
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 100)}%`;
}
