import { type Html, html } from './html.ts';
import { niceScale, type Scale } from './nice-scale.ts';

export interface Series {
  readonly name: string;
  /** One value per place on the x axis; null: unknown, a gap. */
  readonly values: readonly (number | null)[];
  /** Colour of the page's palette, from 1. */
  readonly colour: 1 | 2 | 3 | 4 | 5 | 6;
  /** Fills the area below. */
  readonly isArea?: boolean;
}

export interface LinePlot {
  readonly title: string;
  readonly unit: string;
  /** A label per place on the x axis. */
  readonly x: readonly string[];
  readonly series: readonly Series[];
  /** What happened at each place, shown with its values; '' where nothing did. */
  readonly events?: readonly string[];
  /** Shades the places before this one, e.g. while players join. */
  readonly shadedUntil?: number;
}

const WIDTH = 640;
const HEIGHT = 250;
const LEFT = 56;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 28;
const MOST_X_LABELS = 10;

/** A line plot as a self-contained figure; the exact values show when the pointer rests on it. */
export function linePlot(plot: LinePlot): Html {
  const known = plot.series.flatMap(({ values }) => values.filter((value) => value !== null));
  const frame = new Frame(plot.x.length, niceScale(Math.max(0, ...known)));
  return html`<figure>
<figcaption>${plot.title} <span class="unit">${plot.unit}</span>${legend(plot.series)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${plot.title}">
${shade(plot, frame)}${grid(frame)}${xLabels(plot.x, frame)}
${plot.series.map((series) => drawSeries(series, frame))}
${plot.x.map((label, index) => tooltip(plot, label, index, frame))}
</svg></figure>`;
}

/** From data to places in the picture. */
class Frame {
  readonly scale: Scale;
  readonly count: number;

  constructor(count: number, scale: Scale) {
    this.count = count;
    this.scale = scale;
  }

  get stepWidth(): number {
    return (WIDTH - LEFT - RIGHT) / Math.max(1, this.count - 1);
  }

  x(index: number): number {
    return round(LEFT + index * this.stepWidth);
  }

  y(value: number): number {
    return round(HEIGHT - BOTTOM - (value / this.scale.max) * (HEIGHT - TOP - BOTTOM));
  }
}

function legend(series: readonly Series[]): Html {
  const items = series.map(
    ({ name, colour }) => html`<span class="key"><i class="c${colour}"></i>${name}</span>`,
  );
  return html`<span class="legend">${items}</span>`;
}

function shade({ shadedUntil = 0 }: LinePlot, frame: Frame): Html {
  if (shadedUntil <= 0) return html``;
  const width = frame.x(Math.min(shadedUntil, frame.count - 1)) - LEFT;
  return html`<rect class="shade" x="${LEFT}" y="${TOP}" width="${width}" height="${HEIGHT - TOP - BOTTOM}"/>`;
}

function grid(frame: Frame): Html {
  const lines = frame.scale.ticks.map((tick) => {
    const y = frame.y(tick);
    return html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/><text class="tick" x="${LEFT - 8}" y="${y + 4}" text-anchor="end">${formatNumber(tick)}</text>`;
  });
  return html`${lines}`;
}

function xLabels(x: readonly string[], frame: Frame): Html {
  const every = Math.max(1, Math.ceil(x.length / MOST_X_LABELS));
  const labels = x.map((label, index) =>
    index % every === 0
      ? html`<text class="tick" x="${frame.x(index)}" y="${HEIGHT - 8}" text-anchor="middle">${label}</text>`
      : html``,
  );
  return html`${labels}`;
}

function drawSeries(series: Series, frame: Frame): Html {
  const stretches = stretchesOf(series.values).map((stretch) => {
    const points = stretch.map(({ index, value }) => `${frame.x(index)},${frame.y(value)}`);
    const first = stretch[0]?.index ?? 0;
    const last = stretch.at(-1)?.index ?? 0;
    const bottom = frame.y(0);
    const area = series.isArea
      ? html`<polygon class="area c${series.colour}" points="${frame.x(first)},${bottom} ${points.join(' ')} ${frame.x(last)},${bottom}"/>`
      : html``;
    return html`${area}<polyline class="line c${series.colour}" points="${points.join(' ')}"/>`;
  });
  return html`${stretches}`;
}

/** The runs of known values. */
function stretchesOf(
  values: readonly (number | null)[],
): { readonly index: number; readonly value: number }[][] {
  const stretches: { index: number; value: number }[][] = [];
  let hasGap = true;
  for (const [index, value] of values.entries()) {
    if (value === null) {
      hasGap = true;
      continue;
    }
    if (hasGap) stretches.push([]);
    hasGap = false;
    stretches.at(-1)?.push({ index, value });
  }
  return stretches;
}

/** An invisible column that carries the values of its place as a title. */
function tooltip(plot: LinePlot, label: string, index: number, frame: Frame): Html {
  const values = plot.series
    .map(({ name, values: all }) => `${name}: ${formatValue(all[index] ?? null, plot.unit)}`)
    .join('\n');
  const x = round(frame.x(index) - frame.stepWidth / 2);
  return html`<rect class="hover" x="${x}" y="${TOP}" width="${round(frame.stepWidth)}" height="${HEIGHT - TOP - BOTTOM}"><title>${[label, plot.events?.[index] ?? ''].filter((text) => text !== '').join(' · ')}
${values}</title></rect>`;
}

function formatValue(value: number | null, unit: string): string {
  return value === null ? '–' : `${formatNumber(value)} ${unit}`;
}

/** Three significant digits, thousands apart. */
export function formatNumber(value: number): string {
  return value.toLocaleString('en-GB', {
    maximumFractionDigits: Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2,
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
