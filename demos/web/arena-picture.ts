import { ARENA_MAP } from '../arena/shared/arena-map.ts';
import { rayEntersBox } from '../arena/shared/geometry.ts';
import { Navigator } from '../arena/shared/navigator.ts';

/** A walker of the picture: no rules behind it, only the arena's map and its paths. */
interface Walker {
  x: number;
  y: number;
  aim: number;
  goal: { readonly x: number; readonly y: number };
  readonly colour: string;
  shotUntilMs: number;
  nextShotMs: number;
  shotLength: number;
}

const COLOURS = ['#4fe3ff', '#ff9f43', '#ff6f91', '#b79bff', '#ffc04d', '#7ef0b0', '#ff7a59'];
const FRAME_MS = 33;
const SPEED_PER_MS = 0.19;
const SIGHT = 620;
const SHOT_SHOWN_MS = 90;
/** World units across the picture; it shows the arena's middle. */
const VIEW_WIDTH = 1_500;

/** The arena in small: walkers cross its real map and shoot at whom they see. Stands still if motion is unwelcome. */
export class ArenaPicture {
  readonly #canvas: HTMLCanvasElement;
  readonly #navigator = new Navigator(ARENA_MAP);
  readonly #walkers: Walker[];
  #drawnAtMs = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#walkers = COLOURS.concat(COLOURS).map((colour, index) => {
      const spawn = ARENA_MAP.spawns[(index * 5) % ARENA_MAP.spawns.length] ?? { x: 120, y: 120 };
      return {
        ...spawn,
        aim: 0,
        goal: randomGoal(),
        colour,
        shotUntilMs: 0,
        nextShotMs: index * 170,
        shotLength: 0,
      };
    });
  }

  start(): void {
    // Everybody on his way already, as if one looked in on a match.
    for (let step = 0; step < 90; step++) this.#step(FRAME_MS, step * FRAME_MS);
    this.#draw(90 * FRAME_MS);
    new ResizeObserver(() => this.#draw(this.#drawnAtMs)).observe(this.#canvas);
    if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    let sincePaintMs = performance.now();
    const frame = (nowMs: number): void => {
      if (nowMs - sincePaintMs >= FRAME_MS) {
        this.#step(Math.min(100, nowMs - sincePaintMs), nowMs);
        this.#draw(nowMs);
        sincePaintMs = nowMs;
      }
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  #step(elapsedMs: number, nowMs: number): void {
    for (const walker of this.#walkers) {
      if (Math.hypot(walker.goal.x - walker.x, walker.goal.y - walker.y) < 30)
        walker.goal = randomGoal();
      const next = this.#navigator.next(walker.x, walker.y, walker.goal);
      const heading = Math.atan2(next.y - walker.y, next.x - walker.x);
      walker.x += Math.cos(heading) * SPEED_PER_MS * elapsedMs;
      walker.y += Math.sin(heading) * SPEED_PER_MS * elapsedMs;
      const enemy = this.#enemyInSight(walker);
      walker.aim = enemy === null ? heading : Math.atan2(enemy.y - walker.y, enemy.x - walker.x);
      if (enemy !== null && nowMs > walker.nextShotMs) {
        walker.shotUntilMs = nowMs + SHOT_SHOWN_MS;
        walker.nextShotMs = nowMs + 260 + Math.random() * 700;
        walker.shotLength = Math.hypot(enemy.x - walker.x, enemy.y - walker.y);
      }
    }
  }

  #enemyInSight(walker: Walker): Walker | null {
    for (const other of this.#walkers) {
      const distance = Math.hypot(other.x - walker.x, other.y - walker.y);
      if (other.colour === walker.colour || distance > SIGHT || distance < 1) continue;
      const dirX = (other.x - walker.x) / distance;
      const dirY = (other.y - walker.y) / distance;
      const isHidden = ARENA_MAP.walls.some(
        (wall) => rayEntersBox(walker.x, walker.y, dirX, dirY, wall) < distance,
      );
      if (!isHidden) return other;
    }
    return null;
  }

  #draw(nowMs: number): void {
    this.#drawnAtMs = nowMs;
    const context = this.#canvas.getContext('2d');
    const { clientWidth, clientHeight } = this.#canvas;
    if (context === null || clientWidth === 0) return;
    const density = Math.min(2, window.devicePixelRatio);
    const width = Math.round(clientWidth * density);
    const height = Math.round(clientHeight * density);
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    const scale = width / VIEW_WIDTH;
    context.setTransform(
      scale,
      0,
      0,
      scale,
      width / 2 - (ARENA_MAP.width / 2) * scale,
      height / 2 - (ARENA_MAP.height / 2) * scale,
    );
    drawFloor(context);
    for (const walker of this.#walkers) drawWalker(context, walker, nowMs);
    drawWalls(context);
  }
}

