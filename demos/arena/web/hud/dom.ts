/** The element with this id; the page always has it. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element #${id}`);
  return found as T;
}

/** Writes text only when it changed: an unchanged write still costs a layout. */
export function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

export function element(tag: string, className: string, text = ''): HTMLElement {
  const created = document.createElement(tag);
  if (className !== '') created.className = className;
  created.textContent = text;
  return created;
}

/** Starts a CSS animation that is bound to a data attribute again from its beginning. */
export function replay(target: HTMLElement, value: string): void {
  delete target.dataset['shown'];
  // Reading a layout property makes the browser notice that it was gone.
  void target.offsetWidth;
  target.dataset['shown'] = value;
}
