import type { Evidence } from '../evidence/evidence.ts';
import { judgeAppliedOnce } from './applied-once.ts';
import { judgeHiddenData } from './hidden-data.ts';
import { judgeNothingLeft } from './nothing-left.ts';
import { judgeOneOwner } from './one-owner.ts';
import { judgeOthersUnaffected } from './others-unaffected.ts';
import { judgeReasons } from './reasons.ts';
import { judgeRoomTime } from './room-time.ts';
import { judgeRoomsSurvive } from './rooms-survive.ts';
import { judgeSeats } from './seats.ts';
import { judgeStateSurvives } from './state-survives.ts';

/** A promise of docs/spec/chaos.md, and what says whether it was kept. */
export interface Invariant {
  readonly id: string;
  readonly title: string;
  /** @returns a sentence per breach */
  readonly judge: (evidence: Evidence) => string[];
}

export const INVARIANTS: readonly Invariant[] = [
  { id: 'CH-1', title: 'one owner per room, epochs never go back', judge: judgeOneOwner },
  { id: 'CH-2', title: 'what was seen is still there', judge: judgeStateSurvives },
  { id: 'CH-3', title: 'everything sent takes effect once', judge: judgeAppliedOnce },
  { id: 'CH-4', title: 'every session has its seat once', judge: judgeSeats },
  { id: 'CH-5', title: 'durable rooms come back', judge: judgeRoomsSurvive },
  { id: 'CH-6', title: 'room clocks go on, forwards and true', judge: judgeRoomTime },
  { id: 'CH-7', title: 'whoever loses his room hears why', judge: judgeReasons },
  { id: 'CH-8', title: 'other rooms notice nothing', judge: judgeOthersUnaffected },
  { id: 'CH-9', title: 'hidden data comes back and stays hidden', judge: judgeHiddenData },
  { id: 'CH-10', title: 'nothing is left behind', judge: judgeNothingLeft },
];

export interface Verdict {
  readonly id: string;
  readonly title: string;
  readonly breaches: readonly string[];
}

export function judgeAll(evidence: Evidence): Verdict[] {
  return INVARIANTS.map(({ id, title, judge }) => ({ id, title, breaches: judge(evidence) }));
}
