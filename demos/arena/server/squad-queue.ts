import { actionRules, type QueueDefinition } from 'meridian';
import { SQUAD_SIZE } from '../shared/rules.ts';

/** Two against two; friends who come as a party fight side by side. */
export const squadQueue: QueueDefinition = {
  room: 'arena',
  rules: actionRules({ count: 2, playersPerTeam: SQUAD_SIZE }),
};
