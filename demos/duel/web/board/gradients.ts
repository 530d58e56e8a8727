import { svg } from '../svg.ts';

// The drawing's light. Stops are coloured by the style sheet (`.ice-1` …), so that light and dark are one drawing.

const TILE_SHADES = 4;
const HOLDER_ID = 'board-gradients';

/** Name of the gradient of a tile's top; tiles differ a little so that the floe looks grown. */
export function shadeOf(cell: number): string {
  return `url(#ice-${(cell * 7 + (cell >> 2)) % TILE_SHADES})`;
}

/**
 * Puts the gradients into the page, once. They have a drawing of their own that is always rendered: a gradient inside a
 * hidden board would paint nothing, and ids are the page's.
 */
export function provideGradients(): void {
  if (document.getElementById(HOLDER_ID) !== null) return;
  const holder = svg('svg', { id: HOLDER_ID, class: 'gradients', 'aria-hidden': 'true' }, [
    gradients(),
  ]);
  document.body.append(holder);
}

function gradients(): SVGDefsElement {
  const ice = Array.from({ length: TILE_SHADES }, (_, shade) =>
    linear(`ice-${shade}`, [
      [0, `ice-top-${shade}`],
      [100, `ice-low-${shade}`],
    ]),
  );
  return svg('defs', {}, [
    ...ice,
    linear('side-left', [
      [0, 'side-left-top'],
      [100, 'side-low'],
    ]),
    linear('side-right', [
      [0, 'side-right-top'],
      [100, 'side-low'],
    ]),
    radial('depth', [
      [0, 'depth-in'],
      [62, 'depth-mid'],
      [100, 'depth-out'],
    ]),
    ...[0, 1].flatMap((seat) => [
      radial(`pool-${seat}`, [
        [0, `pool-${seat}-in`],
        [100, `pool-${seat}-out`],
      ]),
      radial(
        `glass-${seat}`,
        [
          [0, `glass-${seat}-in`],
          [48, `glass-${seat}-mid`],
          [100, `glass-${seat}-out`],
        ],
        { cx: '46%', cy: '62%', r: '68%' },
      ),
    ]),
  ]);
}

type Stop = readonly [percent: number, className: string];

function linear(id: string, stops: readonly Stop[]): SVGLinearGradientElement {
  return svg('linearGradient', { id, x1: 0, y1: 0, x2: 0.3, y2: 1 }, stops.map(stop));
}

function radial(
  id: string,
  stops: readonly Stop[],
  place: Readonly<Record<string, string>> = {},
): SVGRadialGradientElement {
  return svg('radialGradient', { id, ...place }, stops.map(stop));
}

function stop([percent, className]: Stop): SVGStopElement {
  return svg('stop', { offset: `${percent}%`, class: className });
}
