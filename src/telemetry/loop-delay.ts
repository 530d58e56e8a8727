/** How often `monitorEventLoopDelay` looks, for all who read it here, ms. */
export const DELAY_SAMPLING_MS = 10;

/** What a reading of it has on top of the delay, ms: on Node the time between two looks; Bun takes that off by itself. */
export const DELAY_BASE_MS = process.versions['bun'] === undefined ? DELAY_SAMPLING_MS : 0;
