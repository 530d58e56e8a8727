import type { ArenaMap } from '../../shared/arena-map.ts';
import { seededRandom } from '../../shared/random.ts';
import { PALETTE, pickupColour, withAlpha } from './palette.ts';
import { districtsNear } from './town-districts.ts';

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

/** Hexagons that go on seamlessly in all directions. */
export function bakePaving(): HTMLCanvasElement {
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

export function paintPiece(
  map: ArenaMap,
  paving: HTMLCanvasElement,
  square: Square,
  pixels: number,
): HTMLCanvasElement {
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
  const slabs = context.createPattern(paving, 'repeat');
  if (slabs !== null) context.fillStyle = slabs;
  context.fillRect(square.x, square.y, square.size, square.size);
  paintLights(context, map, square);
  paintStreets(context, square);
  paintName(context, map, square);
  paintShadows(context, map, square);
  context.restore();
  return canvas;
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

function paintLights(context: CanvasRenderingContext2D, map: ArenaMap, square: Square): void {
  context.globalCompositeOperation = 'lighter';
  // A district shines into its neighbours.
  for (const district of districtsNear(
    square.x + square.size / 2,
    square.y + square.size / 2,
    map,
  )) {
    glow(context, district.x, district.y, SHINE, district.light, 0.2, square);
  }
  for (const { kind, x, y } of map.pickups) {
    if (isNear(square, x, y, 120)) glow(context, x, y, 120, pickupColour(kind), 0.2, square);
  }
  context.globalCompositeOperation = 'source-over';
}

function glow(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  colour: string,
  strength: number,
  { x: left, y: top, size }: Square,
): void {
  const gradient = context.createRadialGradient(x, y, 0, x, y, radius);
  gradient.addColorStop(0, withAlpha(colour, strength));
  gradient.addColorStop(1, withAlpha(colour, 0));
  context.fillStyle = gradient;
  context.fillRect(
    Math.max(left, x - radius),
    Math.max(top, y - radius),
    Math.min(size, radius * 2),
    Math.min(size, radius * 2),
  );
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

/** Large letters on the ground, in the middle of a district; they reach into four pieces. */
function paintName(context: CanvasRenderingContext2D, map: ArenaMap, square: Square): void {
  context.font = '900 150px system-ui, -apple-system, "Segoe UI", sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const district of districtsNear(
    square.x + square.size / 2,
    square.y + square.size / 2,
    map,
  )) {
    context.fillStyle = withAlpha(district.strip, 0.22);
    context.fillText(district.name, district.x, district.y);
  }
}

function paintShadows(context: CanvasRenderingContext2D, map: ArenaMap, square: Square): void {
  context.save();
  context.shadowColor = 'rgba(0,0,0,0.8)';
  context.shadowBlur = 22;
  context.shadowOffsetX = 10;
  context.shadowOffsetY = 16;
  context.fillStyle = '#05080f';
  context.beginPath();
  for (const { x, y, width, height } of map.walls) {
    const isFar =
      x > square.x + square.size + 40 ||
      y > square.y + square.size + 40 ||
      x + width < square.x - 60 ||
      y + height < square.y - 60;
    if (!isFar) context.rect(x, y, width, height);
  }
  context.fill();
  context.restore();
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

function newCanvas(size: number): { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D } {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser has no 2D canvas');
  return { canvas, context };
}
