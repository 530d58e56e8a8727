// Figures for people, the same on every page.

/** `12 s`, `3 min`, `5 h`, `2 d` */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 6_000) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** `43 %`; null: nobody knows */
export function percent(ratio: number | null): string {
  return ratio === null ? '–' : `${Math.round(ratio * 100)} %`;
}

/** Day and time here. @param ms - wall clock */
export function moment(ms: number): string {
  return new Date(ms).toLocaleString([], { dateStyle: 'medium', timeStyle: 'medium' });
}

/** Why a ticket waits, from what matchmaking says: `skill-too-far` and its figures. */
export function reasonWords({
  kind,
  ...figures
}: {
  readonly kind: string;
  readonly [figure: string]: unknown;
}): string {
  const words = kind.replaceAll('-', ' ');
  const details = Object.entries(figures).map(([name, value]) => `${spaced(name)} ${shown(value)}`);
  return details.length === 0 ? words : `${words} (${details.join(', ')})`;
}

function spaced(camelCase: string): string {
  return camelCase.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function shown(value: unknown): string {
  if (value === null) return 'never';
  if (typeof value === 'number') return String(Math.round(value * 100) / 100);
  return Array.isArray(value) ? value.join('/') : String(value);
}
