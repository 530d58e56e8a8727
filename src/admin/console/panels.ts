import type { WorldQueue, WorldRooms, WorldView } from '../../protocol/admin.ts';
import { count } from './count.ts';
import { html, type ItemView, KeyedList, set, write } from './dom.ts';
import { type LinkPair, linkPairs, linkState } from './link-pairs.ts';
import { linkWords } from './link-words.ts';
import { type Act, ActionButton } from './operator.ts';

interface LinkRow {
  readonly pair: LinkPair;
  readonly canCut: boolean;
}

/** Links between regions. */
export class LinkPanel {
  readonly #root: HTMLElement;
  readonly #rows: KeyedList<LinkRow>;

  constructor(root: HTMLElement, act: Act) {
    this.#root = root;
    this.#rows = new KeyedList(
      root,
      ({ pair }) => pair.key,
      () => new LinkLine(act),
    );
  }

  update({ links, capabilities }: WorldView): void {
    const canCut = capabilities.includes('cut-link');
    set(this.#root, {
      'data-empty': links.length === 0 ? 'This region has no links to others.' : '',
    });
    this.#rows.update(linkPairs(links).map((pair) => ({ pair, canCut })));
  }
}

class LinkLine implements ItemView<LinkRow> {
  readonly root = html('li');
  readonly #name = html('span', { class: 'line-name' });
  readonly #state = html('span', { class: 'line-value' });
  readonly #button: ActionButton;

  constructor(act: Act) {
    this.#button = new ActionButton(act, { tone: 'is-danger' });
    this.root.append(html('i', { class: 'dot' }), this.#name, this.#state, this.#button.root);
  }

  update({ pair, canCut }: LinkRow): void {
    const { between, state, lagMs, lagEntries, isCut } = pair;
    const key = between.join(' – ');
    set(this.root, { class: `line is-${state}`, 'data-link': between.join(' ') });
    write(this.#name, key);
    const waiting = lagEntries === 0 ? '' : ` · ${lagEntries} waiting`;
    write(this.#state, state === 'linked' ? `${lagMs} ms` : `${linkState(pair)}${waiting}`);
    this.#button.update(
      isCut ? 'Mend' : 'Cut',
      `${isCut ? 'Mend' : 'Cut'} the link ${key}`,
      canCut ? { action: isCut ? 'heal-link' : 'cut-link', between } : null,
    );
  }
}

/** Rooms by name, over all regions; then queues. */
export class RoomPanel {
  readonly #rooms: KeyedList<WorldRooms>;
  readonly #queues: KeyedList<WorldQueue>;
  readonly #roomRoot: HTMLElement;
  readonly #queueRoot: HTMLElement;

  constructor(roomRoot: HTMLElement, queueRoot: HTMLElement) {
    this.#roomRoot = roomRoot;
    this.#queueRoot = queueRoot;
    this.#rooms = new KeyedList(
      roomRoot,
      ({ regionId, roomName }) => `${regionId} ${roomName}`,
      () =>
        new FactLine<WorldRooms>(({ regionId, roomName, rooms, players, links }) => ({
          name: `${roomName} · ${regionId}`,
          value: `${count(rooms, 'room')} · ${count(players, 'player')}`,
          note: links === null ? '' : linkWords(links),
        })),
    );
    this.#queues = new KeyedList(
      queueRoot,
      ({ regionId, queue }) => `${regionId} ${queue}`,
      () =>
        new FactLine<WorldQueue>(({ regionId, queue, waiting, oldestWaitMs }) => ({
          name: `${queue} · ${regionId}`,
          value: `${waiting} wait${oldestWaitMs === null ? '' : `, ${Math.round(oldestWaitMs / 1_000)} s at most`}`,
        })),
    );
  }

  update({ rooms, queues }: WorldView): void {
    const empty = rooms === null ? 'The directory of rooms does not answer.' : 'No rooms.';
    set(this.#roomRoot, { 'data-empty': rooms === null || rooms.length === 0 ? empty : '' });
    set(this.#queueRoot, { 'data-empty': queues.length === 0 ? 'Nobody queues.' : '' });
    this.#rooms.update(rooms ?? []);
    this.#queues.update(queues);
  }
}

interface Fact {
  readonly name: string;
  readonly value: string;
  /** Below the two; empty: nothing. */
  readonly note?: string;
}

class FactLine<Item> implements ItemView<Item> {
  readonly root = html('li', { class: 'line' });
  readonly #name = html('span', { class: 'line-name' });
  readonly #value = html('span', { class: 'line-value' });
  readonly #note = html('span', { class: 'line-note' });
  readonly #tell: (item: Item) => Fact;

  constructor(tell: (item: Item) => Fact) {
    this.#tell = tell;
    this.root.append(this.#name, this.#value, this.#note);
  }

  update(item: Item): void {
    const { name, value, note = '' } = this.#tell(item);
    write(this.#name, name);
    write(this.#value, value);
    write(this.#note, note);
    this.#note.hidden = note === '';
  }
}
