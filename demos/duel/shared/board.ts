// The board: a hexagon of 61 hexes, five along each edge, rows lettered a–i from the top, hexes numbered from the left.
//
//            a1 a2 a3 a4 a5
//          b1 b2 b3 b4 b5 b6
//        c1 c2 c3 c4 c5 c6 c7
//      d1 d2 d3 d4 d5 d6 d7 d8
//    e1 e2 e3 e4 e5 e6 e7 e8 e9      a cell is its index in this reading order: a1 = 0 … i5 = 60
//      f1 f2 f3 f4 f5 f6 f7 f8       and 60 - cell is the cell seen through the centre
//        g1 g2 g3 g4 g5 g6 g7
//          h1 h2 h3 h4 h5 h6
//            i1 i2 i3 i4 i5

const RADIUS = 4;

/** Hexes on the board. */
export const CELL_COUNT = 61;

/** Axial coordinates of a hex: `q` grows to the east, `r` to the south-east. */
export interface Axial {
  readonly q: number;
  readonly r: number;
}

/** The six ways to glide: east, south-east, south-west, west, north-west, north-east. */
export const DIRECTIONS: readonly Axial[] = [
  { q: 1, r: 0 },
  { q: 0, r: 1 },
  { q: -1, r: 1 },
  { q: -1, r: 0 },
  { q: 0, r: -1 },
  { q: 1, r: -1 },
];

/** Where each cell lies. */
export const CELLS: readonly Axial[] = listCells();

/** `RAYS[cell][direction]`: the cells a glide would pass, nearest first, to the rim of the board. */
export const RAYS: readonly (readonly (readonly number[])[])[] = CELLS.map((from) =>
  DIRECTIONS.map((step) => ray(from, step)),
);

/** The name people use, e.g. `e5` for the centre. */
export function cellName(cell: number): string {
  const { q, r } = at(cell);
  const row = String.fromCharCode('a'.charCodeAt(0) + r + RADIUS);
  return `${row}${q - Math.max(-RADIUS, -RADIUS - r) + 1}`;
}

/** @returns null when there is no cell of that name */
export function cellOfName(name: string): number | null {
  return CELL_OF_NAME.get(name) ?? null;
}

/** The axial coordinates of a cell. */
export function at(cell: number): Axial {
  const axial = CELLS[cell];
  if (axial === undefined) throw new RangeError(`no cell ${cell}`);
  return axial;
}

const CELL_OF_NAME: ReadonlyMap<string, number> = new Map(
  CELLS.map((_, cell) => [cellName(cell), cell]),
);

function listCells(): Axial[] {
  const cells: Axial[] = [];
  for (let r = -RADIUS; r <= RADIUS; r++) {
    const first = Math.max(-RADIUS, -RADIUS - r);
    const last = Math.min(RADIUS, RADIUS - r);
    for (let q = first; q <= last; q++) cells.push({ q, r });
  }
  return cells;
}

function ray(from: Axial, step: Axial): number[] {
  const cells: number[] = [];
  for (let distance = 1; distance <= 2 * RADIUS; distance++) {
    const cell = CELLS.findIndex(
      ({ q, r }) => q === from.q + step.q * distance && r === from.r + step.r * distance,
    );
    if (cell < 0) break;
    cells.push(cell);
  }
  return cells;
}
