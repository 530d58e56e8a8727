/** A sealed event that waits to be written by a sink. */
export interface StreamEntry {
  readonly entryId: string;
  readonly line: string;
}

export interface Appended {
  /** `full`: none of them was taken; the same may be tried again. */
  readonly kind: 'appended' | 'full';
  /** Events in the stream: those that wait, and those that are being written. */
  readonly backlog: number;
}

export interface Taken {
  readonly entries: readonly StreamEntry[];
  /** How many of them somebody had before, and did not acknowledge. */
  readonly redelivered: number;
}

/**
 * The events of a region between those who record them and those who write them out. What was appended is delivered until somebody
 * acknowledges it: to one taker at a time, and to another when the first is silent for long.
 *
 * Everything rejects with {GameError} `DIRECTORY_UNAVAILABLE` while the region's Redis is away; an `append` may then have happened.
 */
export interface EventStream {
  /** All of them or none, in their order. */
  append(lines: readonly string[]): Promise<Appended>;
  /** The next events for this taker: first those that others have left lying, then new ones, the oldest first. */
  take(most: number): Promise<Taken>;
  /** This taker still works on these: nobody else shall take them yet. */
  hold(entryIds: readonly string[]): Promise<void>;
  /** They are written: nobody gets them again. @returns events left in the stream */
  acknowledge(entryIds: readonly string[]): Promise<number>;
}
