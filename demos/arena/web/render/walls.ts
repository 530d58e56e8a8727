import { Container, Sprite, Texture } from 'pixi.js';
import type { ArenaMap } from '../../shared/arena-map.ts';
import type { Box } from '../../shared/geometry.ts';
import { PALETTE, withAlpha } from './palette.ts';

/** How far the top of a wall is lifted toward the viewer, in units. */
export const WALL_LIFT = 10;
/** Room around the wall in its texture, for strokes that reach over its edge. */
export const WALL_MARGIN = 2;
export const WALL_PIXELS_PER_UNIT = 2;

/** Walls as slabs seen from slightly in front: a dark face below, a bevelled top with light from above left. */
export function createWalls(map: ArenaMap): Container {
  const layer = new Container();
  for (const wall of map.walls) {
    const sprite = new Sprite(bakeWall(wall, stripColour(wall, map)));
    sprite.scale.set(1 / WALL_PIXELS_PER_UNIT);
    sprite.position.set(wall.x - WALL_MARGIN, wall.y - WALL_LIFT - WALL_MARGIN);
    layer.addChild(sprite);
  }
  return layer;
}

/** Baked with the 2D canvas rather than with Pixi's Graphics: bevels need gradients, and it looks alike in every renderer. */
export function bakeWall({ width, height }: Box, strip: string): Texture {
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil((width + 2 * WALL_MARGIN) * WALL_PIXELS_PER_UNIT);
  canvas.height = Math.ceil((height + WALL_LIFT + 2 * WALL_MARGIN) * WALL_PIXELS_PER_UNIT);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser has no 2D canvas');
  context.scale(WALL_PIXELS_PER_UNIT, WALL_PIXELS_PER_UNIT);
  context.translate(WALL_MARGIN, WALL_MARGIN);
  drawFace(context, width, height);
  drawTop(context, width, height);
  drawStrip(context, width, height, strip);
  return Texture.from(canvas);
}

function drawFace(context: CanvasRenderingContext2D, width: number, height: number): void {
  const face = context.createLinearGradient(0, height, 0, height + WALL_LIFT);
  face.addColorStop(0, PALETTE.wallSide);
  face.addColorStop(1, '#0a1022');
  context.fillStyle = face;
  roundRect(context, 0, WALL_LIFT / 2, width, height + WALL_LIFT / 2, 7);
  context.fill();
  context.fillStyle = withAlpha(PALETTE.wallEdge, 0.35);
  context.fillRect(4, height + WALL_LIFT - 2, width - 8, 1.5);
}

function drawTop(context: CanvasRenderingContext2D, width: number, height: number): void {
  context.fillStyle = PALETTE.wallTop;
  roundRect(context, 0, 0, width, height, 7);
  context.fill();
  const bevel = context.createLinearGradient(0, 0, Math.min(width, 140), Math.min(height, 140));
  bevel.addColorStop(0, '#4a60a0');
  bevel.addColorStop(1, PALETTE.wallTopLight);
  context.fillStyle = bevel;
  roundRect(context, 3, 3, width - 6, height - 6, 5);
  context.fill();
  const plate = context.createLinearGradient(0, 0, 0, height);
  plate.addColorStop(0, '#36477b');
  plate.addColorStop(1, '#27345c');
  context.fillStyle = plate;
  roundRect(context, 6, 6, width - 12, height - 12, 4);
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = withAlpha(PALETTE.wallEdge, 0.55);
  roundRect(context, 0, 0, width, height, 7);
  context.stroke();
  context.lineWidth = 2;
  context.strokeStyle = withAlpha('#c9d8ff', 0.75);
  context.beginPath();
  context.moveTo(7, 1.5);
  context.lineTo(width - 7, 1.5);
  context.stroke();
}

/** A strip of light along the middle. */
function drawStrip(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  colour: string,
): void {
  const isWide = width >= height;
  context.shadowColor = colour;
  context.shadowBlur = 14;
  context.fillStyle = colour;
  if (isWide) roundRect(context, 16, height / 2 - 1.5, width - 32, 3, 1.5);
  else roundRect(context, width / 2 - 1.5, 16, 3, height - 32, 1.5);
  context.fill();
}

/** In the colour of its half of the arena. */
function stripColour(wall: Box, map: ArenaMap): string {
  const fromMiddle = wall.x + wall.width / 2 - map.width / 2;
  if (Math.abs(fromMiddle) < 1) return '#6ea8ff';
  return fromMiddle < 0 ? '#2fd4c4' : '#a67bff';
}

function roundRect(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  radius: number,
): void {
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
}
