import type { ArenaMap } from '../../shared/arena-map.ts';
import { ARMY } from '../../shared/crowd/crowd-rules.ts';
import type { BattleSummary } from '../../shared/crowd/crowd-state.ts';
import { HEAT_CELLS, heatAt } from '../../shared/crowd/heat.ts';

/** Fighters in a cell that shine as brightly as it gets. */
const FULL = 9;
const FRIENDS = [88, 150, 255] as const;
const ENEMIES = [255, 140, 60] as const;

/** Where the armies are: clouds of light, mine blue and theirs orange, as everywhere else. */
export class HeatPicture {
  readonly #canvas = document.createElement('canvas');
  readonly #context: CanvasRenderingContext2D | null;
  #shown = '';

  constructor() {
    this.#canvas.width = this.#canvas.height = HEAT_CELLS;
    this.#context = this.#canvas.getContext('2d');
  }

  /** @param context - scaled to the map's units */
  draw(
    context: CanvasRenderingContext2D,
    { heat }: BattleSummary,
    { map, myTeam }: { readonly map: ArenaMap; readonly myTeam: number },
  ): void {
    const isWest = myTeam !== ARMY.east;
    if (this.#shown !== `${isWest} ${heat}`) this.#paint(heat, isWest);
    this.#shown = `${isWest} ${heat}`;
    context.save();
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = 'high';
    context.globalCompositeOperation = 'lighter';
    context.drawImage(this.#canvas, 0, 0, map.width, map.height);
    context.restore();
  }

  #paint(heat: string, isWest: boolean): void {
    if (this.#context === null) return;
    const image = this.#context.createImageData(HEAT_CELLS, HEAT_CELLS);
    for (let cell = 0; cell < HEAT_CELLS ** 2; cell += 1) {
      const { west, east } = heatAt(heat, cell % HEAT_CELLS, Math.floor(cell / HEAT_CELLS));
      const [friends, enemies] = isWest ? [west, east] : [east, west];
      const all = friends + enemies;
      if (all === 0) continue;
      for (let channel = 0; channel < 3; channel += 1) {
        const mixed = (FRIENDS[channel] ?? 0) * friends + (ENEMIES[channel] ?? 0) * enemies;
        image.data[cell * 4 + channel] = mixed / all;
      }
      image.data[cell * 4 + 3] = 255 * Math.min(1, 0.25 + (0.75 * all) / FULL);
    }
    this.#context.putImageData(image, 0, 0);
  }
}
