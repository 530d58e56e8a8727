import { judgeAppliedOnce } from '../../judges/applied-once.ts';
import type { Verdict } from '../../judges/invariants.ts';
import { judgeNothingLeft } from '../../judges/nothing-left.ts';
import { judgeSeats } from '../../judges/seats.ts';
import { judgeStateSurvives } from '../../judges/state-survives.ts';
import type { WorldEvidence } from '../world-evidence.ts';
import { judgeMatchingGoesOn } from './matching-goes-on.ts';
import { judgeOneStepper } from './one-stepper.ts';
import { judgeRoomsResume } from './rooms-resume.ts';
import { judgeTicketsEnd } from './tickets-end.ts';
import { judgeTicketsOnce } from './tickets-once.ts';

/** A promise of docs/spec/chaos.md about several regions, and what says whether it was kept. */
interface WorldInvariant {
  readonly id: string;
  readonly title: string;
  /** Whether it says something of rooms full of bots, which only some scenarios have. */
  readonly isOfRooms: boolean;
  /** @returns a sentence per breach */
  readonly judge: (evidence: WorldEvidence) => string[];
}

type RoomsJudge = (rooms: NonNullable<WorldEvidence['rooms']>) => string[];
const ofRooms = (judge: RoomsJudge) => (evidence: WorldEvidence) =>
  evidence.rooms === null ? [] : judge(evidence.rooms);

const INVARIANTS: readonly WorldInvariant[] = [
  {
    id: 'CH-2',
    title: 'what was seen is still there',
    isOfRooms: true,
    judge: ofRooms(judgeStateSurvives),
  },
  {
    id: 'CH-3',
    title: 'everything sent takes effect once',
    isOfRooms: true,
    judge: ofRooms(judgeAppliedOnce),
  },
  {
    id: 'CH-4',
    title: 'every session has its seat once',
    isOfRooms: true,
    judge: ofRooms(judgeSeats),
  },
  {
    id: 'CH-10',
    title: 'nothing is left behind',
    isOfRooms: true,
    judge: ofRooms(judgeNothingLeft),
  },
  { id: 'CH-11', title: 'every ticket ends, in time', isOfRooms: false, judge: judgeTicketsEnd },
  { id: 'CH-12', title: 'every ticket is in one match', isOfRooms: false, judge: judgeTicketsOnce },
  {
    id: 'CH-13',
    title: 'one owner per room, over all regions',
    isOfRooms: false,
    judge: judgeOneStepper,
  },
  { id: 'CH-14', title: 'rooms of a lost region resume', isOfRooms: true, judge: judgeRoomsResume },
  { id: 'CH-15', title: 'the others go on matching', isOfRooms: false, judge: judgeMatchingGoesOn },
];

export function judgeWorld(evidence: WorldEvidence): Verdict[] {
  return INVARIANTS.filter(({ isOfRooms }) => !isOfRooms || evidence.rooms !== null).map(
    ({ id, title, judge }) => ({ id, title, breaches: judge(evidence) }),
  );
}
