/** A typing slip changes this share of a name at most; beyond it, it is another name. */
const LARGEST_SLIP = 0.35;

/**
 * The name that was probably meant.
 *
 * @returns null when none is close
 */
export function nearestName(typed: string, names: Iterable<string>): string | null {
  let nearest: string | null = null;
  let leastEdits = Math.floor(typed.length * LARGEST_SLIP) + 1;
  for (const name of names) {
    const edits = editDistance(typed, name);
    if (edits < leastEdits) [nearest, leastEdits] = [name, edits];
  }
  return nearest;
}

/** Insertions, deletions and replacements between two words (Wagner & Fischer 1974), a row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
