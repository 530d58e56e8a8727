const FIRST_MS = 50;
const LONGEST_BACK_OFF_MS = 2_000;

/**
 * How long to wait after `failures` in a row: doubles from 50 ms to `longestMs`. Half of it is chance, so that all nodes and all links
 * do not come back in the same moment.
 *
 * @param failures - at least 1
 * @param chance - from 0 to 1
 */
export function backOffMs(
  failures: number,
  chance: number,
  longestMs = LONGEST_BACK_OFF_MS,
): number {
  const fullMs = Math.min(longestMs, FIRST_MS * 2 ** (failures - 1));
  return (fullMs * (1 + chance)) / 2;
}
