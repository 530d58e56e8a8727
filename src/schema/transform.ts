import { t } from '@colyseus/schema';

/** Precision of a position: how far apart two neighbouring wire values may lie. */
export interface PositionRange {
  /** Smallest coordinate, in world units. */
  readonly min: number;
  /** Largest coordinate, in world units. */
  readonly max: number;
}

/** 2^16 steps over the range: 0.03 units in a world of 2000. */
const POSITION_BITS = 16;
/** 1.4° apart: finer than a drawn figure shows. */
const FACING_BITS = 8;
/** 0.0055°: aim that decides hits. */
const AIM_BITS = 16;
const VELOCITY_BITS = 16;

/**
 * A coordinate of a bounded world in 2 bytes (float32 takes 4). Values outside are clamped.
 *
 * Both sides hold the wire's value, so prediction and simulation read the same number.
 */
export function position({ min, max }: PositionRange) {
  return t.quantized({ min, max, bits: POSITION_BITS });
}

/** One component of a velocity in 2 bytes, from -`maxSpeed` to `maxSpeed`, in units per second; rest is exactly 0. */
export function velocity(maxSpeed: number) {
  return t.quantized({ min: -maxSpeed, max: maxSpeed, bits: VELOCITY_BITS });
}

/** Where a figure looks, in radians [0, 2π), in 1 byte: for drawing. Interpolate it as an angle. */
export function facing() {
  return t.angle({ bits: FACING_BITS });
}

/** Where a weapon points, in radians [0, 2π), in 2 bytes: for hits. */
export function aim() {
  return t.angle({ bits: AIM_BITS });
}

/** A share from 0 to 1 in 1 byte: health bars, charge, progress. */
export function share() {
  return t.quantized({ min: 0, max: 1, bits: 8 });
}

/**
 * The fields of something that stands and turns in a plane, to spread into `schema({...})`: 5 bytes of values per change.
 *
 * @example
 * const Player = schema({ ...transform2d({ min: 0, max: 2_000 }), score: t.uint16() }, 'Player');
 */
export function transform2d(world: PositionRange) {
  return { x: position(world), y: position(world), angle: facing() };
}

/** `transform2d` with a velocity: for what clients reckon forward or that keeps moving without input. */
export function body2d(world: PositionRange, maxSpeed: number) {
  return { ...transform2d(world), vx: velocity(maxSpeed), vy: velocity(maxSpeed) };
}
