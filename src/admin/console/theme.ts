/** `auto`: as the system has it. */
export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'meridian-console-theme';

/** What was chosen here before. */
export function storedTheme(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'auto';
  } catch {
    // Storage is off: as the system has it.
    return 'auto';
  }
}

/** Shows it; the style sheet knows what it means. */
export function applyTheme(theme: Theme = storedTheme()): void {
  document.documentElement.dataset['theme'] = theme;
}

/** Chooses the next one, and remembers it. */
export function nextTheme(): Theme {
  const next = THEMES[(THEMES.indexOf(storedTheme()) + 1) % THEMES.length] ?? 'auto';
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Until the page is closed, then.
  }
  applyTheme(next);
  return next;
}
