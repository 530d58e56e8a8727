import { type Html, html } from './html.ts';
import { formatNumber } from './line-plot.ts';
import { niceScale } from './nice-scale.ts';

export interface Bar {
  readonly label: string;
  /** Null: not measured; the bar is left out, its label says so. */
  readonly value: number | null;
  readonly isOurs: boolean;
}

export interface BarPlot {
  readonly title: string;
  readonly unit: string;
  /** Which end of the scale is good, for the reader. */
  readonly better: 'more' | 'less';
  readonly bars: readonly Bar[];
}

const WIDTH = 640;
const LABEL_WIDTH = 250;
const VALUE_WIDTH = 64;
const ROW_HEIGHT = 30;
const BAR_HEIGHT = 18;

/** Bars side by side, one per contender; ours in its own colour. */
export function barPlot({ title, unit, better, bars }: BarPlot): Html {
  const scale = niceScale(Math.max(0, ...bars.map(({ value }) => value ?? 0)));
  const perUnit = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / scale.max;
  const height = bars.length * ROW_HEIGHT + 8;
  return html`<figure>
<figcaption>${title} <span class="unit">${unit}</span><span class="legend">${better} is better</span></figcaption>
<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}">
${bars.map((bar, index) => drawBar(bar, index, perUnit))}</svg></figure>`;
}

function drawBar({ label, value, isOurs }: Bar, index: number, perUnit: number): Html {
  const y = index * ROW_HEIGHT + 8;
  const width = Math.round((value ?? 0) * perUnit * 10) / 10;
  const text = value === null ? '–' : formatNumber(value);
  return html`<text class="row" x="${LABEL_WIDTH - 10}" y="${y + 14}" text-anchor="end">${label}</text>
<rect class="bar ${isOurs ? 'c1' : 'other'}" x="${LABEL_WIDTH}" y="${y}" width="${width}" height="${BAR_HEIGHT}" rx="3"/>
<text class="row number" x="${LABEL_WIDTH + width + 8}" y="${y + 14}">${text}</text>
`;
}
