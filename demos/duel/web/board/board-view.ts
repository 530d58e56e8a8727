import { CELL_COUNT, CELLS, cellName } from '../../shared/board.ts';
import { Content, type Move, type Position, type Seat } from '../../shared/rules.ts';
import { svg } from '../svg.ts';
import { CellCursor } from './cell-cursor.ts';
import { provideGradients } from './gradients.ts';
import { BOARD_VIEW, centreOf, HEX_WIDTH, pointsText, tileCorners } from './hex-drawing.ts';
import { drawLantern } from './lantern.ts';
import { drawRipples, drawTile } from './tile.ts';

/** What the board shows now. */
export interface BoardPicture {
  /** Changes with each new floe. */
  readonly floe: string;
  readonly position: Position;
  readonly lastMove: Move | null;
  /** The viewer's own seat; null for spectators. */
  readonly seat: Seat | null;
  /** The lantern that is about to glide. */
  readonly selected: number | null;
  /** Where it may go. */
  readonly targets: readonly number[];
  /** Own lanterns that may glide now. */
  readonly movable: readonly number[];
}

export interface BoardEvents {
  /** A cell was clicked, tapped, or chosen by Enter. */
  readonly choose: (cell: number) => void;
  readonly cancel: () => void;
  /** A lantern starts its glide, which takes so long. */
  readonly glide: (durationMs: number) => void;
}

const GLIDE_MS = 210;
const GLIDE_MS_PER_UNIT = 1.1;
const LANTERN_NAMES = ['Ember', 'Aurora'] as const;

/**
 * The drawing of the board. `show` compares with what is there: the next move glides, anything else is redrawn at once.
 *
 * Layers, back to front: the floe's depth, tiles, ripples, the last glide's trail, lanterns, and invisible hexes that take
 * clicks and focus.
 */
export class BoardView {
  readonly #events: BoardEvents;
  readonly #tiles = new Map<number, SVGGElement>();
  readonly #hits: SVGPolygonElement[] = [];
  readonly #lanterns = new Map<number, SVGGElement>();
  readonly #tileLayer = svg('g');
  readonly #rippleLayer = svg('g', { class: 'ripple-layer' });
  readonly #trailLayer = svg('g');
  readonly #lanternLayer = svg('g', { class: 'lantern-layer' });
  readonly #reducedMotion = window.matchMedia('(prefers-reduced-motion: reduce)');
  #shown: BoardPicture | null = null;

  constructor(root: SVGSVGElement, events: BoardEvents) {
    this.#events = events;
    provideGradients();
    const { x, y, width, height } = BOARD_VIEW;
    root.setAttribute('viewBox', `${x} ${y} ${width} ${height}`);
    const hitLayer = svg('g', { class: 'hit-layer' }, this.#drawHits());
    root.replaceChildren(
      svg('ellipse', { class: 'floe-depth', cx: 0, cy: 18, rx: 300, ry: 240, fill: 'url(#depth)' }),
      drawRowLetters(),
      this.#tileLayer,
      this.#rippleLayer,
      this.#trailLayer,
      this.#lanternLayer,
      hitLayer,
    );
    new CellCursor(this.#hits, {
      choose: events.choose,
      cancel: events.cancel,
      choices: () =>
        (this.#shown?.selected === null ? this.#shown.movable : this.#shown?.targets) ?? [],
    }).listen(hitLayer);
  }

  show(picture: BoardPicture): void {
    const before = this.#shown;
    this.#shown = picture;
    const isSameFloe = before?.floe === picture.floe;
    const steps = isSameFloe ? picture.position.ply - before.position.ply : Number.NaN;
    if (steps === 1 && picture.lastMove !== null) this.#glide(picture.lastMove);
    else if (steps !== 0) this.#redraw(picture.position, !isSameFloe);
    this.#mark(picture);
  }

  /** Draws the focus ring's cell first; for keyboards when the turn begins. */
  focusCell(cell: number): void {
    this.#hits[cell]?.focus({ preventScroll: true });
  }

  #drawHits(): SVGPolygonElement[] {
    const corners = pointsText(tileCorners(1));
    for (let cell = 0; cell < CELL_COUNT; cell++) {
      const { x, y } = centreOf(cell);
      const hit = svg('polygon', {
        class: 'cell',
        points: corners,
        transform: `translate(${x} ${y})`,
        role: 'button',
        tabindex: -1,
        'data-cell': cellName(cell),
      });
      hit.addEventListener('click', () => this.#events.choose(cell));
      this.#hits.push(hit);
    }
    return this.#hits;
  }

  #redraw(position: Position, isNewFloe: boolean): void {
    this.#tiles.clear();
    this.#lanterns.clear();
    this.#tileLayer.replaceChildren();
    this.#lanternLayer.replaceChildren();
    this.#rippleLayer.replaceChildren();
    this.#trailLayer.replaceChildren();
    position.cells.forEach((content, cell) => {
      if (content === Content.WATER) return;
      const tile = drawTile(cell);
      this.#tiles.set(cell, tile);
      this.#tileLayer.append(tile);
      if (content >= Content.SEAT_0) this.#place((content - Content.SEAT_0) as Seat, cell);
    });
    if (isNewFloe && !this.#reducedMotion.matches) this.#rise();
  }

  #place(seat: Seat, cell: number): void {
    const lantern = drawLantern(seat);
    lantern.setAttribute('transform', translation(cell));
    this.#lanterns.set(cell, lantern);
    this.#lanternLayer.append(lantern);
  }

