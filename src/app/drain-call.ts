/** Asks a node of the region to drain; it answers with a `DrainResult`. */
export const DRAIN_NODE = 'drain-node';
/** Within which the last move of a drain begins. */
export const DRAIN_TIMEOUT_MS = 60_000;
/** How long whoever asks waits: beyond that time for its last moves and the answer. */
export const DRAIN_ANSWER_TIMEOUT_MS = DRAIN_TIMEOUT_MS + 10_000;
