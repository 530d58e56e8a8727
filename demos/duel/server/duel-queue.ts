import { type QueueDefinition, turnBasedRules } from 'meridian';

/** Strangers who play for rating, in whichever region suits both. */
export const duelQueue: QueueDefinition = {
  room: 'duel',
  rules: turnBasedRules({ count: 2, playersPerTeam: 1 }),
};
