import type { ArenaMap } from '../../shared/arena-map.ts';
import type { Box } from '../../shared/geometry.ts';
import { seededRandom } from '../../shared/random.ts';
import { glow } from './glow.ts';
import { PALETTE, pickupColour, withAlpha } from './palette.ts';
import { type District, districtsNear } from './town-districts.ts';

// The pieces of a town's ground, painted while one plays: whatever is dear is painted once, on a slab that fits beside itself.

/** A square of the map, in units. */
export interface Square {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

const SLAB = 1_024;
const COLUMNS = 14;
const ROWS = 16;
/** Between two streets, in units. */
const BLOCK = 512;
const STREET = 76;
/** How far the light of a district reaches from its middle, in units. */
const SHINE = 1_500;
const LIGHT_PIXELS = 64;
/** How far the shadow of a wall reaches out of its box, in units. */
const SHADOW_REACH = 44;

/** Hexagons that go on seamlessly in all directions. */
function bakePaving(): HTMLCanvasElement {
  const { canvas, context } = newCanvas(SLAB);
  const random = seededRandom(42);
  const columnWidth = SLAB / COLUMNS;
  const rowHeight = SLAB / ROWS;
  const [radiusX, radiusY] = [columnWidth / Math.sqrt(3), rowHeight / 1.5];
  context.lineWidth = 1.5;
  context.strokeStyle = withAlpha(PALETTE.line, 0.3);
  for (let row = 0; row <= ROWS; row += 1) {
    const tones = Array.from({ length: COLUMNS }, random);
    for (let column = 0; column <= COLUMNS; column += 1) {
      // The last row and column are the first ones again.
      const tone = row === ROWS ? 0.5 : (tones[column % COLUMNS] ?? 0.5);
      const x = column * columnWidth + (row % 2) * (columnWidth / 2);
      context.beginPath();
      for (let corner = 0; corner < 6; corner += 1) {
        const angle = Math.PI / 6 + (corner * Math.PI) / 3;
        context.lineTo(
          x + Math.cos(angle) * (radiusX - 2),
          row * rowHeight + Math.sin(angle) * (radiusY - 2),
        );
      }
      context.closePath();
      context.fillStyle =
        tone > 0.5 ? withAlpha('#9db7ff', (tone - 0.5) * 0.05) : withAlpha('#000000', tone * 0.16);
      context.fill();
      context.stroke();
    }
  }
  return canvas;
}

/** What all pieces are made of. */
export class TownPainter {
  readonly #map: ArenaMap;
  readonly #paving = bakePaving();
  readonly #shadows = new Map<string, HTMLCanvasElement>();

  constructor(map: ArenaMap) {
    this.#map = map;
  }

