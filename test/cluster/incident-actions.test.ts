// What the incident bot does to a whole region, live: the bot in a process of its own, nodes, players, and an operator who approves over the
// interface of the console. Draining and quarantine are in incident-loop.test.ts.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RedisAuditStore } from '../../src/admin/audit-store-redis.ts';
import type { AuditEntry } from '../../src/protocol/admin.ts';
import type { Incident } from '../../src/protocol/incidents.ts';
import { ActingOperator, oneOperatorOfEachRole } from '../support/acting-operator.ts';
import { EvacuatingRegions, stepsOf } from '../support/evacuating-regions.ts';
import { eventually } from '../support/eventually.ts';
import { IncidentBotProcess } from '../support/incident-bot-process.ts';
import { longTest } from '../support/long-test.ts';
import { MatchPlayer } from '../support/match-player.ts';
import { MeridianRegion } from '../support/meridian-region.ts';
import { matchmake } from '../support/raw-client.ts';
import type { MeridianProcess } from '../support/start-meridian.ts';
import { Player } from '../support/survival-player.ts';

const GAME = 'test/support/orders-game.ts';
const SECRET = 'a secret of one region, long enough';
const PATIENCE = { withinMs: 30_000, everyMs: 50 };
const TIMEOUT_MS = 90_000;

/** What the bot of a region has written down, oldest first. */
async function botAudit({ redis }: MeridianRegion): Promise<readonly AuditEntry[]> {
  await using client = redis.client();
  const entries = await new RedisAuditStore({ redis: client }).latest(100);
  return entries.filter(({ actor }) => actor === 'incident-bot').toReversed();
}

/** Once the bot has got so far with it. */
async function incidentIn(
  kind: Incident['phase']['kind'],
  action: string,
  operator: ActingOperator,
): Promise<Incident> {
  return await eventually(
    async () =>
      (await operator.incidents()).find((it) => it.action === action && it.phase.kind === kind),
    PATIENCE,
  );
}

const CLOSED = { status: 503, body: { error: { code: 'REGION_CLOSED' } } };

async function newRoom(node: MeridianProcess) {
  return await matchmake(node, { target: 'journal', body: { title: crypto.randomUUID() } });
}

describe('orders to a region', () => {
  let region: MeridianRegion;
  let node: MeridianProcess;
  let bot: IncidentBotProcess;
  let admin: ActingOperator;
  let operator: ActingOperator;

  beforeAll(async () => {
    region = await MeridianRegion.open(GAME, {
      // On a machine that has more to do than this: nobody shall end himself.
      MERIDIAN_CLUSTER_HANG_MS: '20000',
      JWT_SECRET: SECRET,
      MERIDIAN_ADMIN_OPERATORS: await oneOperatorOfEachRole(),
    });
    [node, bot] = await Promise.all([
      region.start(),
      IncidentBotProcess.start({ regionId: 'local', redisUri: region.redis.uri }),
    ]);
    admin = new ActingOperator(node, 'admin');
    operator = new ActingOperator(node, 'operator');
  }, TIMEOUT_MS);
  afterAll(async () => {
    await bot?.[Symbol.asyncDispose]();
    await region?.[Symbol.asyncDispose]();
  });

  test(
    '[IB-3] [IB-9] [IB-15] [IB-22] close-region: once an admin approves, no new rooms; who plays goes on; then rooms again',
    async () => {
      const ada = await Player.make(region, node, 'journal');
      const alert = { alertname: 'RegionIsFull', action: 'close-region', region: 'local' };
      await bot.tell('firing', alert);
      const waiting = await incidentIn('awaits-approval', 'close-region', admin);
      expect((await newRoom(node)).status).toBe(200);
      expect(await operator.answer(waiting, 'approve')).toBe(403);
      expect(await admin.answer(waiting, 'approve')).toBe(204);
      await eventually(async () => {
        expect(await newRoom(node)).toMatchObject(CLOSED);
        return true;
      }, PATIENCE);
      await ada.say('in a closed region');
      const bea = await ada.joinedBy(node);
      await bea.room.leave();

      await bot.tell('resolved', alert);
      await eventually(async () => (await newRoom(node)).status === 200, PATIENCE);
      expect(ada.drops).toEqual([]);
      await ada.room.leave();
      await incidentIn('undone', 'close-region', admin);
      expect(await botAudit(region)).toMatchObject([
        { action: 'close-region', target: 'local', outcome: 'awaits-approval' },
        {
          action: 'close-region',
          outcome: 'done',
          parameters: { approvedBy: 'operator:admin-ada' },
        },
        { action: 'open-region', outcome: 'done' },
      ]);
    },
    TIMEOUT_MS,
  );

  test(
    '[IB-3] [IB-9] [IB-22] shed-tickets: once an operator approves, no new tickets; those that wait are matched; then new ones again',
    async () => {
      const { url } = node;
      const reach = { url, regionId: 'local', regionIds: ['local'], secret: SECRET };
      const [anna, ben, cleo] = await Promise.all([1, 2, 3].map(() => MatchPlayer.signIn(reach)));
      if (anna === undefined || ben === undefined || cleo === undefined) throw new Error('three');
      // Two teams of two: three wait for a fourth.
      const tickets = await Promise.all([anna, ben, cleo].map((it) => it.enter('party')));
      expect(tickets.map(({ status }) => status)).toEqual([201, 201, 201]);
      const dan = await MatchPlayer.signIn(reach);

      const alert = { alertname: 'QueueGrows', action: 'shed-tickets', region: 'local' };
      await bot.tell('firing', alert);
      const waiting = await incidentIn('awaits-approval', 'shed-tickets', operator);
      expect(await operator.answer(waiting, 'approve')).toBe(204);
      await eventually(async () => {
        const { status, body } = await dan.enter('duel');
        if (status === 201) await dan.cancel(body.ticketId);
        expect({ status, ...body }).toMatchObject({
          ...{ status: 503, error: { code: 'QUEUE_FULL', details: { reason: 'shedding' } } },
        });
        return true;
      }, PATIENCE);
      for (const [at, player] of [anna, ben, cleo].entries()) {
        const { body } = await player.ticket(tickets[at]?.body.ticketId ?? '');
        expect(body.state).toBe('searching');
      }

      await bot.tell('resolved', alert);
      const last = await eventually(async () => {
        const entered = await dan.enter('party');
        return entered.status === 201 && entered.body;
      }, PATIENCE);
      const seats = await Promise.all([
        dan.matched(last),
        ...[anna, ben, cleo].map((it, at) => it.matched(tickets[at]?.body ?? last)),
      ]);
      expect(new Set(seats.map(({ matchId }) => matchId)).size).toBe(1);
      await incidentIn('undone', 'shed-tickets', operator);
      const audit = (await botAudit(region)).filter(({ action }) => /tickets/.test(action));
      expect(audit).toMatchObject([
        { action: 'shed-tickets', outcome: 'awaits-approval' },
        {
          action: 'shed-tickets',
          outcome: 'done',
          parameters: { approvedBy: 'operator:operator-ada' },
        },
        { action: 'take-tickets', outcome: 'done' },
      ]);
    },
    TIMEOUT_MS,
  );

  test('[IB-6] raise-replicas where nothing adds nodes is refused, and says so', async () => {
    await bot.tell('firing', {
      alertname: 'NodesAreBusy',
      action: 'raise-replicas',
      region: 'local',
    });
    const { phase } = await incidentIn('refused', 'raise-replicas', operator);
    expect(phase).toEqual({ kind: 'refused', reason: 'no-autoscaler' });
  });
});

