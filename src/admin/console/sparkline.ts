import { set, svg } from './dom.ts';

const WIDTH = 58;
const HEIGHT = 22;
/** Looks, one a second. */
const LENGTH = 60;

/** What fills its height at least: a node that idles shall look like it. */
const LEAST_TOP = 0.3;

/** The last minute of something between 0 and 1. */
export class Sparkline {
  readonly root = svg('svg', {
    class: 'spark',
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    'aria-hidden': 'true',
  });
  readonly #area = svg('path', { class: 'spark-area' });
  readonly #line = svg('path', { class: 'spark-line' });
  readonly #values: number[] = [];

  constructor() {
    this.root.append(this.#area, this.#line);
  }

  push(ratio: number): void {
    this.#values.push(Math.min(1, Math.max(0, ratio)));
    if (this.#values.length > LENGTH) this.#values.shift();
    const top = Math.max(LEAST_TOP, ...this.#values);
    const first = LENGTH - this.#values.length;
    const points = this.#values.map((value, index) => {
      const x = ((first + index) / (LENGTH - 1)) * WIDTH;
      return `${x.toFixed(1)} ${(HEIGHT - 1.5 - (value / top) * (HEIGHT - 3)).toFixed(1)}`;
    });
    const line = `M${points.join('L')}`;
    set(this.#line, { d: line });
    const startX = ((first / (LENGTH - 1)) * WIDTH).toFixed(1);
    set(this.#area, { d: `${line}V${HEIGHT}H${startX}Z` });
  }
}
