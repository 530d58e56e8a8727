import type { Box } from './geometry.ts';
import { PICKUP_KIND, type PickupKind } from './rules.ts';
import { WallGrid } from './wall-grid.ts';

// The arena, in world units. It is drawn once for the upper left quarter and mirrored on both axes, so that no corner is
// better than another:
//
//   ┌──────────────────────┬──
//   │ s     s       s      │ haste       s  spawn         ▓  wall
//   │   ▓       ▓▓▓▓▓▓▓▓   │             +  health
//   │ s ▓  s    +     ▓  s ═
//   │   ▓         ▓▓       ▛▀▀    the core: four corners around the triple shot,
//   │ s    ▓      ▓▓  ▓    ▌  ★   open to the north, south, west and east
//   └──────────────────────┴──

export interface PickupSpot {
  readonly kind: PickupKind;
  readonly x: number;
  readonly y: number;
}

export interface SpawnSpot {
  readonly x: number;
  readonly y: number;
}

export interface ArenaMap {
  readonly width: number;
  readonly height: number;
  readonly walls: readonly Box[];
  readonly pickups: readonly PickupSpot[];
  readonly spawns: readonly SpawnSpot[];
  /** The walls by place. */
  readonly wallGrid: WallGrid;
  /**
   * Positions are whole multiples of this, in units: exactly what 16 bits carry over the wire for a world of the state's
   * size, so the position a client receives is the position the room has, bit for bit, and a correct prediction is never
   * "corrected".
   */
  readonly positionGrid: number;
}

const WIDTH = 2_400;
const HEIGHT = 1_600;
const BORDER = 40;

const QUARTER_WALLS: readonly Box[] = [
  // the core's corner
  { x: 1_020, y: 620, width: 110, height: 40 },
  { x: 1_020, y: 660, width: 40, height: 60 },
  // the gallery: a long wall with a hook
  { x: 430, y: 290, width: 400, height: 40 },
  { x: 790, y: 330, width: 40, height: 110 },
  // the flank wall
  { x: 230, y: 170, width: 40, height: 290 },
  // crates
  { x: 540, y: 530, width: 84, height: 84 },
  { x: 950, y: 150, width: 64, height: 64 },
];

// On the axes a wall is its own mirror image on one side.
const VERTICAL_AXIS_WALLS: readonly Box[] = [
  { x: 1_180, y: BORDER, width: 40, height: 130 },
  { x: 1_130, y: 400, width: 140, height: 40 },
];
const HORIZONTAL_AXIS_WALLS: readonly Box[] = [
  { x: 330, y: 690, width: 40, height: 220 },
  { x: 740, y: 730, width: 40, height: 140 },
];

const BORDER_WALLS: readonly Box[] = [
  { x: 0, y: 0, width: WIDTH, height: BORDER },
  { x: 0, y: HEIGHT - BORDER, width: WIDTH, height: BORDER },
  { x: 0, y: BORDER, width: BORDER, height: HEIGHT - 2 * BORDER },
  { x: WIDTH - BORDER, y: BORDER, width: BORDER, height: HEIGHT - 2 * BORDER },
];

const QUARTER_SPAWNS: readonly SpawnSpot[] = [
  { x: 120, y: 120 },
  { x: 360, y: 120 },
  { x: 640, y: 160 },
  { x: 1_080, y: 110 },
  { x: 130, y: 400 },
  { x: 400, y: 430 },
  { x: 120, y: 640 },
  { x: 960, y: 430 },
];

const WALLS: readonly Box[] = [
  ...BORDER_WALLS,
  ...QUARTER_WALLS.flatMap((box) => [box, mirrorX(box), mirrorY(box), mirrorX(mirrorY(box))]),
  ...VERTICAL_AXIS_WALLS.flatMap((box) => [box, mirrorY(box)]),
  ...HORIZONTAL_AXIS_WALLS.flatMap((box) => [box, mirrorX(box)]),
];

/** The map of all arenas. Walls never change, so room and browser never send them. */
export const ARENA_MAP: ArenaMap = {
  width: WIDTH,
  height: HEIGHT,
  walls: WALLS,
  wallGrid: new WallGrid({ width: WIDTH, height: HEIGHT }, WALLS),
  // 16 bits over 4096 units.
  positionGrid: 1 / 16,
  pickups: [
    { kind: PICKUP_KIND.triple, x: WIDTH / 2, y: HEIGHT / 2 },
    { kind: PICKUP_KIND.haste, x: WIDTH / 2, y: 280 },
    { kind: PICKUP_KIND.haste, x: WIDTH / 2, y: HEIGHT - 280 },
    ...mirrorPoints([{ x: 680, y: 410 }]).map((at) => ({ kind: PICKUP_KIND.health, ...at })),
    { kind: PICKUP_KIND.health, x: 180, y: HEIGHT / 2 },
    { kind: PICKUP_KIND.health, x: WIDTH - 180, y: HEIGHT / 2 },
  ],
  spawns: mirrorPoints(QUARTER_SPAWNS),
};

function mirrorX(box: Box): Box {
  return { ...box, x: WIDTH - box.x - box.width };
}

function mirrorY(box: Box): Box {
  return { ...box, y: HEIGHT - box.y - box.height };
}

function mirrorPoints(points: readonly SpawnSpot[]): SpawnSpot[] {
  return points.flatMap(({ x, y }) => [
    { x, y },
    { x: WIDTH - x, y },
    { x, y: HEIGHT - y },
    { x: WIDTH - x, y: HEIGHT - y },
  ]);
}
