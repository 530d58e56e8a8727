import type { ConsolePage } from '../console-page.ts';
import { html } from '../dom.ts';
import { pageHead } from '../parts.ts';

/** The place of a page whose part this server does not run. */
export function emptyPage(
  page: Pick<ConsolePage, 'id' | 'title' | 'key'> & {
    readonly about: string;
    readonly empty: string;
  },
): ConsolePage {
  const { id, title, key, about, empty } = page;
  return {
    ...{ id, title, key },
    open: () => ({
      root: html(
        'div',
        { class: 'plain-page' },
        pageHead(title, about),
        html('p', { class: 'empty' }, empty),
      ),
    }),
  };
}