  /** @param pixels - side of the canvas */
  paint(square: Square, pixels: number): HTMLCanvasElement {
    const map = this.#map;
    const { canvas, context } = newCanvas(pixels);
    context.scale(pixels / square.size, pixels / square.size);
    context.translate(-square.x, -square.y);
    paintOutside(context, map);
    context.save();
    context.beginPath();
    context.rect(0, 0, map.width, map.height);
    context.clip();
    context.fillStyle = PALETTE.floor;
    context.fillRect(square.x, square.y, square.size, square.size);
    const slabs = context.createPattern(this.#paving, 'repeat');
    if (slabs !== null) context.fillStyle = slabs;
    context.fillRect(square.x, square.y, square.size, square.size);
    const districts = districtsNear(square.x + square.size / 2, square.y + square.size / 2, map);
    paintLights(context, map, square, districts);
    paintStreets(context, square);
    paintNames(context, districts);
    paintShadows(context, map, square, this.#shadows);
    context.restore();
    return canvas;
  }
}

/** The underside of the platform sinks into the dark. */
function paintOutside(context: CanvasRenderingContext2D, { width, height }: ArenaMap): void {
  context.lineWidth = 2;
  for (let ring = 1; ring <= 5; ring += 1) {
    const out = ring * 40;
    context.strokeStyle = withAlpha('#5b78c7', 0.3 - ring * 0.052);
    context.strokeRect(-out, -out, width + out * 2, height + out * 2);
  }
}

/** Soft light needs few pixels: it is painted small, and drawn large. */
function paintLights(
  context: CanvasRenderingContext2D,
  map: ArenaMap,
  square: Square,
  districts: readonly District[],
): void {
  const { canvas, context: light } = newCanvas(LIGHT_PIXELS);
  light.scale(LIGHT_PIXELS / square.size, LIGHT_PIXELS / square.size);
  light.translate(-square.x, -square.y);
  light.globalCompositeOperation = 'lighter';
  // A district shines into its neighbours.
  for (const { x, y, light: colour } of districts) glow(light, x, y, SHINE, colour, 0.2);
  context.globalCompositeOperation = 'lighter';
  context.drawImage(canvas, square.x, square.y, square.size, square.size);
  for (const { kind, x, y } of map.pickups) {
    if (isNear(square, x, y, 120)) glow(context, x, y, 120, pickupColour(kind), 0.2);
  }
  context.globalCompositeOperation = 'source-over';
}

/** Lanes between the blocks, and a roundabout where they cross: one may come into the world there. */
function paintStreets(context: CanvasRenderingContext2D, square: Square): void {
  const { x, y, size } = square;
  const [firstX, firstY] = [firstStreet(x), firstStreet(y)];
  context.strokeStyle = withAlpha('#8fb2ff', 0.13);
  context.lineWidth = 3;
  context.setLineDash([26, 20]);
  for (let at = firstX; at <= x + size + BLOCK; at += BLOCK)
    line(context, at, firstY, at, y + size);
  for (let at = firstY; at <= y + size + BLOCK; at += BLOCK)
    line(context, firstX, at, x + size, at);
  context.setLineDash([]);
  for (let row = firstY; row <= y + size + BLOCK; row += BLOCK) {
    for (let column = firstX; column <= x + size + BLOCK; column += BLOCK) {
      context.lineWidth = 2;
      context.strokeStyle = withAlpha('#8fb2ff', 0.24);
      circle(context, column, row, 40);
      context.strokeStyle = withAlpha('#8fb2ff', 0.1);
      context.lineWidth = 6;
      circle(context, column, row, STREET - 18);
    }
  }
}

/** The last street before a place: its markings may reach into the piece, and its dashes begin there. */
function firstStreet(at: number): number {
  return Math.floor(at / BLOCK) * BLOCK;
}

/** Large letters on the ground, in the middle of a district; they may reach into four pieces. */
function paintNames(context: CanvasRenderingContext2D, districts: readonly District[]): void {
  context.font = '900 150px system-ui, -apple-system, "Segoe UI", sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const { name, x, y, strip } of districts) {
    context.fillStyle = withAlpha(strip, 0.22);
    context.fillText(name, x, y);
  }
}

/** Walls of one size have one shadow: blurring is dear. */
function paintShadows(
  context: CanvasRenderingContext2D,
  map: ArenaMap,
  square: Square,
  shadows: Map<string, HTMLCanvasElement>,
): void {
  for (const wall of map.walls) {
    const isFar =
      wall.x > square.x + square.size + SHADOW_REACH ||
      wall.y > square.y + square.size + SHADOW_REACH ||
      wall.x + wall.width < square.x - SHADOW_REACH ||
      wall.y + wall.height < square.y - SHADOW_REACH;
    if (isFar) continue;
    const key = `${wall.width}×${wall.height}`;
    let shadow = shadows.get(key);
    if (shadow === undefined) {
      shadow = bakeShadow(wall);
      shadows.set(key, shadow);
    }
    context.drawImage(shadow, wall.x - SHADOW_REACH, wall.y - SHADOW_REACH);
  }
}

function bakeShadow({ width, height }: Box): HTMLCanvasElement {
  const { canvas, context } = newCanvas(width + 2 * SHADOW_REACH, height + 2 * SHADOW_REACH);
  context.shadowColor = 'rgba(0,0,0,0.8)';
  context.shadowBlur = 22;
  context.shadowOffsetX = 10;
  context.shadowOffsetY = 16;
  context.fillStyle = '#05080f';
  context.fillRect(SHADOW_REACH, SHADOW_REACH, width, height);
  return canvas;
}

function isNear({ x: left, y: top, size }: Square, x: number, y: number, reach: number): boolean {
  return x > left - reach && x < left + size + reach && y > top - reach && y < top + size + reach;
}

function line(
  context: CanvasRenderingContext2D,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

function circle(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, Math.PI * 2);
  context.stroke();
}

function newCanvas(
  width: number,
  height = width,
): { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D } {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser has no 2D canvas');
  return { canvas, context };
}
