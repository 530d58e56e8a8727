// The one game every contender runs: bodies that drift through a square world, steered a little by their players.
// Each player moves, turns and acknowledges an input every tick; health and score change now and then.

/** Side of the world, in metres. */
export const WORLD_SIZE = 2_000;
export const TICK_RATE_HZ = 20;
export const TICK_MS = 1_000 / TICK_RATE_HZ;
export const PLAYERS_PER_ROOM = 20;

/** What players see of each other. A plain object or a tracked schema instance alike. */
export interface Body {
  x: number;
  y: number;
  /** Radians, 0 to 2π. */
  angle: number;
  /** 0 to 100. */
  hp: number;
  /** 0 to 65535. */
  score: number;
  /** Number of the newest input that the simulation has used: what the latency probes look for. */
  seq: number;
}

/** What a player asks for. */
export interface Steering {
  /** Acceleration, −1, 0 or 1. */
  moveX: number;
  moveY: number;
  turn: number;
  /** Number of this input, growing by one. */
  seq: number;
}

/** The server's private side of a player. */
export interface Pilot {
  velocityX: number;
  velocityY: number;
  readonly steering: Steering;
}

const TWO_PI = Math.PI * 2;
const MAX_SPEED_SQUARED = 100;
const MIN_SPEED_SQUARED = 9;

/** Deterministic and cheap, so that no contender pays more for chance (a linear congruential generator). */
export class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed | 0;
  }
  /** 0 to 1, 1 excluded. */
  roll(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) | 0;
    return (this.#state >>> 0) / 2 ** 32;
  }
}

export function placeBody(body: Body, dice: Dice): void {
  body.x = dice.roll() * WORLD_SIZE;
  body.y = dice.roll() * WORLD_SIZE;
  body.angle = dice.roll() * 6.28;
  body.hp = 100;
  body.score = 0;
  body.seq = 0;
}

export function createPilot(dice: Dice): Pilot {
  const heading = dice.roll() * TWO_PI;
  return {
    velocityX: Math.cos(heading) * 5,
    velocityY: Math.sin(heading) * 5,
    steering: { moveX: 0, moveY: 0, turn: 0, seq: 0 },
  };
}

/** Keeps what a player asked for until the next tick. */
export function steer(pilot: Pilot, moveX: number, moveY: number, turn: number, seq: number): void {
  const { steering } = pilot;
  steering.moveX = moveX;
  steering.moveY = moveY;
  steering.turn = turn;
  steering.seq = seq;
}

/** One tick of one player. `dtSeconds` is the fixed step. */
export function stepBody(body: Body, pilot: Pilot, dtSeconds: number, dice: Dice): void {
  const { steering } = pilot;
  pilot.velocityX += steering.moveX * dtSeconds;
  pilot.velocityY += steering.moveY * dtSeconds;
  const speedSquared = pilot.velocityX ** 2 + pilot.velocityY ** 2;
  if (speedSquared > MAX_SPEED_SQUARED) scaleVelocity(pilot, 0.9);
  else if (speedSquared < MIN_SPEED_SQUARED) scaleVelocity(pilot, 1.1);

  let x = body.x + pilot.velocityX * dtSeconds;
  let y = body.y + pilot.velocityY * dtSeconds;
  if (x < 0 || x > WORLD_SIZE) {
    pilot.velocityX = -pilot.velocityX;
    x = Math.min(WORLD_SIZE, Math.max(0, x));
  }
  if (y < 0 || y > WORLD_SIZE) {
    pilot.velocityY = -pilot.velocityY;
    y = Math.min(WORLD_SIZE, Math.max(0, y));
  }
  let angle = body.angle + 0.03 + steering.turn * 0.01;
  if (angle > TWO_PI) angle -= TWO_PI;

  body.x = x;
  body.y = y;
  body.angle = angle;
  body.seq = steering.seq;
  const chance = dice.roll();
  if (chance < 0.01) body.hp = (body.hp + 99) % 101;
  else if (chance < 0.03) body.score = (body.score + 1) & 0xffff;
}

function scaleVelocity(pilot: Pilot, factor: number): void {
  pilot.velocityX *= factor;
  pilot.velocityY *= factor;
}
