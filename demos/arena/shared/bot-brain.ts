import { ARENA_MAP, type ArenaMap } from './arena-map.ts';
import { Navigator } from './navigator.ts';
import { type Random, seededRandom } from './random.ts';
import { BUTTON, EFFECT, FULL_HEALTH, PICKUP_KIND, SHOT_RANGE, STANCE } from './rules.ts';
import type { MoveIntent } from './step-fighter.ts';
import { hasLineOfSight } from './weapon.ts';

// A player of about average skill: roams between pickups, sees only what it could see, needs a moment to react, aims with
// an error that drifts, shoots in bursts, strafes, and runs for health when it is hurt. It knows what a client knows and
// says what a client says, so the same brain sits in the room (bots), in load tests and in end-to-end tests.

export interface BotSelf {
  readonly x: number;
  readonly y: number;
  readonly health: number;
  readonly stance: number;
  readonly dashClock: number;
}

export interface BotEnemy {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly stance: number;
  readonly effects: number;
}

export interface BotPickup {
  readonly kind: number;
  readonly x: number;
  readonly y: number;
  readonly isThere: boolean;
}

/** What a bot sees in one step. */
export interface BotView {
  readonly self: BotSelf;
  /** Everybody else, in any order. */
  readonly enemies: Iterable<BotEnemy>;
  readonly pickups: Iterable<BotPickup>;
}

/** What a bot wants in one step: the fields of `MoveInput`. */
export interface BotIntent extends MoveIntent {
  /** Radians. */
  readonly aim: number;
}

export interface BotBrain {
  /** Call once per step. The same seed and the same views give the same intents. */
  decide(view: BotView): BotIntent;
}

export interface BotBrainOptions {
  readonly seed: number;
  readonly map?: ArenaMap;
  /** Share one among many bots: it remembers the ways. */
  readonly navigator?: Navigator;
  /** Where it goes while it fights nobody; unless given, to pickups, spawns and where it hears somebody. */
  readonly chooseGoal?: (view: BotView, needsHealth: boolean) => Place;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

const LOOK_EVERY_STEPS = 6;
const SIGHT = SHOT_RANGE * 0.95;
const TURN_PER_STEP = 0.2;
const HURT_BELOW = FULL_HEALTH * 0.4;
const KEEP_DISTANCE = 290;
const STUCK_STEPS = 20;

/** @returns a bot's mind; it remembers, so one for each bot */
export function createBotBrain(options: BotBrainOptions): BotBrain {
  const map = options.map ?? ARENA_MAP;
  return new WanderingShooter(
    map,
    options.navigator ?? new Navigator(map),
    seededRandom(options.seed),
    options.chooseGoal,
  );
}

class WanderingShooter implements BotBrain {
  readonly #map: ArenaMap;
  readonly #navigator: Navigator;
  readonly #random: Random;
  readonly #goalOf: BotBrainOptions['chooseGoal'];
  readonly #patience: number;
  #goal: { x: number; y: number } | null = null;
  #targetId: string | null = null;
  #aim = 0;
  #aimError = 0;
  #reactionSteps = 0;
  #burstSteps = 0;
  #strafe = 1;
  #step = 0;
  #lastHealth = FULL_HEALTH;
  #lastX = 0;
  #lastY = 0;
  #idleSteps = 0;

  constructor(
    map: ArenaMap,
    navigator: Navigator,
    random: Random,
    goalOf: BotBrainOptions['chooseGoal'],
  ) {
    this.#goalOf = goalOf;
    this.#map = map;
    this.#navigator = navigator;
    this.#random = random;
    this.#patience = 0.6 + random() * 0.8;
    this.#step = Math.floor(random() * LOOK_EVERY_STEPS);
    this.#aim = random() * Math.PI * 2;
  }

