// Loaded before a node's own code (`--import`): its wall clock is wrong by so much. The monotonic clock is not.

const offsetMs = Number(process.env['TEST_CLOCK_OFFSET_MS'] ?? 0);
const now = Date.now;
Date.now = () => now() + offsetMs;
