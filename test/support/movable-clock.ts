// Loaded before a node's own code (`--import`): its wall clock is moved by a message of its parent, who is told when it is. The
// monotonic clock is not moved.

import { isMainThread } from 'node:worker_threads';

let offsetMs = 0;
const now = Date.now;
Date.now = () => now() + offsetMs;

if (isMainThread) {
  process.on('message', (message: { readonly advanceMs?: number }) => {
    if (message.advanceMs === undefined) return;
    offsetMs += message.advanceMs;
    process.send?.({ advancedMs: message.advanceMs });
  });
  // Listening is no reason to live on.
  process.channel?.unref();
}
