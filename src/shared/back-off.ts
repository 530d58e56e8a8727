const FIRST_MS = 50;
const LONGEST_MS = 2_000;

export interface BackOffLimits {
  /** Before the second try, at most; 50 when absent. */
  readonly firstMs?: number;
  /** 2000 when absent. */
  readonly longestMs?: number | undefined;
}

/**
 * How long to wait after `failures` in a row: doubles from `firstMs` to `longestMs`. Half of it is chance, so that all nodes and all links
 * do not come back in the same moment.
 *
 * @param failures - at least 1
 * @param chance - from 0 to 1
 */
export function backOffMs(
  failures: number,
  chance: number,
  { firstMs = FIRST_MS, longestMs = LONGEST_MS }: BackOffLimits = {},
): number {
  const fullMs = Math.min(longestMs, firstMs * 2 ** (failures - 1));
  return (fullMs * (1 + chance)) / 2;
}
