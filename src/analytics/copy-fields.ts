import { type EventValue, MOST_FIELDS } from './define-events.ts';

/** Characters of all names and texts of one event: with it, a full buffer has a size. */
export const LARGEST_EVENT_CHARS = 1_024;

/**
 * What the game gave, as it is now: it may change its object in the next line. Cheap, for it runs in the game's step; whether
 * the fields are those of the event is looked at later.
 *
 * @returns null for what is not flat, or too large
 */
export function copyFields(fields: unknown): Record<string, EventValue> | null {
  if (typeof fields !== 'object' || fields === null) return null;
  const copy: Record<string, EventValue> = {};
  let count = 0;
  let chars = 0;
  for (const name in fields) {
    const value: unknown = (fields as Record<string, unknown>)[name];
    if (value === undefined) continue;
    count += 1;
    chars += name.length + (typeof value === 'string' ? value.length : 0);
    if (count > MOST_FIELDS || chars > LARGEST_EVENT_CHARS || !isFlat(value)) return null;
    copy[name] = value;
  }
  return copy;
}

function isFlat(value: unknown): value is EventValue {
  return (
    typeof value === 'number' ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    value === null
  );
}
