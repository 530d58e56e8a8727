/**
 * What an event is worth when there is room for fewer than there are, the least first: of a full buffer the oldest event of the lowest
 * class goes.
 *
 * - `sample`: one figure of many, such as a latency; the rest of them tell the same
 * - `game`: what a game defines
 * - `core`: sessions, matches, tickets
 * - `economy`: goes last, when a buffer holds nothing else; the wallet's ledger has it all the same
 */
export const EVENT_CLASSES = ['sample', 'game', 'core', 'economy'] as const;

export type EventClass = (typeof EVENT_CLASSES)[number];
