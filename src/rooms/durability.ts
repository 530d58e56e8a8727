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
