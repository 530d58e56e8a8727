/** What is promised in numbers; docs/spec/chaos.md explains each. */
export const PROMISES = {
  /** Steps (and so patches) a room may lose when its node dies; checkpoints are made every 5 s, at 20 steps a second. */
  lostTicks: { journal: 1, checkpoint: 102, none: 0 },
  /** Steps more when the node was cut off from Redis: it plays on until its lease is over, 1 s. */
  lostTicksWhenCutOff: 20,
  /** Age of what `onCheckpoint` told, in steps. */
  hiddenDataTicks: 102,
  /** Between a room's clock and true time, over any failure. */
  clockDriftMs: 50,
  /** From the last state to the reason. */
  reasonWithinMs: 8_000,
  /** Longest silence for players whom a failure does not concern; a shared machine needs some of it for itself. */
  silenceMs: 1_000,
} as const;
