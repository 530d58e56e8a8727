// The name a player typed, shared by the portal and the games through the browser's storage.

const NAME_KEY = 'meridian.name';
const LONGEST_NAME = 24;

/** @returns '' when there is none */
export function rememberedName(): string {
  try {
    return cleaned(localStorage.getItem(NAME_KEY) ?? '');
  } catch {
    return '';
  }
}

export function rememberName(name: string): void {
  try {
    localStorage.setItem(NAME_KEY, cleaned(name));
  } catch {
    // Storage is blocked: the name then lasts as long as the page.
  }
}

function cleaned(name: string): string {
  return name.replace(/\s+/g, ' ').trim().slice(0, LONGEST_NAME);
}
