import type { ChangeTree, Encoder } from '@colyseus/schema';

type List = Encoder['root']['changes'];
export type ChangeNode = NonNullable<List['next']>;

// Colyseus keeps what has changed in a list of trees, and looks through all of it for each view. Here the list is made short while it
// encodes: what leaves as segments is left out, and so is what is of no concern to whom it encodes for. Afterwards it is whole again,
// for the journal, and for `discardChanges`. Links of what is left out stay as they are, so that this costs as much as is kept.

/** What has changed, in order; a tree may be in the list and have no changes. */
export function forEachChange(encoder: Encoder, call: (node: ChangeNode) => void): void {
  for (let node = encoder.root.changes.next; node !== undefined; node = node.next) {
    if (node.changeTree.has()) call(node);
  }
}

export class ChangeList {
  readonly #list: List;
  /** What the encoder is to encode. */
  readonly kept: ChangeTree[] = [];
  readonly #nodes: ChangeNode[] = [];
  /** Of the whole list, while it is short: its ends, and of each that is kept the one before and the one behind. */
  readonly #links: (ChangeNode | undefined)[] = [];

  constructor(encoder: Encoder) {
    this.#list = encoder.root.changes;
  }

  keep(node: ChangeNode): void {
    this.kept.push(node.changeTree);
    this.#nodes.push(node);
  }

  /** Leaves in the list what is kept. */
  narrow(): void {
    if (this.#links.length > 0) return;
    const list = this.#list;
    const links = this.#links;
    links.push(list.next, list.tail);
    for (const { prev, next } of this.#nodes) links.push(prev, next);
    // Colyseus writes undefined, too, where its types say that a property is absent.
    let previous: ChangeNode | undefined;
    for (const node of this.#nodes) {
      node.prev = previous as ChangeNode;
      node.next = undefined as never;
      if (previous !== undefined) previous.next = node;
      previous = node;
    }
    list.next = this.#nodes[0] as ChangeNode;
    list.tail = previous as ChangeNode;
  }

  restore(): void {
    const links = this.#links;
    if (links.length === 0) return;
    let at = 0;
    this.#list.next = links[at++] as ChangeNode;
    this.#list.tail = links[at++] as ChangeNode;
    for (const node of this.#nodes) {
      node.prev = links[at++] as ChangeNode;
      node.next = links[at++] as ChangeNode;
    }
    links.length = 0;
  }
}
