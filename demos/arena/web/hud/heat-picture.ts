import { ARMY } from '../../shared/crowd/crowd-rules.ts';
import type { BattleSummary } from '../../shared/crowd/crowd-state.ts';
import { HEAT_CELLS, heatAt } from '../../shared/crowd/heat.ts';

/** Fighters in a cell that shine as brightly as it gets. */
const FULL = 9;
const FRIENDS = [88, 150, 255] as const;
const ENEMIES = [255, 140, 60] as const;

/** Where the armies are: clouds of light, mine blue and theirs orange, as everywhere else. */
export class HeatPicture {
  readonly #cells = document.createElement('canvas');
  /** As large as the map on the screen: it is made once a second, and drawn many times. */
  readonly #clouds = document.createElement('canvas');
  #shown = '';

  constructor() {
    this.#cells.width = this.#cells.height = HEAT_CELLS;
  }

  /** @param canvasSize - of the map on the canvas, pixels @returns the picture, as large as that */
  picture({ heat }: BattleSummary, myTeam: number, canvasSize: number): HTMLCanvasElement {
    const isWest = myTeam !== ARMY.east;
    const shown = `${canvasSize} ${isWest} ${heat}`;
    if (this.#shown === shown) return this.#clouds;
    this.#shown = shown;
    this.#paint(heat, isWest);
    this.#clouds.width = this.#clouds.height = canvasSize;
    const context = this.#clouds.getContext('2d');
    if (context !== null) {
      context.imageSmoothingQuality = 'high';
      context.drawImage(this.#cells, 0, 0, canvasSize, canvasSize);
    }
    return this.#clouds;
  }

  #paint(heat: string, isWest: boolean): void {
    const context = this.#cells.getContext('2d');
    if (context === null) return;
    const image = context.createImageData(HEAT_CELLS, HEAT_CELLS);
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
    context.putImageData(image, 0, 0);
  }
}
