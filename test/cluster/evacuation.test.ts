// Three regions on this machine. One is killed, or cut off from the two others; then the tests look where its rooms are.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EvacuatingRegions, stepsOf } from '../support/evacuating-regions.ts';
import { eventually } from '../support/eventually.ts';
import { longTest } from '../support/long-test.ts';
import type { MeridianProcess } from '../support/start-meridian.ts';
import { hooksOf, Player } from '../support/survival-player.ts';

const GAME = 'test/support/survival-game.ts';
/** Fence, margin, a claim, and a client that looks, several times over. */
const PATIENCE = { withinMs: 30_000 };
const TIMEOUT_MS = 120_000;
/** Of a Redis that is restarted by what looks after it. */
const AWAY_MS = 800;
const STEPS_HZ = 20;

let regions: EvacuatingRegions;
let ada: Player;

beforeEach(async () => {
  regions = await EvacuatingRegions.open(GAME, { SURVIVAL_TELLS_STEPS: 'yes' });
  ada = await Player.make(regions.region('amber'), regions.node('amber'), 'journal');
  await ada.say('before');
  await regions.copied(ada.roomId);
}, TIMEOUT_MS);
afterEach(async () => {
  await ada?.room.leave();
  await regions?.[Symbol.asyncDispose]();
}, TIMEOUT_MS);

async function playsIn(player: Player, name: 'amber' | 'bronze'): Promise<void> {
  await eventually(() => player.room.state.pid === regions.node(name).child.pid, PATIENCE);
}

/** Nobody stepped the room in amber once it was stepped in bronze. */
function expectOneOwner(amber: MeridianProcess, roomId: string): void {
  const there = stepsOf(regions.node('bronze'), roomId);
  expect(there.length).toBeGreaterThan(0);
  expect(Math.max(...stepsOf(amber, roomId))).toBeLessThan(Math.min(...there));
}

const says = (node: MeridianProcess, event: string) =>
  node.log.some((line) => line['event'] === event);

describe('a region that is killed', () => {
  test(
    '[EV-1] its players are in the same room and session in the nearest region, with the state',
    async () => {
      const { sessionId, roomId } = ada;
      const actor = ada.room.state.actors.get(sessionId);
      const lagS = await regions.node('amber').metric('meridian_evacuation_lag_seconds');
      expect(lagS).toBeGreaterThan(0);
      expect(lagS).toBeLessThan(2);
      const killedAtMs = performance.now();
      await regions.kill('amber');
      await playsIn(ada, 'bronze');
      console.log(`back after ${Math.round(performance.now() - killedAtMs)} ms`);
      expect(ada.ending).toBeNull();
      expect([ada.sessionId, ada.roomId]).toEqual([sessionId, roomId]);
      expect(ada.room.state.actors.get(sessionId), 'the same object').toBe(actor);
      expect(ada.words).toEqual(['before']);
      await ada.say('after');
      expect(hooksOf([regions.node('bronze')], roomId).map(({ hook }) => hook)).toEqual([
        'onCreate',
        'onRestore',
        'onReconnect',
      ]);
      const bronze = regions.node('bronze');
      expect(await bronze.metric('meridian_evacuation_rooms_total{region="amber"}')).toBe(1);
      expect(says(regions.node('cobalt'), 'region-down'), 'cobalt is not the nearest').toBe(false);
    },
    TIMEOUT_MS,
  );

  test(
    '[EV-6] a region that comes back with its directory and journals leaves its rooms where they are',
    async () => {
      const { roomId } = ada;
      const before = regions.node('amber');
      await regions.region('amber').kill(before);
      await playsIn(ada, 'bronze');
      const amber = await regions.start('amber');
      await eventually(
        async () => (await regions.region('amber').locate(roomId, amber)).status === 404,
        PATIENCE,
      );
      expect(hooksOf([amber], roomId)).toEqual([]);
      await ada.say('still here');
      const bea = await Player.make(regions.region('amber'), amber, 'journal');
      await bea.say('a new room');
      await regions.copied(bea.roomId);
      await bea.room.leave();
    },
    TIMEOUT_MS,
  );
});

test(
  '[EV-9] the rooms of a region whose Redis is lost go on in the nearest region, and are left to it',
  async () => {
    const amber = regions.node('amber');
    await regions.region('amber').redis.kill();
    await playsIn(ada, 'bronze');
    expectOneOwner(amber, ada.roomId);
    await regions.region('amber').redis.up();
    await eventually(() => says(amber, 'room-left'), PATIENCE);
    await ada.say('still here');
    expectOneOwner(amber, ada.roomId);
  },
  TIMEOUT_MS,
);

test(
  '[EV-9] a region whose Redis is back in time, and empty, stands nothing still',
  async () => {
    const amber = regions.node('amber');
    const { redis } = regions.region('amber');
    const steps = () => stepsOf(amber, ada.roomId);
    await redis.kill();
    const untilMs = performance.now() + AWAY_MS;
    await eventually(() => performance.now() > untilMs, PATIENCE);
    await redis.up();
    await eventually(() => says(amber, 'reasserted'), PATIENCE);
    const since = steps().length;
    // Whatever was late, its silence is over by then.
    await eventually(() => steps().length > since + 4 * STEPS_HZ, PATIENCE);
    const gaps = steps()
      .slice(1)
      .map((atMs, i) => atMs - (steps()[i] as number));
    expect(says(amber, 'isolated')).toBe(false);
    expect(Math.max(...gaps.slice(-6 * STEPS_HZ))).toBeLessThan(1_000);
    await ada.say('after');
    expect(ada.drops).toEqual([]);
  },
  TIMEOUT_MS,
);

longTest(
  '[EV-4] a region that stood still as a whole does nothing for its rooms when it wakes',
  async () => {
    const amber = regions.node('amber');
    const { redis } = regions.region('amber');
    amber.child.kill('SIGSTOP');
    redis.freeze();
    const haltedAtMs = performance.now();
    // His connection looks open, and nobody refuses anything.
    await playsIn(ada, 'bronze');
    console.log(`back from a black hole after ${Math.round(performance.now() - haltedAtMs)} ms`);
    redis.thaw();
    amber.child.kill('SIGCONT');
    await eventually(() => says(amber, 'room-left'), PATIENCE);
    await ada.say('still here');
    expectOneOwner(amber, ada.roomId);
  },
  TIMEOUT_MS,
);

describe('a region that is cut off from the others, and reached by players', () => {
  test(
    '[EV-4] freezes its rooms before they go on elsewhere, and lets go of them when it is back',
    async () => {
      const { roomId } = ada;
      const amber = regions.node('amber');
      const rooted = await Player.make(regions.region('amber'), amber, 'rooted');
      regions.cutOff('amber');
      await playsIn(ada, 'bronze');
      expect(says(amber, 'isolated')).toBe(true);
      expectOneOwner(amber, roomId);
      await ada.say('after');
      // [EV-8] What stays, and what nobody else knows, goes on.
      await rooted.say('here');
      expect(rooted.drops).toEqual([]);
      const bea = await Player.make(regions.region('amber'), amber, 'journal');
      await bea.say('a room of the outage');

      regions.reconnect('amber');
      await eventually(() => says(amber, 'room-left'), PATIENCE);
      await regions.copied(bea.roomId);
      expectOneOwner(amber, roomId);
      expect((await regions.region('amber').locate(roomId, amber)).status).toBe(404);
      await ada.say('still here');
      await bea.say('it goes on');
      await Promise.all([rooted.room.leave(), bea.room.leave()]);
    },
    TIMEOUT_MS,
  );
});
