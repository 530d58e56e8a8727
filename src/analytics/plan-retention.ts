export interface KeptFile {
  readonly name: string;
  readonly bytes: number;
  /** Last change, wall clock, ms. */
  readonly changedAtMs: number;
}

/**
 * Which files go: those that are too old, and the oldest of the rest while they are too much together.
 *
 * @returns names, the oldest first
 */
export function planRetention(
  files: readonly KeptFile[],
  limits: { readonly mostBytes: number; readonly keepMs: number; readonly nowMs: number },
): readonly string[] {
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const oldestFirst = files.toSorted(
    (a, b) => a.changedAtMs - b.changedAtMs || (a.name < b.name ? -1 : 1),
  );
  const gone: string[] = [];
  for (const file of oldestFirst) {
    const isTooOld = limits.nowMs - file.changedAtMs > limits.keepMs;
    if (!isTooOld && bytes <= limits.mostBytes) break;
    bytes -= file.bytes;
    gone.push(file.name);
  }
  return gone;
}
