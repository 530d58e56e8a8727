/** An option as a client sent it: a whole number within bounds; undefined when it is no number. */
export function numberWithin(value: unknown, least: number, most: number): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  return Math.round(Math.min(most, Math.max(least, value)));
}
