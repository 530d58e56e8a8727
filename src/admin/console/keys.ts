import type { ConsolePage } from './console-page.ts';

/** After `g`, the letter of a page must come by then. */
const WITHIN_MS = 1_500;

/** Shortcuts: none while somebody writes, none with Ctrl, Alt or Meta, which are the browser's. */
export function listenToKeys(
  pages: readonly ConsolePage[],
  keys: { readonly go: (pageId: string) => void; readonly help: () => void },
): void {
  let goAtMs = Number.NEGATIVE_INFINITY;
  document.addEventListener('keydown', (event) => {
    if (isMeantForOthers(event)) return;
    const page = pages.find(({ key }) => key === event.key);
    if (event.key === '?') keys.help();
    else if (event.key === '/') startSearch(event);
    else if (page !== undefined && performance.now() - goAtMs < WITHIN_MS) keys.go(page.id);
    goAtMs = event.key === 'g' ? performance.now() : Number.NEGATIVE_INFINITY;
  });
}

function startSearch(event: KeyboardEvent): void {
  const search = document.querySelector<HTMLInputElement>('[data-search]');
  if (search === null) return;
  // Or the field would begin with it.
  event.preventDefault();
  search.focus();
}

function isMeantForOthers({ ctrlKey, altKey, metaKey, target }: KeyboardEvent): boolean {
  if (ctrlKey || altKey || metaKey || document.querySelector('dialog[open]') !== null) return true;
  return target instanceof Element && target.matches('input:not([type=range]), select, textarea');
}
