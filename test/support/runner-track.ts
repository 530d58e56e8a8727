// What the room of the runner and its clients share.

import { schema, t } from '@colyseus/schema';

export const STEP_HZ = 20;
/** Units per second. */
export const RUNNER_SPEED = 300;
/** He runs up and down between these. */
export const TRACK = { from: 0, to: 3_000 } as const;

/** Where a marksman sees the runner. */
export const Aim = schema({ x: t.float32().default(0) }, 'Aim');
