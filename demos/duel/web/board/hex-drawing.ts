import { at } from '../../shared/board.ts';

// Pixels of the drawing's own space; the SVG scales. Hexes stand on a point and are seen a little from the front.

/** From one hex to its neighbour in the row. */
export const HEX_WIDTH = 60;
/** Seen from above it would be 1. */
const SQUASH = 0.86;
/** Gap between tiles, as a share of the hex. */
const TILE_SHARE = 0.955;
/** How far a tile stands out of the water. */
export const TILE_DEPTH = 11;
const ROW_HEIGHT = HEX_WIDTH * (Math.sqrt(3) / 2) * SQUASH;
const RADIUS = HEX_WIDTH / Math.sqrt(3);

export const BOARD_VIEW = { x: -282, y: -226, width: 560, height: 456 } as const;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Middle of a tile's top. */
export function centreOf(cell: number): Point {
  const { q, r } = at(cell);
  return { x: (q + r / 2) * HEX_WIDTH, y: r * ROW_HEIGHT };
}

/** The six corners of a tile's top around (0, 0), clockwise from the lower right one. */
export function tileCorners(share: number = TILE_SHARE): readonly Point[] {
  return [30, 90, 150, 210, 270, 330].map((degrees) => {
    const angle = (degrees * Math.PI) / 180;
    return {
      x: round(Math.cos(angle) * RADIUS * share),
      y: round(Math.sin(angle) * RADIUS * share * SQUASH),
    };
  });
}

/** For `points` of a polygon. */
export function pointsText(points: readonly Point[]): string {
  return points.map(({ x, y }) => `${x},${y}`).join(' ');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
