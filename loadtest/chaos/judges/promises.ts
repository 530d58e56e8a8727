import { STEP_HZ } from '../chaos-state.ts';

/** Steps between two checkpoints (`rooms.checkpointIntervalMs`, 5 s), and two for the way. */
const CHECKPOINT_TICKS = 5 * STEP_HZ + 2;

/** What is promised in numbers; docs/spec/chaos.md explains each. */
export const PROMISES = {
  /** Steps (and so patches) a room may lose when its node dies. */
  lostTicks: { journal: 1, checkpoint: CHECKPOINT_TICKS, none: 0 },
  /** Steps more when the node was cut off from Redis: it plays on until its lease is over, 1 s. */
  lostTicksWhenCutOff: STEP_HZ,
  /** Age of what `onCheckpoint` told, in steps. */
  hiddenDataTicks: CHECKPOINT_TICKS,
  /** Between a room's clock and true time, over any failure. */
  clockDriftMs: 50,
  /** From the last state to the reason. */
  reasonWithinMs: 8_000,
  /** Longest silence for players whom a failure does not concern; a shared machine needs some of it for itself. */
  silenceMs: 1_000,
} as const;
