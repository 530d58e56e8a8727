const SVG = 'http://www.w3.org/2000/svg';

type Attributes = Readonly<Record<string, string | number>>;

/** Makes an HTML element. */
export function html<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  set(element, attributes);
  element.append(...children);
  return element;
}

/** Makes an SVG element. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS(SVG, tag);
  set(element, attributes);
  element.append(...children);
  return element;
}

/** Sets what has changed and nothing else, so that animations and focus stay. */
export function set(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** @throws {Error} when the page has no such element */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no #${id}.`);
  return element;
}

/** What stands for one thing of a list. */
export interface ItemView<Item> {
  readonly root: Element;
  update(item: Item): void;
}

/** Keeps one view for each thing of a list, in its order; a view lives as long as its thing, and with it its focus. */
export class KeyedList<Item> {
  readonly #parent: Element;
  readonly #keyOf: (item: Item) => string;
  readonly #create: (item: Item) => ItemView<Item>;
  readonly #views = new Map<string, ItemView<Item>>();

  constructor(
    parent: Element,
    keyOf: (item: Item) => string,
    create: (item: Item) => ItemView<Item>,
  ) {
    this.#parent = parent;
    this.#keyOf = keyOf;
    this.#create = create;
  }

  update(items: readonly Item[]): void {
    const keys = new Set(items.map(this.#keyOf));
    for (const [key, { root }] of this.#views) {
      if (keys.has(key)) continue;
      root.remove();
      this.#views.delete(key);
    }
    let before: Element | null = null;
    for (const item of items) {
      const key = this.#keyOf(item);
      const view = this.#views.get(key) ?? this.#create(item);
      this.#views.set(key, view);
      view.update(item);
      const place: Element | null =
        before === null ? this.#parent.firstElementChild : before.nextElementSibling;
      if (place !== view.root) this.#parent.insertBefore(view.root, place);
      before = view.root;
    }
  }
}
