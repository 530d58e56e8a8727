import { Container, Sprite, Texture } from 'pixi.js';
import type { ArenaMap } from '../../shared/arena-map.ts';
import type { Box } from '../../shared/geometry.ts';
import type { Ground, View } from './ground.ts';
import { districtAt } from './town-districts.ts';
import { bakePaving, paintPiece } from './town-paint.ts';
import { bakeWall, WALL_LIFT, WALL_MARGIN, WALL_PIXELS_PER_UNIT } from './walls.ts';

/** Side of a piece, in units. A screen shows up to six of them. */
export const PIECE = 1_024;
/** A piece is painted when it comes so near to the screen, in units: before it is seen, one in a frame. */
const AHEAD = 320;
/** Pieces that are kept; 4 MB each. */
const MOST_PIECES = 14;

interface Piece {
  readonly column: number;
  readonly row: number;
  readonly floor: Sprite;
  readonly walls: readonly Sprite[];
}

/** The ground of a large map, painted piece by piece where the player goes. Walls of one size and colour share a texture. */
export class TownGround implements Ground {
  readonly floor = new Container();
  readonly walls = new Container();
  readonly #map: ArenaMap;
  readonly #paving = bakePaving();
  readonly #wallsByPiece: ReadonlyMap<string, readonly Box[]>;
  readonly #wallTextures = new Map<string, Texture>();
  readonly #pieces = new Map<string, Piece>();

  constructor(map: ArenaMap) {
    this.#map = map;
    this.#wallsByPiece = Map.groupBy(map.walls.flatMap(cutAtPieces), ({ x, y }) =>
      keyOf(Math.floor(x / PIECE), Math.floor(y / PIECE)),
    );
  }

  show(view: View): void {
    // What is on the screen must be there; of what comes next, one piece is enough for one frame.
    for (const { column, row } of piecesOf(view, 0)) this.#pieceAt(column, row);
    const next = piecesOf(view, AHEAD).find(
      ({ column, row }) => !this.#pieces.has(keyOf(column, row)),
    );
    if (next !== undefined) this.#pieceAt(next.column, next.row);
    for (const { column, row, floor, walls } of this.#pieces.values()) {
      const isSeen = touches(view, { x: column * PIECE, y: row * PIECE, size: PIECE });
      floor.visible = isSeen;
      for (const wall of walls) {
        wall.visible =
          isSeen &&
          wall.x < view.x + view.width &&
          wall.y < view.y + view.height &&
          wall.x + wall.width > view.x &&
          wall.y + wall.height > view.y;
      }
    }
    if (this.#pieces.size > MOST_PIECES) this.#dropFarthest(view);
  }

  destroy(): void {
    for (const piece of this.#pieces.values()) this.#drop(piece);
    for (const texture of this.#wallTextures.values()) texture.destroy(true);
    this.floor.destroy();
    this.walls.destroy();
  }

  #pieceAt(column: number, row: number): void {
    const key = keyOf(column, row);
    const known = this.#pieces.get(key);
    if (known !== undefined) {
      // The order of the map is the order of use.
      this.#pieces.delete(key);
      this.#pieces.set(key, known);
      return;
    }
    const canvas = paintPiece(this.#map, this.#paving, {
      x: column * PIECE,
      y: row * PIECE,
      size: PIECE,
    });
    const floor = new Sprite(Texture.from(canvas));
    floor.position.set(column * PIECE, row * PIECE);
    this.floor.addChild(floor);
    const walls = (this.#wallsByPiece.get(key) ?? []).map((wall) => this.#wallSprite(wall));
    if (walls.length > 0) this.walls.addChild(...walls);
    this.#pieces.set(key, { column, row, floor, walls });
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

  #dropFarthest(view: View): void {
    for (const [key, piece] of this.#pieces) {
      if (piece.floor.visible) continue;
      const at = { x: piece.column * PIECE, y: piece.row * PIECE, size: PIECE };
      if (touches(grown(view, AHEAD), at)) continue;
      this.#drop(piece);
      this.#pieces.delete(key);
      return;
    }
  }

  #drop({ floor, walls }: Piece): void {
    floor.destroy({ texture: true, textureSource: true });
    for (const wall of walls) wall.destroy();
  }
}

function keyOf(column: number, row: number): string {
  return `${column} ${row}`;
}

function grown({ x, y, width, height }: View, margin: number): View {
  return { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin };
}

function piecesOf(view: View, margin: number): { column: number; row: number }[] {
  const { x, y, width, height } = grown(view, margin);
  const pieces = [];
  for (let row = Math.floor(y / PIECE); row * PIECE < y + height; row += 1) {
    for (let column = Math.floor(x / PIECE); column * PIECE < x + width; column += 1) {
      pieces.push({ column, row });
    }
  }
  return pieces;
}

function touches(view: View, at: { x: number; y: number; size: number }): boolean {
  return (
    at.x < view.x + view.width &&
    at.y < view.y + view.height &&
    at.x + at.size > view.x &&
    at.y + at.size > view.y
  );
}

/** The walls around the map are as long as it is: in pieces, none is larger than a texture may be. */
function cutAtPieces({ x, y, width, height }: Box): Box[] {
  if (width <= PIECE && height <= PIECE) return [{ x, y, width, height }];
  const parts: Box[] = [];
  for (let at = 0; at < Math.max(width, height); at += PIECE) {
    parts.push(
      width > height
        ? { x: x + at, y, width: Math.min(PIECE, width - at), height }
        : { x, y: y + at, width, height: Math.min(PIECE, height - at) },
    );
  }
  return parts;
}
