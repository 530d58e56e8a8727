import { beforeEach, describe, expect, test } from 'vitest';
import { CROWD_MAP_SIZE } from '../../shared/crowd/crowd-map.ts';
import { ARMY, BOARD_PLACES } from '../../shared/crowd/crowd-rules.ts';
import type { CrowdFighter } from '../../shared/crowd/crowd-state.ts';
import { HEAT_CELLS, heatAt } from '../../shared/crowd/heat.ts';
import type { KillMessage } from '../../shared/messages.ts';
import { seededRandom } from '../../shared/random.ts';
import { BUTTON, MATCH_PHASE, SHOT_DAMAGE, SPAWN_SHIELD_MS } from '../../shared/rules.ts';
import { CrowdWorld } from './crowd-world.ts';

const SIZE = 60;
const STEP_MS = 50;
const STILL = { moveX: 0, moveY: 0, aim: 0, buttons: 0 };

let nowMs: number;
let killers: string[];
let endings: number;

function newWorld(size = SIZE): CrowdWorld {
  const events = {
    killed: ({ killerId }: KillMessage) => {
      killers.push(killerId);
    },
    hurt: () => {},
    hit: () => {},
    pickedUp: () => {},
    matchEnded: () => {
      endings += 1;
    },
  };
  return new CrowdWorld({ size, random: seededRandom(5), events }, nowMs);
}

function pass(world: CrowdWorld, ms: number): void {
  for (const endMs = nowMs + ms; nowMs < endMs; nowMs += STEP_MS) world.step(nowMs);
}

function armies(world: CrowdWorld): { west: number; east: number } {
  const fighters = [...world.state.fighters.values()];
  return {
    west: fighters.filter(({ team }) => team === ARMY.west).length,
    east: fighters.filter(({ team }) => team === ARMY.east).length,
  };
}

function fighterOf(world: CrowdWorld, id: string): CrowdFighter {
  const fighter = world.state.fighters.get(id);
  if (fighter === undefined) throw new Error(`no fighter ${id}`);
  return fighter;
}

beforeEach(() => {
  nowMs = 1_000;
  killers = [];
  endings = 0;
});

describe('the armies', () => {
  test('are full of bots at once, as many on either side', () => {
    expect(armies(newWorld())).toEqual({ west: SIZE / 2, east: SIZE / 2 });
  });

  test('stay equal as people come and go, each in the place of a bot', () => {
    const world = newWorld();
    for (const id of ['ann', 'ben', 'cleo']) world.addPlayer(id, id, nowMs);
    expect(armies(world)).toEqual({ west: SIZE / 2, east: SIZE / 2 });
    expect(fighterOf(world, 'ann').team).not.toBe(fighterOf(world, 'ben').team);
    world.removePlayer('ann', nowMs);
    expect(armies(world)).toEqual({ west: SIZE / 2, east: SIZE / 2 });
    expect([...world.state.fighters.values()].filter(({ isBot }) => !isBot)).toHaveLength(2);
  });

  test('a shot hits the enemy, and passes through a friend', () => {
    const world = newWorld();
    world.addPlayer('ann', 'Ann', nowMs);
    world.addPlayer('ben', 'Ben', nowMs);
    world.addPlayer('cleo', 'Cleo', nowMs);
    const [ann, ben, cleo] = ['ann', 'ben', 'cleo'].map((id) => fighterOf(world, id));
    if (ann === undefined || ben === undefined || cleo === undefined) throw new Error('three came');
    expect(cleo.team).toBe(ann.team);
    pass(world, SPAWN_SHIELD_MS + STEP_MS);
    for (const [fighter, x] of [
      [ann, 100],
      [cleo, 200],
      [ben, 300],
    ] as const) {
      Object.assign(fighter, { x, y: 60, health: 100, stance: 1, effects: 0 });
    }
    world.step(nowMs);
    const before = ben.health;
    const everybody = new Map([...world.state.fighters].map(([id, { health }]) => [id, health]));
    world.applyInput('ann', { ...STILL, buttons: BUTTON.fire }, (fighter) => fighter, nowMs);
    expect(ben.health).toBe(before - SHOT_DAMAGE);
    expect(cleo.health).toBe(everybody.get('cleo'));
  });

  test('fight, and their kills are counted', () => {
    const world = newWorld(200);
    pass(world, 40_000);
    const { westKills, eastKills } = world.state.summary;
    const ofWest = killers.filter((id) => fighterOf(world, id).team === ARMY.west).length;
    expect(ofWest).toBeGreaterThan(0);
    expect([westKills, eastKills]).toEqual([ofWest, killers.length - ofWest]);
  });
});

test('a person comes into the world where something happens', () => {
  const world = newWorld(600);
  pass(world, 10_000);
  const fighters = [...world.state.fighters.values()];
  const ids = Array.from({ length: 12 }, (_, index) => `person ${index}`);
  for (const id of ids) world.addPlayer(id, id, nowMs);
  const around = ids.map((id) => {
    const me = fighterOf(world, id);
    return fighters.filter(
      ({ x, y, team }) => team !== me.team && Math.hypot(x - me.x, y - me.y) < 1_600,
    ).length;
  });
  expect(Math.min(...around)).toBeGreaterThanOrEqual(20);
});

describe('the summary', () => {
  test('shows everybody who lives, somewhere on the map', () => {
    const world = newWorld();
    const { heat, fighters } = world.state.summary;
    let shown = 0;
    for (let cell = 0; cell < HEAT_CELLS ** 2; cell += 1) {
      const { west, east } = heatAt(heat, cell % HEAT_CELLS, Math.floor(cell / HEAT_CELLS));
      shown += west + east;
    }
    expect(fighters).toBe(SIZE);
    expect(shown).toBeGreaterThan(SIZE * 0.7);
    expect(shown).toBeLessThanOrEqual(SIZE);
  });

  test('has the best on its board, and a rank for everybody else', () => {
    const world = newWorld();
    const fighters = [...world.state.fighters.values()];
    for (const [index, fighter] of fighters.entries()) fighter.kills = index;
    pass(world, 1_000 + STEP_MS);
    const { board, fightersAbove } = world.state.summary;
    expect([...board].map(({ kills: theirs }) => theirs)).toEqual(
      Array.from({ length: BOARD_PLACES }, (_, place) => SIZE - 1 - place),
    );
    for (const { kills: mine } of fighters) {
      expect(fightersAbove[mine] ?? 0).toBe(fighters.filter((other) => other.kills > mine).length);
    }
  });
});

test('a small battle stays in the middle of the town', () => {
  const world = newWorld();
  pass(world, 3_000);
  const far = [...world.state.fighters.values()].filter(
    ({ x, y }) =>
      Math.max(Math.abs(x - CROWD_MAP_SIZE / 2), Math.abs(y - CROWD_MAP_SIZE / 2)) > 2_400,
  );
  expect(far).toEqual([]);
});

test('a battle ends with the kills of an army, and the next one begins at zero', () => {
  const world = newWorld();
  pass(world, 500);
  world.state.summary.westKills = world.state.killsToWin;
  pass(world, STEP_MS);
  expect(endings).toBe(1);
  expect(world.state.phase).toBe(MATCH_PHASE.results);
  pass(world, 9_000);
  expect(world.state.phase).toBe(MATCH_PHASE.playing);
  expect(world.state.matchNumber).toBe(2);
  expect(world.state.summary.westKills).toBeLessThan(5);
});
