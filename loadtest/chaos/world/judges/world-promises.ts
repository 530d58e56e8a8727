/** What is promised in numbers; docs/spec/chaos.md explains each. */
export const WORLD_PROMISES = {
  /** From entering a ticket to its end, beyond the queue's own timeout; what its region was lost for does not count. */
  ticketGraceMs: 15_000,
  /** From the loss of a region to the first state in the other one, 95th percentile. */
  firstStateP95Ms: 10_000,
  /** Longest time without a match in the regions that are left, all together; the stream itself makes some of it. */
  matchGapMs: 10_000,
} as const;