  /** A new floe comes up from the water, from the middle outwards. */
  #rise(): void {
    for (const [cell, tile] of this.#tiles) {
      const { x, y } = centreOf(cell);
      tile.firstElementChild?.animate(
        [
          { transform: 'translateY(26px)', opacity: 0 },
          { transform: 'translateY(-3px)', opacity: 1, offset: 0.7 },
          { transform: 'none', opacity: 1 },
        ],
        { duration: 520, delay: Math.hypot(x, y) * 1.3, easing: 'ease-out', fill: 'backwards' },
      );
    }
    this.#lanternLayer.animate([{ opacity: 0 }, { opacity: 1 }], {
      duration: 400,
      delay: 600,
      fill: 'backwards',
    });
  }

  #glide({ from, to }: Move): void {
    const lantern = this.#lanterns.get(from);
    if (lantern === undefined) return;
    const start = centreOf(from);
    const end = centreOf(to);
    const distance = Math.hypot(end.x - start.x, end.y - start.y);
    const durationMs = this.#reducedMotion.matches ? 0 : GLIDE_MS + distance * GLIDE_MS_PER_UNIT;
    this.#lanterns.delete(from);
    this.#lanterns.set(to, lantern);
    lantern.setAttribute('transform', translation(to));
    this.#sortLanterns();
    this.#drawTrail(from, to);
    this.#sink(from, durationMs);
    this.#events.glide(durationMs);
    if (durationMs === 0) return;
    const shift = { x: start.x - end.x, y: start.y - end.y };
    for (const part of lantern.children) {
      part.animate(
        [{ transform: `translate(${shift.x}px, ${shift.y}px)` }, { transform: 'none' }],
        { duration: durationMs, easing: 'cubic-bezier(.45,.05,.2,1)' },
      );
    }
  }

  /** Lanterns nearer to the viewer stand in front. */
  #sortLanterns(): void {
    const byRow = [...this.#lanterns].sort(([a], [b]) => a - b);
    this.#lanternLayer.append(...byRow.map(([, lantern]) => lantern));
  }

  #drawTrail(from: number, to: number): void {
    const start = centreOf(from);
    const end = centreOf(to);
    const content = this.#shown?.position.cells[to];
    const seat = content === Content.SEAT_1 ? 1 : 0;
    const ends = { x1: start.x, y1: start.y, x2: end.x, y2: end.y };
    this.#trailLayer.replaceChildren(svg('line', { class: `trail trail-${seat}`, ...ends }));
  }

  #sink(cell: number, glideMs: number): void {
    const tile = this.#tiles.get(cell);
    if (tile === undefined) return;
    this.#tiles.delete(cell);
    tile.classList.remove('is-target', 'is-selected', 'is-last');
    if (glideMs === 0) {
      tile.remove();
      return;
    }
    const body = tile.firstElementChild ?? tile;
    const sinking = body.animate(
      [
        { transform: 'none', opacity: 1 },
        { transform: 'translateY(5px) rotate(-2deg)', opacity: 1, offset: 0.3 },
        { transform: 'translateY(34px) rotate(3deg) scale(.86)', opacity: 0 },
      ],
      { duration: 900, delay: glideMs * 0.35, easing: 'ease-in', fill: 'both' },
    );
    sinking.finished.then(
      () => tile.remove(),
      // Cancelled by a redraw, which has removed the tile.
      () => undefined,
    );
    this.#rippleLayer.replaceChildren(drawRipples(cell));
  }

  #mark(picture: BoardPicture): void {
    const { lastMove, movable, position, selected, targets } = picture;
    for (let cell = 0; cell < CELL_COUNT; cell++) {
      const tile = this.#tiles.get(cell);
      tile?.classList.toggle('is-target', targets.includes(cell));
      tile?.classList.toggle('is-selected', cell === selected);
      tile?.classList.toggle('is-last', cell === lastMove?.to);
      this.#lanterns.get(cell)?.classList.toggle('is-movable', movable.includes(cell));
      this.#lanterns.get(cell)?.classList.toggle('is-selected', cell === selected);
      const hit = this.#hits[cell];
      hit?.classList.toggle('is-choice', targets.includes(cell) || movable.includes(cell));
      hit?.setAttribute('aria-label', describe(cell, position, picture));
      hit?.setAttribute('aria-pressed', String(cell === selected));
    }
  }
}

/** The letters of the rows, left of them. */
function drawRowLetters(): SVGGElement {
  const letters = CELLS.flatMap((_, cell) => {
    const name = cellName(cell);
    if (!name.endsWith('1')) return [];
    const { x, y } = centreOf(cell);
    const text = svg('text', { class: 'row-letter', x: x - HEX_WIDTH * 0.66, y: y + 4 });
    text.textContent = name.charAt(0);
    return [text];
  });
  return svg('g', { 'aria-hidden': 'true' }, letters);
}

function translation(cell: number): string {
  const { x, y } = centreOf(cell);
  return `translate(${x} ${y})`;
}

function describe(cell: number, position: Position, picture: BoardPicture): string {
  const content = position.cells[cell] ?? Content.WATER;
  const name = cellName(cell);
  if (content === Content.WATER) return `${name}, water`;
  if (content === Content.ICE) {
    return picture.targets.includes(cell) ? `${name}, ice, glide here` : `${name}, ice`;
  }
  const seat = content - Content.SEAT_0;
  const owner = seat === picture.seat ? 'your' : '';
  return `${name}, ${owner} ${LANTERN_NAMES[seat]} lantern`.replace('  ', ' ');
}
