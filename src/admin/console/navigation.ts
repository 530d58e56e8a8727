import type { WorldView } from '../../protocol/admin.ts';
import { isAtLeast } from '../../protocol/admin.ts';
import type { ConsoleContext, ConsolePage, OpenPage } from './console-page.ts';
import { html, set } from './dom.ts';

/** One page at a time, named by the hash: `#/rooms/europe/abc`. */
export class Navigation {
  readonly #pages: readonly ConsolePage[];
  readonly #context: ConsoleContext;
  readonly #main: HTMLElement;
  readonly #links = new Map<string, HTMLAnchorElement>();
  #open: { readonly page: ConsolePage; readonly view: OpenPage } | null = null;

  constructor(
    pages: readonly ConsolePage[],
    context: ConsoleContext,
    roots: { readonly nav: HTMLElement; readonly main: HTMLElement },
  ) {
    this.#pages = pages;
    this.#context = context;
    this.#main = roots.main;
    const list = html('ul');
    for (const { id, title, key } of pages) {
      const anchor = html('a', { href: `#/${id}`, 'aria-keyshortcuts': `g ${key}` }, title);
      this.#links.set(id, anchor);
      list.append(html('li', {}, anchor));
    }
    if (isAtLeast(context.session.role, 'admin') && context.session.name !== 'you') {
      const monitor = html(
        'a',
        { href: '/monitor/', target: '_blank', rel: 'noopener' },
        'Monitor ↗',
      );
      list.append(html('li', { class: 'apart' }, monitor));
    }
    roots.nav.append(list);
    addEventListener('hashchange', () => this.#route(true));
    this.#route(false);
  }

  go(pageId: string): void {
    location.hash = `#/${pageId}`;
  }

  update(world: WorldView): void {
    this.#open?.view.update?.(world);
  }

  /** @param isMove - the operator has gone there: what reads the page aloud begins at its head */
  #route(isMove: boolean): void {
    const [id = '', ...rest] = location.hash.replace(/^#\/?/, '').split('/').map(decoded);
    const page = this.#pages.find((each) => each.id === id) ?? this.#pages[0];
    if (page === undefined) return;
    const path = page.id === id ? rest.filter((part) => part !== '') : [];
    if (this.#open?.page === page && this.#open.view.route !== undefined) {
      this.#open.view.route(path);
    } else this.#show(page, path);
    if (isMove) this.#main.focus({ preventScroll: true });
  }

  #show(page: ConsolePage, path: readonly string[]): void {
    this.#open?.view.close?.();
    const view = page.open(this.#context, path);
    this.#open = { page, view };
    this.#main.replaceChildren(view.root);
    set(this.#main, { 'data-page': page.id });
    scrollTo(0, 0);
    document.title = `${page.title} – Meridian console`;
    for (const [id, anchor] of this.#links) {
      if (id === page.id) set(anchor, { 'aria-current': 'page' });
      else anchor.removeAttribute('aria-current');
    }
    if (this.#context.world !== null) view.update?.(this.#context.world);
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Half an escape: somebody typed it.
    return part;
  }
}
