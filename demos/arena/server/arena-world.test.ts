import { beforeEach, describe, expect, test } from 'vitest';
import type { Fighter } from '../shared/arena-state.ts';
import type { BotIntent } from '../shared/bot-brain.ts';
import { seededRandom } from '../shared/random.ts';
import {
  BUTTON,
  EFFECT,
  FULL_HEALTH,
  MATCH_PHASE,
  PICKUP_KIND,
  PICKUP_RETURN_MS,
  RESPAWN_MS,
  SHOT_DAMAGE,
  SHOT_INTERVAL_STEPS,
  SPAWN_SHIELD_MS,
  STANCE,
} from '../shared/rules.ts';
import { killsByTeam, ranksOf } from '../shared/teams.ts';
import type { Standing } from './arena-events.ts';
import { ArenaWorld } from './arena-world.ts';
import type { SeenAt } from './combat.ts';

const STEP_MS = 1_000 / 30;
const STILL: BotIntent = { moveX: 0, moveY: 0, aim: 0, buttons: 0 };
const FIRE: BotIntent = { ...STILL, buttons: BUTTON.fire };
const now: SeenAt = (fighter) => fighter;

let events: string[];
let standings: readonly Standing[];
let nowMs: number;

function newWorld(options: { fillTo?: number; killsToWin?: number } = {}): ArenaWorld {
  return new ArenaWorld({
    random: seededRandom(1),
    fillTo: options.fillTo ?? 0,
    times: { matchMs: 60_000, resultsMs: 8_000, killsToWin: options.killsToWin ?? 25 },
    events: {
      killed: (kill) => events.push(`${kill.killerName} killed ${kill.victimName}`),
      hurt: (id, hurt) => events.push(`${id} hurt ${hurt.damage}`),
      hit: (id, hit) => events.push(`${id} hit ${hit.isKill}`),
      pickedUp: (id, pickup) => events.push(`${id} took ${pickup.kind}`),
      matchEnded: (final) => {
        standings = final;
      },
    },
  });
}

function fighterOf(world: ArenaWorld, id: string): Fighter {
  const fighter = world.state.fighters.get(id);
  if (fighter === undefined) throw new Error(`no fighter ${id}`);
  return fighter;
}

function pass(world: ArenaWorld, ms: number): void {
  for (const endMs = nowMs + ms; nowMs < endMs; nowMs += STEP_MS) world.step(nowMs);
}

/** Two in line of sight, 150 units apart, after their spawn protection. */
function duel(options: { killsToWin?: number } = {}): ArenaWorld {
  const world = newWorld(options);
  world.addPlayer('a', { name: 'Ann' }, nowMs);
  world.addPlayer('b', { name: 'Ben' }, nowMs);
  pass(world, SPAWN_SHIELD_MS + 100);
  Object.assign(fighterOf(world, 'a'), { x: 300, y: 120 });
  Object.assign(fighterOf(world, 'b'), { x: 450, y: 120 });
  return world;
}

function shootUntilDead(world: ArenaWorld, shooter: string, victim: string): void {
  for (let i = 0; i < 60 && fighterOf(world, victim).stance === STANCE.fighting; i += 1) {
    world.applyInput(shooter, FIRE, now, nowMs);
    pass(world, STEP_MS);
  }
}

test('shots pass through the own squad and hit the other', () => {
  const world = newWorld();
  world.addPlayer('a', { name: 'Ann', team: 1 }, nowMs);
  world.addPlayer('b', { name: 'Ben', team: 1 }, nowMs);
  world.addPlayer('c', { name: 'Cleo', team: 2 }, nowMs);
  pass(world, SPAWN_SHIELD_MS + 100);
  Object.assign(fighterOf(world, 'a'), { x: 300, y: 120 });
  Object.assign(fighterOf(world, 'b'), { x: 400, y: 120 });
  Object.assign(fighterOf(world, 'c'), { x: 500, y: 120 });
  shootUntilDead(world, 'a', 'c');
  expect(fighterOf(world, 'b').health).toBe(FULL_HEALTH);
  const fighters = [...world.state.fighters.values()];
  expect(killsByTeam(fighters)).toEqual([1, 0]);
});

