// Judges that see nothing wrong prove nothing: each is shown a run that broke its promise, and a sound one.

import { expect, test } from 'vitest';
import type { Evidence } from '../../evidence/evidence.ts';
import type { Stay } from '../../evidence/stay.ts';
import type { TicketHistory, TicketTrip } from '../ticket-trip.ts';
import type { TakenSeat, WitnessedStep } from '../witness.ts';
import type { WorldEvidence } from '../world-evidence.ts';
import { judgeWorld } from './world-invariants.ts';

const LOST_AT_MS = 10_000;
const HEALED_AT_MS = 40_000;

const trip = (changes: Partial<TicketTrip> = {}): TicketTrip => ({
  ...{ trip: 1, playerId: 'ada', home: 'asia', enteredAtMs: 9_000, newestAtMs: 9_000 },
  ticketIds: ['t1'],
  end: { kind: 'matched', matchId: 'm1', regionId: 'asia', atMs: 11_000 },
  seat: { kind: 'taken', roomId: 'r9', atMs: 11_100 },
  ...changes,
});
const history = (changes: Partial<TicketHistory> = {}): TicketHistory => ({
  ...{ ticketId: 't1', regionId: 'asia', playerIds: ['ada'] },
  claimedBy: new Set(['m1']),
  matchedIn: new Map([['m1', 'asia']]),
  ...changes,
});
const seat = (changes: Partial<TakenSeat> = {}): TakenSeat => ({
  ...{ kind: 'seated', roomId: 'r9', matchId: 'm1', playerId: 'ada', atMs: 11_050 },
  ...changes,
});
const step = (pid: number, life: number, atMs: number): WitnessedStep => ({
  ...{ kind: 'step', roomId: 'r1', tick: 1, pid, life, atMs },
});
const STEPS = [step(100, 0, 9_000), step(100, 0, 12_900), step(200, 1, 16_000)];

const stay = (changes: Partial<Stay>): Stay => ({
  ...{ bot: 1, kind: 'sdk', sessionId: 's1', roomId: 'r1', roomName: 'journal', epoch: 1 },
  ...{ pid: 100, life: 0, restoredTick: 0, hiddenTick: 0, firstTick: 1, lastTick: 90 },
  ...{ firstStateAtMs: 1_000, lastStateAtMs: LOST_AT_MS },
  ...{ firstActedAtMs: 1_000, lastActedAtMs: LOST_AT_MS },
  ...{ clockOffsetMs: 0, clockDriftMs: 0, longestSilenceMs: 100, states: 90 },
  ...{ added: 5, moved: 5, addsSent: 5, inputsSent: 5, alarmsMissing: 0 },
  sessionIds: ['s1'],
  faults: [],
  end: { atMs: 15_000, code: 4010, reason: '' },
  ...changes,
});
const backAgain = (changes: Partial<Stay> = {}) =>
  stay({
    ...{ pid: 200, life: 1, epoch: 1_002, firstTick: 89, lastTick: 200, restoredTick: 88 },
    ...{ firstStateAtMs: 17_000, lastStateAtMs: 60_000, firstActedAtMs: 16_000 },
    ...{ lastActedAtMs: 60_000, end: null },
    ...changes,
  });
const rooms = (changes: Partial<Evidence> = {}): Evidence => ({
  joins: [{ bot: 1, roomId: 'r1', sessionId: 's1', atMs: 1_000, tookMs: 20 }],
  failedJoins: [],
  stays: [stay({}), backAgain()],
  endings: [],
  faults: [{ atMs: LOST_AT_MS, what: '', pids: [100], roomIds: [], cutsOff: true }],
  ownerships: [],
  foreignWrites: [],
  poisonedRooms: new Set(),
  leftovers: [],
  ...changes,
});

