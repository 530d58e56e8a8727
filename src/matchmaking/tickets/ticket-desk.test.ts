import { expect, test } from 'vitest';
import { NO_ANALYTICS } from '../../analytics/event-recorder.ts';
import { catalogueOf } from '../../regions/region-catalogue.ts';
import { createLogger } from '../../telemetry/logger.ts';
import type { QueueStatus } from '../contract.ts';
import { MemoryPartyStore } from '../parties/party-store-memory.ts';
import { actionRules } from '../pool/rule-set.ts';
import { QueueDoors } from './queue-doors.ts';
import { TicketDesk, type TicketDeskDeps } from './ticket-desk.ts';
import { MemoryTicketStore } from './ticket-store-memory.ts';

const QUEUE = 'duel';
const REGION = 'local';

function setUp(of: Partial<QueueStatus>, mostWaiting = 10_000) {
  const clock = { nowMs: 1_000, wallMs: () => clock.nowMs, monotonicMs: () => clock.nowMs };
  const status: QueueStatus = {
    ...{ queue: QUEUE, waiting: 0, visiting: 0, beingMade: 0, ticketsPerSecond: 0 },
    ...{ matchedPerMinute: 60_000, medianWaitMs: null, oldestWaitMs: 0 },
    ...of,
  };
  const measured = { rttMs: 20, jitterMs: 1, samples: 5, measuredAtMs: 0, regionId: REGION };
  const regions = {
    catalogue: catalogueOf({ id: REGION, all: [] }),
    latencies: { verify: async () => ({ ...measured, playerId: null }) },
  };
  const desk = new TicketDesk({
    queues: new Map([
      [QUEUE, { room: 'duel', rules: actionRules({ count: 2, playersPerTeam: 1 }) }],
    ]),
    store: new MemoryTicketStore({ clock }),
    parties: new MemoryPartyStore({ clock }),
    // What the desk asks of them.
    regions: regions as unknown as TicketDeskDeps['regions'],
    profiles: { read: async () => null },
    ...{ clock, mostWaiting },
    status: async () => status,
    events: NO_ANALYTICS,
  });
  const doors = new QueueDoors({
    ...{ clock, queues: [QUEUE], log: createLogger({ level: 'silent' }) },
    busyRatio: () => 0,
    sheds: () => false,
    refusedAtDoor: () => {},
  });
  let players = 0;
  const enter = () => {
    players += 1;
    const player = { playerId: `p${players}`, displayName: 'Ann' };
    return doors.watch(QUEUE, () => desk.enter(QUEUE, { latencyTokens: ['signed'] }, player));
  };
  return { clock, doors, enter };
}

const full = expect.objectContaining({ code: 'QUEUE_FULL', retryAfterMs: expect.any(Number) });

test('[TK-6] a queue takes as many as get rooms in two seconds, then its door refuses all but so many', async () => {
  const { doors, clock, enter } = setUp({ waiting: 290, beingMade: 290, ticketsPerSecond: 100 });
  for (let player = 0; player < 200; player += 1) {
    const leave = doors.letIn(QUEUE);
    await enter();
    (leave as () => void)();
  }
  await expect(enter()).rejects.toThrow(full);
  expect(doors.letIn(QUEUE)).toEqual(full);
  clock.nowMs += 100;
  const atDoor = Array.from({ length: 100 }, () => doors.letIn(QUEUE));
  expect(atDoor.filter((it) => typeof it === 'function')).toHaveLength(11);
  // Another queue has a door of its own; one that is not there says so itself.
  expect(doors.letIn('nothing')).toBeTypeOf('function');
});

test('[TK-5] a queue at its configured length has an open door: whoever comes is told how many wait', async () => {
  const { doors, enter } = setUp({}, 2);
  await enter();
  await enter();
  await expect(enter()).rejects.toThrow(full);
  expect(doors.letIn(QUEUE)).toBeTypeOf('function');
});
