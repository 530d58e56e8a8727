import { Sprite, Texture } from 'pixi.js';
import type { ArenaMap } from '../../shared/arena-map.ts';
import { type Random, seededRandom } from '../../shared/random.ts';
import { glow } from './glow.ts';
import { PALETTE, pickupColour, withAlpha } from './palette.ts';

const HEX = 44;
/** How far the ground goes on beyond the border, in units; it fades into the dark. */
const APRON = 260;

/** The floor with everything on it that never changes: tiles, markings, pools of light, the shadows of the walls. */
export function createFloor(map: ArenaMap): Sprite {
  const canvas = document.createElement('canvas');
  canvas.width = map.width + APRON * 2;
  canvas.height = map.height + APRON * 2;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser has no 2D canvas');
  context.translate(APRON, APRON);
  drawApron(context, map);
  context.save();
  context.beginPath();
  context.rect(0, 0, map.width, map.height);
  context.clip();
  drawGround(context, map);
  drawTiles(context, map, seededRandom(42));
  drawLights(context, map);
  drawMarkings(context, map);
  drawWallShadows(context, map);
  context.restore();
  const sprite = new Sprite(Texture.from(canvas));
  sprite.position.set(-APRON, -APRON);
  return sprite;
}

/** Outside: the underside of the platform, girders and lamps, sinking into the dark. */
function drawApron(context: CanvasRenderingContext2D, map: ArenaMap): void {
  const { width, height } = map;
  context.save();
  context.shadowColor = withAlpha('#2f6bff', 0.55);
  context.shadowBlur = 170;
  context.fillStyle = '#050810';
  context.fillRect(0, 0, width, height);
  context.restore();
  context.lineWidth = 2;
  for (let ring = 1; ring <= 5; ring += 1) {
    const out = ring * 40;
    context.strokeStyle = withAlpha('#5b78c7', 0.3 - ring * 0.052);
    context.strokeRect(-out, -out, width + out * 2, height + out * 2);
  }
  const girder = (x1: number, y1: number, x2: number, y2: number) => {
    const fade = context.createLinearGradient(x1, y1, x2, y2);
    fade.addColorStop(0, withAlpha('#5b78c7', 0.34));
    fade.addColorStop(1, withAlpha('#5b78c7', 0));
    context.strokeStyle = fade;
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    context.stroke();
  };
  for (let x = 0; x <= width; x += 120) {
    girder(x, 0, x, -APRON * 0.8);
    girder(x, height, x, height + APRON * 0.8);
  }
  for (let y = 40; y <= height; y += 120) {
    girder(0, y, -APRON * 0.8, y);
    girder(width, y, width + APRON * 0.8, y);
  }
}

function drawGround(context: CanvasRenderingContext2D, map: ArenaMap): void {
  const { width, height } = map;
  const ground = context.createRadialGradient(
    width / 2,
    height / 2,
    120,
    width / 2,
    height / 2,
    width * 0.62,
  );
  ground.addColorStop(0, PALETTE.floorLight);
  ground.addColorStop(0.55, PALETTE.floor);
  ground.addColorStop(1, '#090e1c');
  context.fillStyle = ground;
  context.fillRect(0, 0, width, height);
}

function drawTiles(context: CanvasRenderingContext2D, map: ArenaMap, random: Random): void {
  const rowHeight = HEX * 1.5;
  const columnWidth = HEX * Math.sqrt(3);
  context.lineWidth = 1.5;
  for (let row = 0; row * rowHeight < map.height + HEX; row += 1) {
    for (let column = 0; column * columnWidth < map.width + columnWidth; column += 1) {
      const x = column * columnWidth + (row % 2) * (columnWidth / 2);
      const y = row * rowHeight;
      context.beginPath();
      for (let corner = 0; corner < 6; corner += 1) {
        const angle = Math.PI / 6 + (corner * Math.PI) / 3;
        context.lineTo(x + Math.cos(angle) * (HEX - 2), y + Math.sin(angle) * (HEX - 2));
      }
      context.closePath();
      const tone = random();
      context.fillStyle =
        tone > 0.5 ? withAlpha('#9db7ff', (tone - 0.5) * 0.05) : withAlpha('#000000', tone * 0.16);
      context.fill();
      context.strokeStyle = withAlpha(PALETTE.line, 0.32);
      context.stroke();
    }
  }
}

/** West is teal, east is violet: one always knows which half this is. */
function drawLights(context: CanvasRenderingContext2D, map: ArenaMap): void {
  const { width, height } = map;
  context.globalCompositeOperation = 'lighter';
  glow(context, 140, height / 2, 760, '#0f7a80', 0.34);
  glow(context, width - 140, height / 2, 760, '#5b2fa0', 0.36);
  glow(context, width / 2, height / 2, 420, '#2a63c9', 0.34);
  for (const x of [0, width]) {
    for (const y of [0, height]) {
      glow(context, x, y, 420, x === 0 ? '#0d6a78' : '#57309a', 0.3);
    }
  }
  for (const { kind, x, y } of map.pickups) glow(context, x, y, 120, pickupColour(kind), 0.2);
  context.globalCompositeOperation = 'source-over';
}

function drawMarkings(context: CanvasRenderingContext2D, map: ArenaMap): void {
  const centreX = map.width / 2;
  const centreY = map.height / 2;
  const stroke = (alpha: number, lineWidth: number, dash: number[] = []) => {
    context.strokeStyle = withAlpha('#8fb2ff', alpha);
    context.lineWidth = lineWidth;
    context.setLineDash(dash);
  };
  const circle = (radius: number) => {
    context.beginPath();
    context.arc(centreX, centreY, radius, 0, Math.PI * 2);
    context.stroke();
  };
  stroke(0.5, 4);
  circle(62);
  stroke(0.28, 2, [10, 12]);
  circle(84);
  stroke(0.16, 10);
  circle(300);
  stroke(0.3, 2, [4, 18]);
  circle(322);
  // lanes from the openings of the core
  stroke(0.14, 3, [26, 20]);
  for (const [fromX, fromY, toX, toY] of [
    [centreX, centreY - 330, centreX, 190],
    [centreX, centreY + 330, centreX, map.height - 190],
    [centreX - 330, centreY, 400, centreY],
    [centreX + 330, centreY, map.width - 400, centreY],
  ] as const) {
    context.beginPath();
    context.moveTo(fromX, fromY);
    context.lineTo(toX, toY);
    context.stroke();
  }
  context.setLineDash([]);
  for (const { x, y } of map.pickups) {
    stroke(0.35, 2);
    context.strokeRect(x - 26, y - 26, 52, 52);
  }
  // corner chevrons
  stroke(0.2, 6);
  for (const sideX of [-1, 1]) {
    for (const sideY of [-1, 1]) {
      for (const step of [0, 1, 2]) {
        const x = centreX + sideX * (centreX - 90 - step * 26);
        const y = centreY + sideY * (centreY - 90 - step * 26);
        context.beginPath();
        context.moveTo(x - sideX * 34, y + sideY * 6);
        context.lineTo(x, y);
        context.lineTo(x + sideX * 6, y - sideY * 34);
        context.stroke();
      }
    }
  }
}

function drawWallShadows(context: CanvasRenderingContext2D, map: ArenaMap): void {
  context.save();
  context.shadowColor = 'rgba(0,0,0,0.85)';
  context.shadowBlur = 34;
  context.shadowOffsetX = 12;
  context.shadowOffsetY = 20;
  context.fillStyle = '#05080f';
  for (const { x, y, width, height } of map.walls) context.fillRect(x, y, width, height);
  context.restore();
}
