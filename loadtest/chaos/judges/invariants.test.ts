// Judges that see nothing wrong prove nothing: each is shown a run that broke its promise, and a sound one.

import { expect, test } from 'vitest';
import type { Evidence } from '../evidence/evidence.ts';
import type { Stay } from '../evidence/stay.ts';
import { judgeAll } from './invariants.ts';

const NODE_A = 100;
const NODE_B = 200;
const KILLED_AT_MS = 10_000;
const BACK_AT_MS = 11_000;

const stay = (changes: Partial<Stay>): Stay => ({
  bot: 1,
  kind: 'light',
  sessionId: 'ann',
  roomId: 'r1',
  roomName: 'journal',
  epoch: 1,
  pid: NODE_A,
  life: 0,
  firstStateAtMs: 5_000,
  lastStateAtMs: KILLED_AT_MS,
  firstActedAtMs: 5_000,
  lastActedAtMs: KILLED_AT_MS,
  firstTick: 1,
  lastTick: 100,
  restoredTick: 0,
  hiddenTick: 0,
  clockOffsetMs: 5_000,
  clockDriftMs: 2,
  longestSilenceMs: 60,
  states: 100,
  added: 20,
  moved: 40,
  addsSent: 20,
  inputsSent: 40,
  sessionIds: ['ann'],
  alarmsMissing: 0,
  faults: [],
  end: { atMs: KILLED_AT_MS, code: 1006, reason: '' },
  ...changes,
});

const revived = (changes: Partial<Stay> = {}): Stay =>
  stay({
    epoch: 2,
    pid: NODE_B,
    life: 1,
    firstStateAtMs: BACK_AT_MS,
    lastStateAtMs: 20_000,
    firstActedAtMs: BACK_AT_MS,
    lastActedAtMs: 20_000,
    firstTick: 99,
    lastTick: 280,
    restoredTick: 99,
    hiddenTick: 50,
    end: null,
    ...changes,
  });

const owned = (nodeId: string, epoch: number, seenAtMs: number) => ({
  ...{ roomId: 'r1', nodeId, epoch, seenAtMs },
});

/** A room whose node is killed and that comes back; `changes` break it. */
const run = (changes: Partial<Evidence> = {}): Evidence => ({
  joins: [{ bot: 1, roomId: 'r1', sessionId: 'ann', atMs: 5_000, tookMs: 20 }],
  failedJoins: [],
  stays: [stay({}), revived()],
  endings: [],
  faults: [{ atMs: KILLED_AT_MS, what: 'kill -9 A', pids: [NODE_A], roomIds: [], cutsOff: false }],
  ownerships: [owned('a', 1, 5_000), owned('b', 2, BACK_AT_MS)],
  foreignWrites: [],
  poisonedRooms: new Set(),
  leftovers: [],
  ...changes,
});

const ending = { bot: 1, roomId: 'r1', roomName: 'journal', atMs: 12_000, lastStateAtMs: 10_000 };
const bystander = (changes: Partial<Stay>) =>
  stay({
    bot: 2,
    sessionId: 'bob',
    roomId: 'r2',
    pid: NODE_B,
    sessionIds: ['bob'],
    end: null,
    ...changes,
  });

const broken = (evidence: Evidence) =>
  judgeAll(evidence)
    .filter(({ breaches }) => breaches.length > 0)
    .map(({ id }) => id);

test('a failover as promised breaks nothing', () => {
  expect(broken(run())).toEqual([]);
});

test('a poisoned room may be lost, and so may one without durability', () => {
  const reason = 'ROOM_LOST This room made its servers fail, and was closed.';
  const stays = [stay({})];
  const endings = [{ ...ending, reason }];
  expect(broken(run({ stays, endings, poisonedRooms: new Set(['r1']) }))).toEqual([]);
  const roomName = 'none';
  expect(
    broken(run({ stays: [stay({ roomName })], endings: [{ ...ending, reason, roomName }] })),
  ).toEqual([]);
});

