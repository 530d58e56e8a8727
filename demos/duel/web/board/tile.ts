import { cellName } from '../../shared/board.ts';
import { mulberry32 } from '../../shared/layout.ts';
import { svg } from '../svg.ts';
import { shadeOf } from './gradients.ts';
import { centreOf, type Point, pointsText, TILE_DEPTH, tileCorners } from './hex-drawing.ts';

const CORNERS = tileCorners();
const [LOWER_RIGHT, BOTTOM, LOWER_LEFT] = CORNERS as [Point, Point, Point];

/** A hex of ice: top, two faces that stand in the water, and marks that only this one has. */
export function drawTile(cell: number): SVGGElement {
  const { x, y } = centreOf(cell);
  const body = svg('g', { class: 'tile-body' }, [
    face('side-left', [LOWER_LEFT, BOTTOM]),
    face('side-right', [BOTTOM, LOWER_RIGHT]),
    svg('polygon', { class: 'tile-top', points: pointsText(CORNERS), fill: shadeOf(cell) }),
    svg('path', { class: 'tile-marks', d: marks(cell) }),
    svg('polyline', { class: 'tile-light', points: pointsText(CORNERS.slice(2)) }),
    svg('polygon', { class: 'tile-tint', points: pointsText(CORNERS) }),
    svg('ellipse', { class: 'tile-dot', rx: 7, ry: 6 }),
  ]);
  return svg(
    'g',
    { class: 'tile', 'data-tile': cellName(cell), transform: `translate(${x} ${y})` },
    [body],
  );
}

/** The waves where a tile went down. */
export function drawRipples(cell: number): SVGGElement {
  const { x, y } = centreOf(cell);
  const ring = (turn: number) => svg('ellipse', { class: `ripple ripple-${turn}`, rx: 26, ry: 21 });
  return svg('g', { class: 'ripples', transform: `translate(${x} ${y + 4})` }, [ring(0), ring(1)]);
}

function face(id: string, edge: readonly [Point, Point]): SVGPolygonElement {
  const [from, to] = edge;
  const below = ({ x, y }: Point): Point => ({ x, y: y + TILE_DEPTH });
  return svg('polygon', {
    class: 'tile-side',
    points: pointsText([from, to, below(to), below(from)]),
    fill: `url(#${id})`,
  });
}

/** A crack or two and a glint, the same for a cell in every game. */
function marks(cell: number): string {
  const random = mulberry32(cell * 977 + 13);
  const within = (size: number) => Math.round((random() - 0.5) * size * 10) / 10;
  const cracks = Array.from({ length: 1 + Math.floor(random() * 2) }, () => {
    // Around the middle, so that none runs over the edge.
    const heading = random() * Math.PI;
    const from = { x: within(18) - Math.cos(heading) * 9, y: within(14) - Math.sin(heading) * 6 };
    const first = { x: Math.cos(heading) * 8, y: Math.sin(heading) * 6 + within(3) };
    const second = { x: Math.cos(heading) * 7, y: Math.sin(heading) * 5 + within(6) };
    const step = ({ x, y }: Point) => `${x.toFixed(1)} ${y.toFixed(1)}`;
    return `M${step(from)}l${step(first)}l${step(second)}`;
  });
  return cracks.join('');
}
