import { Container, Sprite, Texture } from 'pixi.js';
import type { ArenaMap } from '../../shared/arena-map.ts';
import type { Box } from '../../shared/geometry.ts';
import type { Ground, View } from './ground.ts';
import { districtAt } from './town-districts.ts';
import { TownPainter } from './town-paint.ts';
import { bakeWall, WALL_LIFT, WALL_MARGIN, WALL_PIXELS_PER_UNIT } from './walls.ts';

/** Side of a piece, in pixels of the canvas: it is copied to the screen as it is, which costs a fifth of scaling it. */
const PIECE_PIXELS = 1_024;
/** Longest wall in one texture, in units. */
const LONGEST_WALL = 1_024;
/** A wall reaches this far out of its box, in units. */
const WALL_REACH = 14;
/** A piece is painted when it comes so near to the screen, in units: before it is seen, one in a frame. */
const AHEAD = 320;
/** Pieces that are kept, besides those that are seen; 4 MB each. */
const MOST_SPARE_PIECES = 8;

interface Piece {
  readonly column: number;
  readonly row: number;
  readonly floor: Sprite;
}

/** A wall, and its sprite once it has been seen. */
interface TownWall {
  readonly box: Box;
  sprite: Sprite | null;
}

/** The ground of a large map, painted piece by piece where the player goes. Walls of one size and colour share a texture. */
export class TownGround implements Ground {
  readonly floor = new Container();
  readonly walls = new Container();
  readonly #map: ArenaMap;
  readonly #painter: TownPainter;
  readonly #walls: readonly TownWall[];
  readonly #wallTextures = new Map<string, Texture>();
  readonly #pieces = new Map<string, Piece>();
  #pixelsPerUnit = 1;

  constructor(map: ArenaMap) {
    this.#map = map;
    this.#painter = new TownPainter(map);
    this.#walls = map.walls.flatMap(cutToTextures).map((box) => ({ box, sprite: null }));
  }

  show(view: View, pixelsPerUnit: number): void {
    if (pixelsPerUnit !== this.#pixelsPerUnit) this.#dropAll();
    this.#pixelsPerUnit = pixelsPerUnit;
    // What is on the screen must be there; of what comes next, one piece is enough for one frame.
    for (const { column, row } of this.#piecesOf(view)) this.#pieceAt(column, row);
    const next = this.#piecesOf(grown(view, AHEAD)).find(
      ({ column, row }) => !this.#pieces.has(keyOf(column, row)),
    );
    if (next !== undefined) this.#pieceAt(next.column, next.row);
    this.#hidePieces(view);
    this.#showWalls(view);
  }

  destroy(): void {
    this.#dropAll();
    for (const texture of this.#wallTextures.values()) texture.destroy(true);
    this.floor.destroy();
    this.walls.destroy({ children: true });
  }

  get #pieceSize(): number {
    return PIECE_PIXELS / this.#pixelsPerUnit;
  }

  #pieceAt(column: number, row: number): void {
    const key = keyOf(column, row);
    if (this.#pieces.has(key)) return;
    const size = this.#pieceSize;
    const square = { x: column * size, y: row * size, size };
    const floor = new Sprite(Texture.from(this.#painter.paint(square, PIECE_PIXELS)));
    floor.position.set(square.x, square.y);
    floor.scale.set(1 / this.#pixelsPerUnit);
    floor.roundPixels = true;
    this.floor.addChild(floor);
    this.#pieces.set(key, { column, row, floor });
  }

  #piecesOf({ x, y, width, height }: View): { column: number; row: number }[] {
    const size = this.#pieceSize;
    const pieces = [];
    for (let row = Math.floor(y / size); row * size < y + height; row += 1) {
      for (let column = Math.floor(x / size); column * size < x + width; column += 1) {
        pieces.push({ column, row });
      }
    }
    return pieces;
  }

  /** Of what is not seen, that which is painted longest goes when there is too much of it. */
  #hidePieces(view: View): void {
    const wanted = new Set(
      this.#piecesOf(grown(view, AHEAD)).map(({ column, row }) => keyOf(column, row)),
    );
    const seen = new Set(this.#piecesOf(view).map(({ column, row }) => keyOf(column, row)));
    let spare = 0;
    for (const [key, piece] of this.#pieces) {
      piece.floor.visible = seen.has(key);
      if (!wanted.has(key)) spare += 1;
    }
    for (const [key, piece] of this.#pieces) {
      if (spare <= MOST_SPARE_PIECES) return;
      if (wanted.has(key)) continue;
      this.#drop(piece);
      this.#pieces.delete(key);
      spare -= 1;
    }
  }

  #showWalls({ x, y, width, height }: View): void {
    for (const wall of this.#walls) {
      const { box } = wall;
      const isSeen =
        box.x < x + width + WALL_REACH &&
        box.y < y + height + WALL_REACH &&
        box.x + box.width > x - WALL_REACH &&
        box.y + box.height > y - WALL_REACH;
      if (wall.sprite !== null) wall.sprite.visible = isSeen;
      else if (isSeen) {
        wall.sprite = this.#wallSprite(box);
        this.walls.addChild(wall.sprite);
      }
    }
  }

  #wallSprite(wall: Box): Sprite {
    const { strip } = districtAt(wall.x + wall.width / 2, wall.y + wall.height / 2, this.#map);
    const key = `${wall.width}×${wall.height} ${strip}`;
    let texture = this.#wallTextures.get(key);
    if (texture === undefined) {
      texture = bakeWall(wall, strip);
      this.#wallTextures.set(key, texture);
    }
    const sprite = new Sprite(texture);
    sprite.scale.set(1 / WALL_PIXELS_PER_UNIT);
    sprite.position.set(wall.x - WALL_MARGIN, wall.y - WALL_LIFT - WALL_MARGIN);
    return sprite;
  }

  #dropAll(): void {
    for (const piece of this.#pieces.values()) this.#drop(piece);
    this.#pieces.clear();
  }

  #drop({ floor }: Piece): void {
    floor.destroy({ texture: true, textureSource: true });
  }
}

function keyOf(column: number, row: number): string {
  return `${column} ${row}`;
}

function grown({ x, y, width, height }: View, margin: number): View {
  return { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin };
}

/** The walls around the map are as long as it is: in pieces, none is larger than a texture may be. */
function cutToTextures({ x, y, width, height }: Box): Box[] {
  if (width <= LONGEST_WALL && height <= LONGEST_WALL) return [{ x, y, width, height }];
  const parts: Box[] = [];
  for (let at = 0; at < Math.max(width, height); at += LONGEST_WALL) {
    parts.push(
      width > height
        ? { x: x + at, y, width: Math.min(LONGEST_WALL, width - at), height }
        : { x, y: y + at, width, height: Math.min(LONGEST_WALL, height - at) },
    );
  }
  return parts;
}
