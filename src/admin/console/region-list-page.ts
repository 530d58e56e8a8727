import type { ConsoleContext, OpenPage } from './console-page.ts';
import { html, write } from './dom.ts';
import { Asking, Picker, Problem, pageHead, searchField } from './parts.ts';
import type { SortedTable } from './table.ts';

/** What one look at a region's list has shown. */
export interface RegionList<Row> {
  readonly rows: readonly Row[];
  /** Of all there are, in words. */
  readonly total: string;
  /** In place of rows where there are none. */
  readonly empty: string;
  /** What is wrong with the list; null: nothing. */
  readonly problem: string | null;
}

/** One thing of the list, looked at from inside. */
export interface OpenDetail {
  readonly root: HTMLElement;
  close(): void;
}

/** What a page of lists is about. */
export interface RegionListPageOptions<Row> {
  /** The first part of its hash. */
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly searchLabel: string;
  readonly lookEveryMs: number;
  /** @param regionId - tells the region that is looked at */
  table(regionId: () => string): SortedTable<Row>;
  look(regionId: string, search: string): Promise<RegionList<Row>>;
  detail(context: ConsoleContext, regionId: string, itemId: string): OpenDetail;
}

/** A searched list of one region, and one of its things from inside: `#/<id>/<region>/<thing>`. */
export class RegionListPage<Row> implements OpenPage {
  readonly root = html('div', { class: 'plain-page' });
  readonly #context: ConsoleContext;
  readonly #options: RegionListPageOptions<Row>;
  readonly #region: Picker;
  readonly #problem = new Problem();
  readonly #total = html('p', { class: 'note' });
  readonly #table: SortedTable<Row>;
  readonly #asking: Asking;
  readonly #list: HTMLElement;
  #path: readonly string[];
  #search = '';
  #detail: OpenDetail | null = null;

  constructor(
    context: ConsoleContext,
    path: readonly string[],
    options: RegionListPageOptions<Row>,
  ) {
    this.#context = context;
    this.#path = path;
    this.#options = options;
    this.#asking = new Asking(options.lookEveryMs, () => this.#look());
    this.#region = new Picker('Region', (regionId) => context.go(`${options.id}/${regionId}`));
    this.#table = options.table(() => this.#region.value);
    const search = searchField(options.searchLabel, (words) => {
      this.#search = words;
      this.#asking.again();
    });
    this.#list = html(
      'div',
      {},
      pageHead(options.title, options.about, search, this.#region.root),
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
    this.#detail?.close();
  }

  #open(): void {
    const [regionId = this.#region.value, itemId] = this.#path;
    this.close();
    this.#detail =
      itemId === undefined ? null : this.#options.detail(this.#context, regionId, itemId);
    this.root.replaceChildren(this.#detail?.root ?? this.#list);
    if (this.#detail === null) this.#asking.again();
  }

  async #look(): Promise<void> {
    const { round } = this.#asking;
    try {
      const { rows, total, empty, problem } = await this.#options.look(
        this.#region.value,
        this.#search,
      );
      if (round !== this.#asking.round) return;
      this.#problem.show(problem);
      this.#table.update(rows, empty);
      write(this.#total, total);
    } catch (error) {
      if (round === this.#asking.round) this.#problem.show((error as Error).message);
    }
  }
}
