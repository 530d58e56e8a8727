import type { Evidence } from '../evidence/evidence.ts';
import type { Stay } from '../evidence/stay.ts';

/** The stays that went on when the run ended: one per bot that was still playing. */
export function finalStays(evidence: Evidence): Stay[] {
  const newest = new Map(evidence.stays.map((stay) => [stay.bot, stay]));
  const gone = new Set(evidence.endings.map(({ bot }) => bot));
  return [...newest.values()].filter(({ bot, end }) => end === null && !gone.has(bot));
}
