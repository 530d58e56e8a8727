import { Container } from 'pixi.js';
import type { ArenaMap } from '../../shared/arena-map.ts';
import { createFloor } from './floor.ts';
import { TownGround } from './town-ground.ts';
import { createWalls } from './walls.ts';

/** A part of the world, in units. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What never moves: the floor below everybody, the walls above. */
export interface Ground {
  readonly floor: Container;
  readonly walls: Container;
  /**
   * Call once per frame.
   *
   * @param pixelsPerUnit - pixels of the canvas, which are not those of CSS
   */
  show(view: View, pixelsPerUnit: number): void;
  destroy(): void;
}

/** A larger map than this is painted piece by piece, in units: no browser has a canvas for all of it. */
const MOST_AT_ONCE = 4_000;

export function createGround(map: ArenaMap): Ground {
  return Math.max(map.width, map.height) > MOST_AT_ONCE
    ? new TownGround(map)
    : new WholeGround(map);
}

/** Painted once, all of it. */
class WholeGround implements Ground {
  readonly floor = new Container();
  readonly walls: Container;

  constructor(map: ArenaMap) {
    this.floor.addChild(createFloor(map));
    this.walls = createWalls(map);
  }

  show(): void {
    // All of it is there.
  }

  destroy(): void {
    for (const layer of [this.floor, this.walls]) {
      layer.destroy({ children: true, texture: true, textureSource: true });
    }
  }
}
