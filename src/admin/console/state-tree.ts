import type { StateNode } from '../../protocol/operator-questions.ts';
import { html } from './dom.ts';

/** Branches of the first levels are open. */
const OPEN_LEVELS = 2;

/** A room's state, to be looked through. Which branches are open stays so when it is drawn again. */
export class StateTree {
  readonly root = html('div', { class: 'tree' });
  readonly #toggled = new Map<string, boolean>();
  #shown = '';

  update(state: StateNode | null): void {
    const shown = JSON.stringify(state);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const focused = (document.activeElement as HTMLElement | null)?.dataset['path'];
    this.root.replaceChildren(
      state === null
        ? html('p', { class: 'empty' }, 'This room has no state.')
        : this.#node('state', state, '', 0),
    );
    if (focused === undefined) return;
    for (const summary of this.root.querySelectorAll('summary')) {
      if (summary.dataset['path'] === focused) summary.focus();
    }
  }

  #node(name: string, node: StateNode, parent: string, depth: number): HTMLElement {
    const label = html('span', { class: 'tree-name' }, name);
    if (node.kind === 'value') {
      const kind = node.text.startsWith('"') ? 'text' : 'plain';
      return html(
        'div',
        { class: 'tree-leaf' },
        label,
        html('span', { class: `tree-${kind}` }, node.text),
      );
    }
    const path = `${parent}/${name}`;
    const { type, entries, left } = node;
    const size = entries.length + left;
    const note = html('span', { class: 'tree-note' }, `${type === '' ? 'Object' : type} · ${size}`);
    const summary = html('summary', { 'data-path': path }, label, note);
    const details = html(
      'details',
      {},
      summary,
      ...entries.map((entry) => this.#node(entry.name, entry.node, path, depth + 1)),
      ...(left === 0 ? [] : [html('p', { class: 'tree-note' }, `${left} more are not shown`)]),
    );
    details.open = this.#toggled.get(path) ?? (depth < OPEN_LEVELS && size <= 20);
    details.addEventListener('toggle', () => this.#toggled.set(path, details.open));
    return details;
  }
}
