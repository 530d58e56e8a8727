/** The element with this id, of this class; the page and the code are made for each other. */
export function byId<Kind extends Element>(id: string, kind: abstract new () => Kind): Kind {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new TypeError(`the page has no ${kind.name} #${id}`);
  return element;
}

/** An HTML element with a class, and text or children. */
export function html<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  content: string | readonly Node[] = [],
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  element.className = className;
  if (typeof content === 'string') element.textContent = content;
  else element.append(...content);
  return element;
}