test.each([
  [
    [3, 1],
    [1, 2],
  ],
  [
    [1, 3],
    [2, 1],
  ],
  [
    [2, 2],
    [1, 1],
  ],
] as const)('kills of two squads %j are places %j', (kills, ranks) => {
  expect(ranksOf(kills)).toEqual(ranks);
});

beforeEach(() => {
  events = [];
  standings = [];
  nowMs = 1_000;
});

describe('combat', () => {
  test('a shot hurts, and both sides are told', () => {
    const world = duel();
    world.applyInput('a', FIRE, now, nowMs);
    expect(fighterOf(world, 'b').health).toBe(FULL_HEALTH - SHOT_DAMAGE);
    expect(fighterOf(world, 'a').shots).toBe(1);
    expect(events).toEqual([`b hurt ${SHOT_DAMAGE}`, 'a hit false']);
  });

  test('is judged where the shooter saw the target, not where it is', () => {
    const world = duel();
    Object.assign(fighterOf(world, 'b'), { x: 450, y: 220 });
    world.applyInput('a', FIRE, now, nowMs);
    expect(fighterOf(world, 'b').health).toBe(FULL_HEALTH);
    for (let i = 0; i < SHOT_INTERVAL_STEPS; i += 1) world.applyInput('a', STILL, now, nowMs);
    world.applyInput('a', FIRE, () => ({ x: 450, y: 120 }), nowMs);
    expect(fighterOf(world, 'b').health).toBe(FULL_HEALTH - SHOT_DAMAGE);
  });

  test('a flood of inputs is no faster than the weapon', () => {
    const world = duel();
    for (let i = 0; i < 3; i += 1) world.applyInput('a', FIRE, now, nowMs);
    expect(fighterOf(world, 'a').shots).toBe(1);
  });

  test('kills, scores, and brings the victim back protected', () => {
    const world = duel();
    shootUntilDead(world, 'a', 'b');
    expect(events).toContain('Ann killed Ben');
    expect(fighterOf(world, 'a').kills).toBe(1);
    expect(fighterOf(world, 'b')).toMatchObject({ deaths: 1, stance: STANCE.dead, health: 0 });
    pass(world, RESPAWN_MS + 2 * STEP_MS);
    expect(fighterOf(world, 'b')).toMatchObject({ stance: STANCE.fighting, health: FULL_HEALTH });
    expect(fighterOf(world, 'b').effects & EFFECT.shield).toBe(EFFECT.shield);
  });

  test('spawn protection holds against shots and ends with the first own shot', () => {
    const world = duel();
    shootUntilDead(world, 'a', 'b');
    pass(world, RESPAWN_MS + 2 * STEP_MS);
    Object.assign(fighterOf(world, 'b'), { x: 450, y: 120 });
    world.applyInput('a', STILL, now, nowMs);
    for (let i = 0; i < SHOT_INTERVAL_STEPS; i += 1) world.applyInput('a', STILL, now, nowMs);
    world.applyInput('a', FIRE, now, nowMs);
    expect(fighterOf(world, 'b').health).toBe(FULL_HEALTH);
    world.applyInput('b', { ...FIRE, aim: Math.PI / 2 }, now, nowMs);
    pass(world, 2 * STEP_MS);
    expect(fighterOf(world, 'b').effects & EFFECT.shield).toBe(0);
  });

  test('the dead neither move nor shoot', () => {
    const world = duel();
    shootUntilDead(world, 'a', 'b');
    const before = { x: fighterOf(world, 'b').x, shots: fighterOf(world, 'b').shots };
    world.applyInput('b', { ...FIRE, moveX: 127 }, now, nowMs);
    expect(fighterOf(world, 'b')).toMatchObject(before);
  });
});

