/**
 * What a room class loses when its node dies without a word:
 *
 * - `none`: the room. Its players are told, and are free to join another.
 * - `checkpoint`: at most `checkpointIntervalMs` of play.
 * - `journal`: at most one patch. Costs Redis about what one more client would get.
 *
 * A node that is drained or stopped on purpose moves rooms of the last two kinds, and nothing is lost.
 */
export type Durability = 'none' | 'checkpoint' | 'journal';

/**
 * What becomes of a durable room when too few other regions hear its own:
 *
 * - `move`: it stands still, and goes on in the nearest region.
 * - `play-on`: it goes on where it is, whoever still reaches it. It is never evacuated: lost with its region, unless that comes back.
 */
export type WhenIsolated = 'move' | 'play-on';
