import { describe, expect, test } from 'vitest';
import { ARENA_MAP } from './arena-map.ts';
import { type BotView, createBotBrain } from './bot-brain.ts';
import { ARENA_TEMPO, BUTTON, FULL_HEALTH, STANCE } from './rules.ts';
import { type FighterBody, stepFighter } from './step-fighter.ts';

type Bot = FighterBody & { health: number };

function botAt(x: number, y: number): Bot {
  return { x, y, dashClock: 0, effects: 0, stance: STANCE.fighting, health: FULL_HEALTH };
}

function viewOf(bot: Bot, enemies: BotView['enemies'] = []): BotView {
  return {
    self: bot,
    enemies,
    pickups: ARENA_MAP.pickups.map((pickup) => ({ ...pickup, isThere: true })),
  };
}

describe('bot brain', () => {
  test('is a function of its seed and of what it sees', () => {
    const play = (seed: number) => {
      const brain = createBotBrain({ seed });
      const bot = botAt(120, 120);
      return Array.from({ length: 200 }, () => {
        const intent = brain.decide(viewOf(bot));
        stepFighter(bot, intent, ARENA_TEMPO, ARENA_MAP);
        return intent;
      });
    };
    expect(play(7)).toEqual(play(7));
    expect(play(7)).not.toEqual(play(8));
  });

  test('gets around the whole arena without getting stuck', () => {
    for (const seed of [1, 2, 3]) {
      const brain = createBotBrain({ seed });
      const bot = botAt(120, 120);
      const visited = new Set<string>();
      for (let step = 0; step < 30 * 90; step += 1) {
        stepFighter(bot, brain.decide(viewOf(bot)), ARENA_TEMPO, ARENA_MAP);
        visited.add(`${Math.floor(bot.x / 400)},${Math.floor(bot.y / 400)}`);
      }
      expect(visited.size).toBeGreaterThanOrEqual(12);
    }
  });

  test('shoots at whom it sees, and not through walls', () => {
    const shotsAt = (enemyX: number, enemyY: number) => {
      const brain = createBotBrain({ seed: 5 });
      const bot = botAt(600, 200);
      const enemy = { id: 'e', x: enemyX, y: enemyY, stance: STANCE.fighting, effects: 0 };
      return Array.from({ length: 60 }, () => brain.decide(viewOf(bot, [enemy]))).filter(
        (intent) => (intent.buttons & BUTTON.fire) !== 0,
      ).length;
    };
    expect(shotsAt(850, 200)).toBeGreaterThan(10);
    expect(shotsAt(600, 420)).toBe(0);
  });

  test('runs for health when it is hurt', () => {
    const brain = createBotBrain({ seed: 11 });
    const bot = { ...botAt(560, 420), health: 20 };
    for (let step = 0; step < 60; step += 1) {
      stepFighter(bot, brain.decide(viewOf(bot)), ARENA_TEMPO, ARENA_MAP);
      if (Math.hypot(bot.x - 680, bot.y - 410) < 38) return;
    }
    expect.unreachable('two seconds were enough to walk 120 units');
  });
});