describe('pickups', () => {
  test('the triple shot hits three times at close range, and comes back later', () => {
    const world = duel();
    const spot = world.state.pickups.find(({ kind }) => kind === PICKUP_KIND.triple);
    Object.assign(fighterOf(world, 'a'), { x: spot?.x, y: spot?.y });
    pass(world, 2 * STEP_MS);
    expect(events).toContain(`a took ${PICKUP_KIND.triple}`);
    Object.assign(fighterOf(world, 'a'), { x: 300, y: 120 });
    Object.assign(fighterOf(world, 'b'), { x: 350, y: 120 });
    world.applyInput('a', FIRE, now, nowMs);
    expect(fighterOf(world, 'b').health).toBe(FULL_HEALTH - 3 * SHOT_DAMAGE);
    expect(spot?.returnsAtMs).toBeGreaterThan(nowMs);
    pass(world, PICKUP_RETURN_MS[PICKUP_KIND.triple] + STEP_MS);
    expect(spot?.returnsAtMs).toBe(0);
  });

  test('health is left for those who need it', () => {
    const world = duel();
    const spot = world.state.pickups.find(({ kind }) => kind === PICKUP_KIND.health);
    Object.assign(fighterOf(world, 'a'), { x: spot?.x, y: spot?.y });
    pass(world, 2 * STEP_MS);
    expect(spot?.returnsAtMs).toBe(0);
    fighterOf(world, 'a').health = 30;
    pass(world, 2 * STEP_MS);
    expect(fighterOf(world, 'a').health).toBe(80);
  });
});

describe('matches', () => {
  test('end with the kill that wins, show a podium, and begin again at zero', () => {
    const world = duel({ killsToWin: 1 });
    shootUntilDead(world, 'a', 'b');
    pass(world, 2 * STEP_MS);
    expect(world.state.phase).toBe(MATCH_PHASE.results);
    expect(world.state.podium.map(({ name, kills }) => [name, kills])).toEqual([
      ['Ann', 1],
      ['Ben', 0],
    ]);
    expect(standings.map(({ fighterId }) => fighterId)).toEqual(['a', 'b']);
    expect(fighterOf(world, 'a').stance).toBe(STANCE.frozen);
    pass(world, 8_000 + 2 * STEP_MS);
    expect(world.state).toMatchObject({ phase: MATCH_PHASE.playing, matchNumber: 2 });
    expect(world.state.podium).toHaveLength(0);
    expect(fighterOf(world, 'a')).toMatchObject({ kills: 0, deaths: 0, stance: STANCE.fighting });
    expect(fighterOf(world, 'b')).toMatchObject({ stance: STANCE.fighting, health: FULL_HEALTH });
  });

  test('end when time is up', () => {
    const world = duel();
    pass(world, 60_000);
    expect(world.state.phase).toBe(MATCH_PHASE.results);
  });

  test('who joins while the results show waits frozen', () => {
    const world = duel();
    pass(world, 60_000);
    world.addPlayer('late', { name: 'Lea' }, nowMs);
    expect(fighterOf(world, 'late').stance).toBe(STANCE.frozen);
  });
});

describe('bots', () => {
  const count = (world: ArenaWorld) =>
    [...world.state.fighters.values()].filter(({ isBot }) => isBot).length;

  test('fill up, and leave as people join', () => {
    const world = newWorld({ fillTo: 3 });
    expect(count(world)).toBe(0);
    for (const [id, bots] of [
      ['a', 2],
      ['b', 1],
      ['c', 0],
      ['d', 0],
    ] as const) {
      world.addPlayer(id, { name: id }, nowMs);
      expect(count(world)).toBe(bots);
    }
    world.removePlayer('a', nowMs);
    world.removePlayer('b', nowMs);
    expect(count(world)).toBe(1);
  });

  test('none when the room wants none', () => {
    const world = newWorld({ fillTo: 0 });
    world.addPlayer('a', { name: 'Ann' }, nowMs);
    pass(world, 1_000);
    expect(world.state.fighters.size).toBe(1);
  });

  test('fight: a minute with eight of them has kills', () => {
    const world = newWorld({ fillTo: 8 });
    world.addPlayer('a', { name: 'Ann' }, nowMs);
    pass(world, 55_000);
    expect(events.filter((event) => event.includes(' killed ')).length).toBeGreaterThan(5);
  });
});
