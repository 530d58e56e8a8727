import type { ChangeTree, Encoder } from '@colyseus/schema';

type List = Encoder['root']['changes'];
type Node = NonNullable<List['next']>;

// Colyseus keeps what has changed in a list of trees, and looks through all of it for each view. Here the list is made short
// while views are encoded: what leaves as segments is taken out, and so is what no view hides. Afterwards it is whole again, for
// the journal, and for `discardChanges`.

export class ChangeList {
  readonly #list: List;
  readonly #all: Node[] = [];

  constructor(encoder: Encoder) {
    this.#list = encoder.root.changes;
  }

  /** Takes out the trees that are not to be kept. */
  narrow(isKept: (tree: ChangeTree) => boolean): void {
    const kept: Node[] = [];
    for (let node = this.#list.next; node !== undefined; node = node.next) {
      this.#all.push(node);
      if (isKept(node.changeTree)) kept.push(node);
    }
    link(this.#list, kept);
  }

  restore(): void {
    link(this.#list, this.#all);
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