test.each<[string, string, Partial<Evidence>]>([
  [
    'CH-1',
    'the old owner acts after the new one began',
    { stays: [stay({ lastActedAtMs: BACK_AT_MS + 30 }), revived()] },
  ],
  [
    'CH-1',
    'two processes lead the same life',
    {
      stays: [
        stay({}),
        revived(),
        revived({ bot: 3, pid: 300, end: { atMs: 20_000, code: 1006, reason: '' } }),
      ],
      faults: [
        { atMs: KILLED_AT_MS, what: '', pids: [NODE_A, NODE_B, 300], roomIds: [], cutsOff: false },
      ],
    },
  ],
  ['CH-1', 'an epoch goes back', { stays: [stay({ epoch: 3 }), revived()] }],
  ['CH-1', 'the directory goes back', { ownerships: [owned('a', 2, 1), owned('b', 1, 2)] }],
  [
    'CH-1',
    'the directory names two owners of one epoch',
    { ownerships: [owned('a', 1, 1), owned('b', 1, 2)] },
  ],
  [
    'CH-1',
    'somebody else writes the journal',
    { foreignWrites: ['r1: written under epoch 3, owned under 2'] },
  ],
  ['CH-2', 'two patches are lost', { stays: [stay({}), revived({ restoredTick: 98 })] }],
  [
    'CH-3',
    'a message was applied twice',
    { stays: [stay({}), revived({ faults: [{ kind: 'repeated', detail: '1' }] })] },
  ],
  ['CH-3', 'a message was never applied', { stays: [stay({}), revived({ added: 19 })] }],
  [
    'CH-4',
    'a player is not in the state',
    { stays: [stay({}), revived({ faults: [{ kind: 'no-seat', detail: '' }] })] },
  ],
  ['CH-4', 'a seat is nobody’s', { stays: [stay({}), revived({ sessionIds: ['ann', 'ghost'] })] }],
  [
    'CH-5',
    'a durable room is lost',
    { stays: [stay({})], endings: [{ ...ending, reason: 'ROOM_LOST' }] },
  ],
  [
    'CH-6',
    'the clock stood still during the outage',
    { stays: [stay({}), revived({ clockOffsetMs: 6_000 })] },
  ],
  [
    'CH-6',
    'the clock ran backwards',
    { stays: [stay({}), revived({ faults: [{ kind: 'clock-back', detail: '' }] })] },
  ],
  ['CH-6', 'an alarm rang twice', { stays: [stay({}), revived({ alarmsMissing: -1 })] }],
  [
    'CH-7',
    'the reason comes late',
    {
      stays: [stay({ roomName: 'none' })],
      endings: [{ ...ending, roomName: 'none', reason: 'ROOM_LOST', atMs: 30_000 }],
    },
  ],
  ['CH-7', 'a player waits for ever', { stays: [stay({})] }],
  [
    'CH-8',
    'a bystander is dropped',
    { stays: [stay({}), revived(), bystander({ end: { atMs: 9_000, code: 1006, reason: '' } })] },
  ],
  [
    'CH-8',
    'a bystander hears nothing for a while',
    { stays: [stay({}), revived(), bystander({ longestSilenceMs: 1_500 })] },
  ],
  [
    'CH-9',
    'a secret leaks',
    { stays: [stay({}), revived({ faults: [{ kind: 'secret-leaked', detail: '' }] })] },
  ],
  [
    'CH-9',
    'hidden data is older than a checkpoint',
    { stays: [stay({}), revived({ restoredTick: 300, hiddenTick: 50 })] },
  ],
  ['CH-10', 'a journal is left behind', { leftovers: ['journal meridian:journal:{r1}'] }],
])('%s is broken when %s', (id, _what, changes) => {
  expect(broken(run(changes))).toEqual([id]);
});
