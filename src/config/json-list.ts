import { z } from 'zod';

/** Longest list that a variable of the environment is thought to hold. */
const MOST_ENTRIES = 64;

/** A list, or its JSON as the environment has it. @param form - told to who wrote something else */
export function jsonList<Entry extends z.ZodType>(entry: Entry, form: string) {
  return z.preprocess((value, context) => {
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: `wants JSON: ${form}` });
      return z.NEVER;
    }
  }, z.array(entry).max(MOST_ENTRIES));
}