/** A region is lost, and everything goes as promised; `changes` break it. */
const run = (changes: Partial<WorldEvidence> = {}): WorldEvidence => ({
  trips: [trip()],
  refusals: [],
  histories: [history()],
  testimony: { steps: STEPS, made: [], seated: [seat()] },
  troubles: [{ what: '', fromMs: LOST_AT_MS, toMs: HEALED_AT_MS, lostRegionIds: ['europe'] }],
  enteringMs: { from: 8_000, to: 20_000 },
  waysStoodStillMs: 20,
  rooms: rooms(),
  ...changes,
});

const broken = (evidence: WorldEvidence) =>
  judgeWorld(evidence)
    .filter(({ breaches }) => breaches.length > 0)
    .map(({ id }) => id);
const seated = (...seats: readonly TakenSeat[]) => ({ steps: STEPS, made: [], seated: seats });
const europe = (ended: number) =>
  trip({ trip: 2, home: 'europe', end: { kind: 'expired', atMs: ended }, seat: null });

test('a region that is lost as promised breaks nothing', () => {
  expect(broken(run())).toEqual([]);
});

test('a ticket waits for its lost home, and then no longer than others', () => {
  expect(broken(run({ trips: [trip(), europe(80_000)] }))).toEqual([]);
  expect(broken(run({ trips: [trip(), europe(90_000)] }))).toEqual(['CH-11']);
});

test('without rooms full of bots nothing is said of rooms', () => {
  const ids = judgeWorld(run({ rooms: null })).map(({ id }) => id);
  expect(ids).toEqual(['CH-11', 'CH-12', 'CH-13', 'CH-15']);
});

test.each<[string, string, Partial<WorldEvidence>]>([
  [
    'CH-2',
    'more is lost than was on its way',
    { rooms: rooms({ stays: [stay({}), backAgain({ restoredTick: 70 })] }) },
  ],
  [
    'CH-3',
    'a message never took effect',
    { rooms: rooms({ stays: [stay({}), backAgain({ added: 4 })] }) },
  ],
  ['CH-10', 'the lost region keeps a room', { rooms: rooms({ leftovers: ['owner of r1'] }) }],
  ['CH-11', 'a ticket never ends', { trips: [trip(), trip({ trip: 2, end: null, seat: null })] }],
  [
    'CH-11',
    'the server does not know a ticket any more',
    {
      trips: [
        trip(),
        trip({ trip: 2, end: { kind: 'lost', code: 'TICKET_UNKNOWN', atMs: 12_000 } }),
      ],
    },
  ],
  [
    'CH-12',
    'a ticket is settled twice',
    {
      histories: [
        history({
          matchedIn: new Map([
            ['m1', 'asia'],
            ['m2', 'us-east'],
          ]),
        }),
      ],
    },
  ],
  [
    'CH-12',
    'a player is told of another match than his region knows',
    { histories: [history({ matchedIn: new Map([['m2', 'asia']]) })] },
  ],
  [
    'CH-12',
    'somebody sits in a match that is not his',
    { testimony: seated(seat(), seat({ matchId: 'm7' })) },
  ],
  [
    'CH-12',
    'a match is played in two rooms',
    { testimony: seated(seat(), seat({ roomId: 'r8' })) },
  ],
  [
    'CH-13',
    'the lost region steps its room when it lives elsewhere, which no bot can see',
    { testimony: { ...seated(seat()), steps: [...STEPS, step(100, 0, 16_001)] } },
  ],
  [
    'CH-14',
    'a player never sees his room again',
    { rooms: rooms({ stays: [stay({ end: null })] }) },
  ],
  [
    'CH-14',
    'players see it late',
    { rooms: rooms({ stays: [stay({}), backAgain({ firstStateAtMs: 20_500 })] }) },
  ],
  ['CH-15', 'nobody is matched for long', { enteringMs: { from: 8_000, to: 22_000 } }],
  [
    'CH-15',
    'only players of the lost region are matched',
    { trips: [trip({ home: 'europe' })], enteringMs: { from: 8_000, to: 19_000 } },
  ],
])('%s is broken when %s', (id, _what, changes) => {
  expect(broken(run(changes))).toEqual([id]);
});
