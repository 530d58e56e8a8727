import type { RoomRow } from '../../../protocol/operator-questions.ts';
import { ask } from '../api.ts';
import type { ConsoleContext, ConsolePage, OpenPage } from '../console-page.ts';
import { count } from '../count.ts';
import { html, write } from '../dom.ts';
import { Asking, link, Picker, Problem, pageHead, searchField } from '../parts.ts';
import { SortedTable } from '../table.ts';
import { duration } from '../words.ts';
import { RoomView } from './room-view.ts';

const LOOK_EVERY_MS = 2_000;

/** Rooms of a region, and one of them from inside: `#/rooms/<region>/<room>`. */
export const roomsPage: ConsolePage = {
  ...{ id: 'rooms', title: 'Rooms', key: 'o' },
  open: (context, path) => new RoomsPage(context, path),
};

class RoomsPage implements OpenPage {
  readonly root = html('div', { class: 'plain-page' });
  readonly #context: ConsoleContext;
  readonly #picker: Picker;
  readonly #problem = new Problem();
  readonly #total = html('p', { class: 'note' });
  readonly #table: SortedTable<RoomRow>;
  readonly #asking = new Asking(LOOK_EVERY_MS, () => this.#look());
  readonly #list: HTMLElement;
  #path: readonly string[];
  #search = '';
  #room: RoomView | null = null;

  constructor(context: ConsoleContext, path: readonly string[]) {
    this.#context = context;
    this.#path = path;
    this.#picker = new Picker('Region', (regionId) => context.go(`rooms/${regionId}`));
    this.#table = this.#makeTable();
    const search = searchField('Search rooms by name or id', (words) => {
      this.#search = words;
      this.#asking.again();
    });
    const about = 'Every room of a region, the fullest first.';
    this.#list = html(
      'div',
      {},
      pageHead('Rooms', about, search, this.#picker.root),
      ...[this.#problem.root, this.#table.root, this.#total],
    );
  }

  update(): void {
    const { world } = this.#context;
    if (world === null) return;
    const isFirst = this.#picker.value === '';
    const regions = world.regions.map(({ regionId }) => regionId);
    this.#picker.update(regions, this.#path[0] ?? world.ownRegionId ?? undefined);
    if (isFirst) this.#open();
  }

  route(path: readonly string[]): void {
    this.#path = path;
    this.update();
    this.#open();
  }

  close(): void {
    this.#asking.stop();
    this.#room?.close();
  }

  #open(): void {
    const [regionId = this.#picker.value, roomId] = this.#path;
    this.close();
    this.#room = roomId === undefined ? null : new RoomView(this.#context, regionId, roomId);
    this.root.replaceChildren(this.#room?.root ?? this.#list);
    if (this.#room === null) this.#asking.again();
  }

  async #look(): Promise<void> {
    const regionId = this.#picker.value;
    const search = this.#search;
    const { round } = this.#asking;
    try {
      const { rooms, total } = await ask({ question: 'rooms', regionId, search });
      if (round !== this.#asking.round) return;
      this.#problem.show(null);
      const empty = search === '' ? `No rooms in ${regionId}.` : `No room matches “${search}”.`;
      this.#table.update(rooms, empty);
      const more =
        total > rooms.length
          ? `${rooms.length} of ${total} rooms: search to find others.`
          : count(total, 'room');
      write(this.#total, more);
    } catch (error) {
      if (round === this.#asking.round) this.#problem.show((error as Error).message);
    }
  }

  #makeTable(): SortedTable<RoomRow> {
    return new SortedTable<RoomRow>({
      ...{ caption: 'Rooms', keyOf: ({ roomId }) => roomId, sortedBy: 2 },
      columns: [
        {
          title: 'Room',
          value: ({ roomId }) => roomId,
          cell: ({ roomId }) => link(`rooms/${this.#picker.value}/${roomId}`, roomId),
        },
        { title: 'Name', value: ({ roomName }) => roomName },
        {
          ...{ title: 'Players', isFigure: true },
          value: ({ clients }) => clients,
          cell: ({ clients, maxClients }) =>
            maxClients === null ? `${clients}` : `${clients} / ${maxClients}`,
        },
        {
          title: 'Open to',
          value: ({ isLocked, isPrivate }) =>
            isLocked ? 'nobody' : isPrivate ? 'the invited' : 'everybody',
        },
        {
          ...{ title: 'Age', isFigure: true },
          value: ({ createdAtMs }) => Date.now() - createdAtMs,
          cell: ({ createdAtMs }) => duration(Date.now() - createdAtMs),
        },
        {
          title: 'Node',
          value: ({ nodeId }) => nodeId,
          cell: ({ nodeId }) => html('code', {}, nodeId),
        },
      ],
    });
  }
}
