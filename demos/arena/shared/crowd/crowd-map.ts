import type { ArenaMap, PickupSpot, SpawnSpot } from '../arena-map.ts';
import type { Box } from '../geometry.ts';
import { type Random, seededRandom } from '../random.ts';
import { PICKUP_KIND, type PickupKind } from '../rules.ts';
import { WallGrid } from '../wall-grid.ts';
import { BLOCK_PATTERNS, type BlockPattern } from './block-patterns.ts';

// A town for two armies: blocks of walls with streets between them, made of a seed. One quarter is drawn and mirrored on both
// axes, so that neither army has the better half:
//
//   ┌─────────────┬──
//   │ s   s   s   s        s  spawn: every crossing of streets
//   │  ▓▓▓  ▓ ▓  ▓▓▓       ▓  the walls of a block, by one of the patterns
//   │ s ▓ s ▓+▓ s ▓ s      +  pickup, in the middle of some blocks
//   │  ▓ ▓  ▓▓▓   ▓
//
// Whatever the seed: walls stay 76 units inside of their block, so every street is wide enough, and every crossing is free.

/** 16 bits over this are a grid of eighths. */
export const CROWD_MAP_SIZE = 8_192;
const BLOCK = 512;
const BLOCKS_PER_QUARTER = CROWD_MAP_SIZE / BLOCK / 2;
const BORDER = 40;
const POSITION_STEPS = 65_536;

/** @param seed - of 32 bits; the same map for the same seed, in every browser and on every server */
export function createCrowdMap(seed: number): ArenaMap {
  const random = seededRandom(seed);
  const size = { width: CROWD_MAP_SIZE, height: CROWD_MAP_SIZE };
  const walls: Box[] = [...borderWalls()];
  const pickups: PickupSpot[] = [];
  for (let row = 0; row < BLOCKS_PER_QUARTER; row += 1) {
    for (let column = 0; column < BLOCKS_PER_QUARTER; column += 1) {
      const at = { x: column * BLOCK, y: row * BLOCK };
      const pattern = choosePattern(random);
      const isTurned = random() < 0.5;
      for (const wall of pattern.walls) {
        const turned = isTurned ? turn(wall) : wall;
        walls.push(...mirrorBox({ ...turned, x: turned.x + at.x, y: turned.y + at.y }));
      }
      if (!pattern.hasPickup) continue;
      const kind = chooseKind(random);
      const middle = { x: at.x + BLOCK / 2, y: at.y + BLOCK / 2 };
      pickups.push(...mirrorPoint(middle).map((point) => ({ kind, ...point })));
    }
  }
  return {
    ...size,
    walls,
    pickups,
    spawns: crossings(),
    wallGrid: new WallGrid(size, walls),
    positionGrid: CROWD_MAP_SIZE / POSITION_STEPS,
  };
}

/** The one battlefield: room and browser make it of the same seed, so it is never sent. */
export const CROWD_MAP: ArenaMap = createCrowdMap(1_805);

function choosePattern(random: Random): BlockPattern {
  return BLOCK_PATTERNS[Math.floor(random() * BLOCK_PATTERNS.length)] as BlockPattern;
}

function chooseKind(random: Random): PickupKind {
  const value = random();
  if (value < 0.6) return PICKUP_KIND.health;
  return value < 0.8 ? PICKUP_KIND.haste : PICKUP_KIND.triple;
}

function borderWalls(): readonly Box[] {
  const inner = CROWD_MAP_SIZE - 2 * BORDER;
  const far = CROWD_MAP_SIZE - BORDER;
  return [
    { x: 0, y: 0, width: CROWD_MAP_SIZE, height: BORDER },
    { x: 0, y: far, width: CROWD_MAP_SIZE, height: BORDER },
    { x: 0, y: BORDER, width: BORDER, height: inner },
    { x: far, y: BORDER, width: BORDER, height: inner },
  ];
}

/** Where streets cross, those in the middle of the map first. */
function crossings(): readonly SpawnSpot[] {
  const middle = CROWD_MAP_SIZE / 2;
  const spots: SpawnSpot[] = [];
  for (let y = BLOCK; y < CROWD_MAP_SIZE; y += BLOCK) {
    for (let x = BLOCK; x < CROWD_MAP_SIZE; x += BLOCK) spots.push({ x, y });
  }
  const offset = ({ x, y }: SpawnSpot) => Math.max(Math.abs(x - middle), Math.abs(y - middle));
  return spots.sort((a, b) => offset(a) - offset(b));
}

/** Mirrored on the diagonal of its block. */
function turn({ x, y, width, height }: Box): Box {
  return { x: y, y: x, width: height, height: width };
}

function mirrorBox({ x, y, width, height }: Box): readonly Box[] {
  const mirroredX = CROWD_MAP_SIZE - x - width;
  const mirroredY = CROWD_MAP_SIZE - y - height;
  return [
    { x, y, width, height },
    { x: mirroredX, y, width, height },
    { x, y: mirroredY, width, height },
    { x: mirroredX, y: mirroredY, width, height },
  ];
}

function mirrorPoint({ x, y }: SpawnSpot): readonly SpawnSpot[] {
  const mirroredX = CROWD_MAP_SIZE - x;
  const mirroredY = CROWD_MAP_SIZE - y;
  return [
    { x, y },
    { x: mirroredX, y },
    { x, y: mirroredY },
    { x: mirroredX, y: mirroredY },
  ];
}
