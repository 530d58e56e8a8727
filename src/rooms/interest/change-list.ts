import type { ChangeTree, Encoder } from '@colyseus/schema';

type List = Encoder['root']['changes'];
type Node = NonNullable<List['next']>;

// Colyseus keeps what has changed in a list of trees, and looks through all of it for each view. Here the list is made short
// while views are encoded: what leaves as segments is taken out, and so is what no view hides. Afterwards it is whole again, for
// the journal, and for `discardChanges`. In most flushes no view is encoded, and the list stays as it is.

export class ChangeList {
  readonly #list: List;
  /** What Colyseus is to encode for each view that sees it. */
  readonly kept: ChangeTree[] = [];
  readonly #keptNodes: Node[] = [];
  readonly #all: Node[] = [];

  /** @param isKept - asked once for each tree that has changed */
  constructor(encoder: Encoder, isKept: (tree: ChangeTree) => boolean) {
    this.#list = encoder.root.changes;
    for (let node = this.#list.next; node !== undefined; node = node.next) {
      if (!isKept(node.changeTree)) continue;
      this.kept.push(node.changeTree);
      this.#keptNodes.push(node);
    }
  }

  /** Leaves in the list what is kept. */
  narrow(): void {
    if (this.#all.length > 0) return;
    for (let node = this.#list.next; node !== undefined; node = node.next) this.#all.push(node);
    link(this.#list, this.#keptNodes);
  }

  restore(): void {
    if (this.#all.length > 0) link(this.#list, this.#all);
    this.#all.length = 0;
  }
}

function link(list: List, nodes: readonly Node[]): void {
  // Colyseus writes undefined, too, where its types say that a property is absent.
  let previous: Node | undefined;
  for (const node of nodes) {
    node.prev = previous as Node;
    node.next = undefined as never;
    if (previous !== undefined) previous.next = node;
    previous = node;
  }
  list.next = nodes[0] as Node;
  list.tail = previous as Node;
}