  decide(view: BotView): BotIntent {
    this.#step += 1;
    const { self } = view;
    if (self.stance !== STANCE.fighting) {
      this.#forget();
      return { moveX: 0, moveY: 0, aim: this.#aim, buttons: 0 };
    }
    const target = this.#chooseTarget(view);
    const direction = this.#chooseDirection(view, target);
    const fires = this.#aimAt(self, target, direction);
    const wasHurt = self.health < this.#lastHealth;
    this.#lastHealth = self.health;
    const dashes = self.dashClock === 0 && (wasHurt ? this.#chance(0.35) : this.#chance(0.004));
    return {
      moveX: Math.round(direction.x * 127),
      moveY: Math.round(direction.y * 127),
      aim: this.#aim,
      buttons: (fires ? BUTTON.fire : 0) | (dashes ? BUTTON.dash : 0),
    };
  }

  #chooseTarget(view: BotView): BotEnemy | null {
    if (this.#step % LOOK_EVERY_STEPS !== 0) return this.#currentTarget(view);
    const nearest = this.#nearestVisible(view);
    if (nearest !== null && nearest.id !== this.#targetId) {
      this.#reactionSteps = 10 + Math.floor(this.#random() * 10);
    }
    this.#targetId = nearest?.id ?? null;
    return nearest;
  }

  #currentTarget(view: BotView): BotEnemy | null {
    if (this.#targetId === null) return null;
    for (const enemy of view.enemies) {
      if (enemy.id === this.#targetId) return enemy.stance === STANCE.fighting ? enemy : null;
    }
    return null;
  }

  #nearestVisible(view: BotView): BotEnemy | null {
    let nearest: BotEnemy | null = null;
    let nearestDistance = SIGHT;
    for (const enemy of view.enemies) {
      if (enemy.stance !== STANCE.fighting || (enemy.effects & EFFECT.shield) !== 0) continue;
      // Whom it fights already counts as nearer: it does not flicker between two.
      const distance = distanceBetween(view.self, enemy) * (enemy.id === this.#targetId ? 0.7 : 1);
      if (
        distance < nearestDistance &&
        hasLineOfSight(view.self.x, view.self.y, enemy, this.#map)
      ) {
        nearest = enemy;
        nearestDistance = distance;
      }
    }
    return nearest;
  }

  #chooseDirection(view: BotView, target: BotEnemy | null): { x: number; y: number } {
    const { self } = view;
    this.#noticeBeingStuck(self);
    const needsHealth = self.health < HURT_BELOW;
    if (target !== null && !needsHealth) return this.#dance(self, target);
    if (this.#goal === null || distanceBetween(self, this.#goal) < 34 || this.#chance(0.002)) {
      this.#goal = this.#chooseGoal(view, needsHealth);
    }
    const next = this.#navigator.next(self.x, self.y, this.#goal);
    return unit(next.x - self.x, next.y - self.y);
  }

  /** Circles around the target at a comfortable distance. */
  #dance(self: BotSelf, target: BotEnemy): { x: number; y: number } {
    if (this.#chance(0.02)) this.#strafe = -this.#strafe;
    const toward = unit(target.x - self.x, target.y - self.y);
    const distance = distanceBetween(self, target);
    const approach = Math.max(-1, Math.min(1, (distance - KEEP_DISTANCE * this.#patience) / 140));
    return unit(
      toward.x * approach - toward.y * this.#strafe,
      toward.y * approach + toward.x * this.#strafe,
    );
  }

  #chooseGoal(view: BotView, needsHealth: boolean): Place {
    if (this.#goalOf !== undefined) return this.#goalOf(view, needsHealth);
    const wanted = [...view.pickups].filter(
      (pickup) => pickup.isThere && (pickup.kind === PICKUP_KIND.health) === needsHealth,
    );
    if (needsHealth || this.#chance(0.35)) {
      wanted.sort((a, b) => distanceBetween(view.self, a) - distanceBetween(view.self, b));
      const nearest = wanted[0];
      if (nearest !== undefined) return nearest;
    }
    // Mostly it goes where the noise comes from; a bot that only roams meets nobody in an arena this large.
    const others = [...view.enemies].filter((enemy) => enemy.stance === STANCE.fighting);
    const heard = others[Math.floor(this.#random() * others.length)];
    if (!needsHealth && heard !== undefined && this.#chance(0.7)) return { x: heard.x, y: heard.y };
    const spots = this.#map.spawns;
    const spot = spots[Math.floor(this.#random() * spots.length)];
    return spot ?? { x: this.#map.width / 2, y: this.#map.height / 2 };
  }

  /** Turns the aim. @returns whether to pull the trigger */
  #aimAt(self: BotSelf, target: BotEnemy | null, walking: { x: number; y: number }): boolean {
    // The error wanders around zero instead of jumping: it looks like a hand, not like dice.
    this.#aimError = this.#aimError * 0.93 + (this.#random() - 0.5) * 0.09;
    const wanted =
      target === null
        ? Math.atan2(walking.y, walking.x)
        : Math.atan2(target.y - self.y, target.x - self.x) + this.#aimError;
    const turn = wrapAngle(wanted - this.#aim);
    this.#aim = wrapAngle(this.#aim + Math.max(-TURN_PER_STEP, Math.min(TURN_PER_STEP, turn)));
    if (target === null) return false;
    if (this.#reactionSteps > 0) {
      this.#reactionSteps -= 1;
      return false;
    }
    this.#burstSteps -= 1;
    if (this.#burstSteps < -12 * this.#patience) {
      this.#burstSteps = 12 + Math.floor(this.#random() * 24);
    }
    return this.#burstSteps > 0 && Math.abs(turn) < 0.25;
  }

  #noticeBeingStuck(self: BotSelf): void {
    const hasMoved = Math.abs(self.x - this.#lastX) + Math.abs(self.y - this.#lastY) > 1;
    this.#idleSteps = hasMoved ? 0 : this.#idleSteps + 1;
    this.#lastX = self.x;
    this.#lastY = self.y;
    if (this.#idleSteps < STUCK_STEPS) return;
    this.#idleSteps = 0;
    this.#goal = null;
    this.#strafe = -this.#strafe;
  }

  #forget(): void {
    this.#goal = null;
    this.#targetId = null;
    this.#lastHealth = FULL_HEALTH;
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }
}

function distanceBetween(a: Place, b: Place): number {
  return Math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2);
}

function unit(x: number, y: number): { x: number; y: number } {
  const length = Math.sqrt(x * x + y * y);
  return length === 0 ? { x: 0, y: 0 } : { x: x / length, y: y / length };
}

function wrapAngle(angle: number): number {
  return Math.atan2(Math.sin(angle), Math.cos(angle));
}