describe('a region that is told to evacuate', () => {
  longTest(
    '[IB-3] [IB-9] evacuate-region: waits for an admin; then players are in the same room and seat in the nearest region, until it is told to return',
    async () => {
      await using regions = await EvacuatingRegions.open(GAME, {
        SURVIVAL_TELLS_STEPS: 'yes',
        // On a machine that has more to do than this: nobody shall end himself.
        MERIDIAN_CLUSTER_HANG_MS: '20000',
        MERIDIAN_ADMIN_OPERATORS: await oneOperatorOfEachRole(),
      });
      const [amber, bronze] = [regions.node('amber'), regions.node('bronze')];
      const { redis } = regions.region('amber');
      await using bot = await IncidentBotProcess.start({ regionId: 'amber', redisUri: redis.uri });
      const admin = new ActingOperator(amber, 'admin');
      const ada = await Player.make(regions.region('amber'), amber, 'journal');
      await ada.say('before');
      await regions.copied(ada.roomId);
      const before = { roomId: ada.roomId, sessionId: ada.sessionId };

      const alert = { alertname: 'RegionMostlyDown', action: 'evacuate-region', region: 'amber' };
      await bot.tell('firing', alert);
      const waiting = await incidentIn('awaits-approval', 'evacuate-region', admin);
      // Who may not evacuate does not get it done by the bot.
      for (const role of ['viewer', 'operator'] as const) {
        expect(await new ActingOperator(amber, role).answer(waiting, 'approve')).toBe(403);
      }
      await ada.say('still in amber');
      expect(ada.room.state.pid).toBe(amber.child.pid);

      expect(await admin.answer(waiting, 'approve')).toBe(204);
      await eventually(() => ada.room.state.pid === bronze.child.pid, PATIENCE);
      expect({ roomId: ada.roomId, sessionId: ada.sessionId }).toEqual(before);
      expect(ada.ending).toBeNull();
      await ada.say('in bronze');
      expect(ada.words).toEqual(['before', 'still in amber', 'in bronze']);
      const [there, here] = [stepsOf(bronze, ada.roomId), stepsOf(amber, ada.roomId)];
      expect(Math.max(...here)).toBeLessThan(Math.min(...there));
      expect(await newRoom(amber)).toMatchObject(CLOSED);

      // It is people who bring it back.
      await incidentIn('done', 'evacuate-region', admin);
      await bot.tell('resolved', alert);
      await eventually(
        async () => (await admin.incidents()).every(({ resolvedAtMs }) => resolvedAtMs !== null),
        PATIENCE,
      );
      expect((await newRoom(amber)).status).toBe(503);
      expect(await admin.act({ action: 'return-region', regionId: 'amber' })).toBe(200);
      await eventually(async () => (await newRoom(amber)).status === 200, PATIENCE);
      await ada.say('still in bronze');
      expect(await botAudit(regions.region('amber'))).toMatchObject([
        { action: 'evacuate-region', target: 'amber', outcome: 'awaits-approval' },
        {
          action: 'evacuate-region',
          outcome: 'done',
          parameters: { approvedBy: 'operator:admin-ada' },
        },
      ]);
    },
    TIMEOUT_MS,
  );
});