function randomGoal(): { readonly x: number; readonly y: number } {
  const spots = [...ARENA_MAP.pickups, ...ARENA_MAP.spawns];
  return spots[Math.floor(Math.random() * spots.length)] ?? { x: 120, y: 120 };
}

function drawFloor(context: CanvasRenderingContext2D): void {
  const { width, height } = ARENA_MAP;
  context.fillStyle = '#0b1224';
  context.fillRect(0, 0, width, height);
  for (const [x, colour] of [
    [500, '#0f7a8055'],
    [width / 2, '#2a63c95e'],
    [width - 500, '#5b2fa066'],
  ] as const) {
    const light = context.createRadialGradient(x, height / 2, 0, x, height / 2, 700);
    light.addColorStop(0, colour);
    light.addColorStop(1, '#0b122400');
    context.fillStyle = light;
    context.fillRect(0, 0, width, height);
  }
  context.strokeStyle = '#8fb2ff14';
  context.lineWidth = 2;
  context.beginPath();
  for (let x = 0; x <= width; x += 100) {
    context.moveTo(x, 0);
    context.lineTo(x, height);
  }
  for (let y = 0; y <= height; y += 100) {
    context.moveTo(0, y);
    context.lineTo(width, y);
  }
  context.stroke();
}

function drawWalls(context: CanvasRenderingContext2D): void {
  for (const { x, y, width, height } of ARENA_MAP.walls) {
    context.fillStyle = '#05080f';
    context.fillRect(x, y + 16, width, height);
    context.fillStyle = '#2a3963';
    context.fillRect(x, y, width, height);
    context.strokeStyle = '#7f9be8aa';
    context.lineWidth = 2.5;
    context.strokeRect(x + 1, y + 1, width - 2, height - 2);
  }
}

function drawWalker(context: CanvasRenderingContext2D, walker: Walker, nowMs: number): void {
  const { aim, colour, x, y } = walker;
  const glow = context.createRadialGradient(x, y, 0, x, y, 80);
  glow.addColorStop(0, `${colour}66`);
  glow.addColorStop(1, `${colour}00`);
  context.fillStyle = glow;
  context.fillRect(x - 80, y - 80, 160, 160);
  context.strokeStyle = colour;
  context.lineCap = 'round';
  if (nowMs < walker.shotUntilMs) {
    context.lineWidth = 5;
    context.beginPath();
    context.moveTo(x + Math.cos(aim) * 34, y + Math.sin(aim) * 34);
    context.lineTo(x + Math.cos(aim) * walker.shotLength, y + Math.sin(aim) * walker.shotLength);
    context.stroke();
  }
  context.fillStyle = '#0a1122';
  context.lineWidth = 7;
  context.beginPath();
  context.arc(x, y, 21, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  context.lineWidth = 11;
  context.beginPath();
  context.moveTo(x + Math.cos(aim) * 8, y + Math.sin(aim) * 8);
  context.lineTo(x + Math.cos(aim) * 34, y + Math.sin(aim) * 34);
  context.stroke();
}
