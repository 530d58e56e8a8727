import type { ConsolePage } from '../console-page.ts';
import { html } from '../dom.ts';
import { pageHead } from '../parts.ts';

/** Traces have a page of their own, so that each can be linked to by its id. */
export const tracesPage: ConsolePage = {
  ...{ id: 'traces', title: 'Traces', key: 't' },
  open: () => ({
    root: html(
      'div',
      { class: 'plain-page' },
      pageHead('Traces', 'One request through all processes, from a click to the first state.'),
      html('p', {}, html('a', { class: 'to-traces', href: './traces.html' }, 'Recent traces')),
    ),
  }),
};
