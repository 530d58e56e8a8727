import { html, set, write } from './dom.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  /** What it is sorted by; text is what is shown, too, unless `cell` shows something else. */
  readonly value: (row: Row) => string | number;
  readonly cell?: (row: Row) => Node | string;
  /** Figures stand at the right, and are sorted from the largest. */
  readonly isFigure?: boolean;
}

/** A table that is sorted by its heads. Rows stay where they are while their key is the same, and with them the focus. */
export class SortedTable<Row> {
  readonly root: HTMLElement;
  readonly #columns: readonly Column<Row>[];
  readonly #keyOf: (row: Row) => string;
  readonly #body = html('tbody');
  readonly #heads: readonly HTMLTableCellElement[];
  readonly #empty = html('p', { class: 'empty' });
  readonly #rows = new Map<string, { readonly element: HTMLTableRowElement; shown: string }>();
  readonly #scroll: HTMLElement;
  #latest: readonly Row[] = [];
  #sortedBy: number;
  #isDescending: boolean;

  /** @param options.caption - for who cannot see where it stands */
  constructor(options: {
    readonly caption: string;
    readonly columns: readonly Column<Row>[];
    readonly keyOf: (row: Row) => string;
    readonly sortedBy?: number;
  }) {
    this.#columns = options.columns;
    this.#keyOf = options.keyOf;
    this.#sortedBy = options.sortedBy ?? 0;
    this.#isDescending = this.#columns[this.#sortedBy]?.isFigure === true;
    this.#heads = this.#columns.map((column, at) => this.#head(column, at));
    const table = html(
      'table',
      { class: 'table' },
      html('caption', { class: 'hidden-text' }, options.caption),
      html('thead', {}, html('tr', {}, ...this.#heads)),
      this.#body,
    );
    const name = { role: 'region', 'aria-label': options.caption };
    this.#scroll = html('div', { class: 'table-scroll', tabindex: '0', ...name }, table);
    this.root = html('div', { class: 'table-box' }, this.#scroll, this.#empty);
    this.#showOrder();
  }

  /** @param empty - what is said when there is nothing */
  update(rows: readonly Row[], empty: string): void {
    this.#latest = rows;
    write(this.#empty, empty);
    this.#empty.hidden = rows.length > 0;
    this.#scroll.hidden = rows.length === 0;
    this.#draw();
  }

  #head(column: Column<Row>, at: number): HTMLTableCellElement {
    const button = html('button', { type: 'button', class: 'sort' }, column.title);
    button.addEventListener('click', () => this.#sortBy(at));
    return html(
      'th',
      { scope: 'col', ...(column.isFigure ? { class: 'figure' } : {}) },
      column.title === '' ? html('span', { class: 'hidden-text' }, 'Actions') : button,
    );
  }

  #sortBy(at: number): void {
    this.#isDescending =
      at === this.#sortedBy ? !this.#isDescending : this.#columns[at]?.isFigure === true;
    this.#sortedBy = at;
    this.#showOrder();
    this.#draw();
  }

  #showOrder(): void {
    this.#heads.forEach((head, at) => {
      const order = this.#isDescending ? 'descending' : 'ascending';
      if (at === this.#sortedBy) set(head, { 'aria-sort': order });
      else head.removeAttribute('aria-sort');
    });
  }

  #draw(): void {
    const column = this.#columns[this.#sortedBy];
    const sign = this.#isDescending ? -1 : 1;
    const sorted = [...this.#latest].sort((a, b) =>
      column === undefined ? 0 : sign * compare(column.value(a), column.value(b)),
    );
    const keys = new Set(sorted.map(this.#keyOf));
    for (const [key, { element }] of this.#rows) {
      if (keys.has(key)) continue;
      element.remove();
      this.#rows.delete(key);
    }
    sorted.forEach((row, at) => {
      const element = this.#draft(row);
      if (this.#body.children[at] !== element) {
        this.#body.insertBefore(element, this.#body.children[at] ?? null);
      }
    });
  }

  #draft(row: Row): HTMLTableRowElement {
    const key = this.#keyOf(row);
    const shown = JSON.stringify(row);
    const known = this.#rows.get(key);
    // What has not changed is not made anew: a link in it may have the focus.
    if (known?.shown === shown) return known.element;
    const element = known?.element ?? html('tr', { 'data-key': key });
    this.#columns.forEach((column, at) => {
      const [cell, before] = [cellOf(column, row), element.children[at]];
      if (before === undefined) element.append(cell);
      // Nor is a cell that says the same: figures beside a button change each second.
      else if (!cell.isEqualNode(before)) before.replaceWith(cell);
    });
    this.#rows.set(key, { element, shown });
    return element;
  }
}

function cellOf<Row>(column: Column<Row>, row: Row): HTMLTableCellElement {
  const content = column.cell?.(row) ?? String(column.value(row));
  return html('td', column.isFigure ? { class: 'figure' } : {}, content);
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}
