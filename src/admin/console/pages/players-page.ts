import type { PlayerRow } from '../../../protocol/operator-questions.ts';
import { ask } from '../api.ts';
import type { ConsoleContext, ConsolePage, OpenPage } from '../console-page.ts';
import { count } from '../count.ts';
import { html, write } from '../dom.ts';
import { Asking, link, Picker, Problem, pageHead, searchField } from '../parts.ts';
import { SortedTable } from '../table.ts';
import { PlayerCard } from './player-card.ts';

const LOOK_EVERY_MS = 3_000;

/** Who plays, and anybody by id or username: `#/players/<region>/<player>`. */
export const playersPage: ConsolePage = {
  ...{ id: 'players', title: 'Players', key: 'p' },
  open: (context, path) => new PlayersPage(context, path),
};

class PlayersPage implements OpenPage {
  readonly root = html('div', { class: 'plain-page' });
  readonly #context: ConsoleContext;
  readonly #region: Picker;
  readonly #problem = new Problem();
  readonly #total = html('p', { class: 'note' });
  readonly #table: SortedTable<PlayerRow>;
  readonly #asking = new Asking(LOOK_EVERY_MS, () => this.#look());
  readonly #list: HTMLElement;
  #path: readonly string[];
  #search = '';
  #card: PlayerCard | null = null;

  constructor(context: ConsoleContext, path: readonly string[]) {
    this.#context = context;
    this.#path = path;
    this.#region = new Picker('Region', (regionId) => context.go(`players/${regionId}`));
    this.#table = this.#makeTable();
    const search = searchField('Search players by name or id', (words) => {
      this.#search = words;
      this.#asking.again();
    });
    const about = 'Who plays now; others by their whole id or username.';
    this.#list = html(
      'div',
      {},
      pageHead('Players', about, search, this.#region.root),
      ...[this.#problem.root, this.#table.root, this.#total],
    );
  }

  update(): void {
    const { world } = this.#context;
    if (world === null) return;
    const isFirst = this.#region.value === '';
    const regions = world.regions.map(({ regionId }) => regionId);
    this.#region.update(regions, this.#path[0] ?? world.ownRegionId ?? undefined);
    if (isFirst) this.#open();
  }

  route(path: readonly string[]): void {
    this.#path = path;
    this.update();
    this.#open();
  }

  close(): void {
    this.#asking.stop();
    this.#card?.close();
  }

  #open(): void {
    const [regionId = this.#region.value, playerId] = this.#path;
    this.close();
    this.#card = playerId === undefined ? null : new PlayerCard(this.#context, regionId, playerId);
    this.root.replaceChildren(this.#card?.root ?? this.#list);
    if (this.#card === null) this.#asking.again();
  }

  async #look(): Promise<void> {
    const { round } = this.#asking;
    const regionId = this.#region.value;
    const search = this.#search;
    try {
      const { players, total, silentNodes } = await ask({ question: 'players', regionId, search });
      if (round !== this.#asking.round) return;
      const silent = `These nodes did not answer, who plays there is missing: ${silentNodes.join(', ')}`;
      this.#problem.show(silentNodes.length === 0 ? null : silent);
      const empty =
        search === '' ? `Nobody plays in ${regionId}.` : `Nobody is found by “${search}”.`;
      this.#table.update(players, empty);
      write(this.#total, count(total, 'player'));
    } catch (error) {
      if (round === this.#asking.round) this.#problem.show((error as Error).message);
    }
  }

  #makeTable(): SortedTable<PlayerRow> {
    return new SortedTable<PlayerRow>({
      ...{ caption: 'Players', keyOf: ({ playerId }) => playerId },
      columns: [
        {
          title: 'Player',
          value: ({ displayName }) => displayName,
          cell: ({ displayName, playerId }) =>
            link(`players/${this.#region.value}/${playerId}`, displayName || playerId),
        },
        {
          title: 'Id',
          value: ({ playerId }) => playerId,
          cell: ({ playerId }) => html('code', {}, playerId),
        },
        {
          title: 'Plays in',
          value: ({ seats }) => seats.map(({ roomName }) => roomName).join(', ') || '–',
          cell: ({ seats }) =>
            seats.length === 0
              ? '–'
              : html(
                  'span',
                  { class: 'row-links' },
                  ...seats.map(({ regionId, roomId, roomName }) =>
                    link(`rooms/${regionId}/${roomId}`, `${roomName} ${roomId}`),
                  ),
                ),
        },
      ],
    });
  }
}
