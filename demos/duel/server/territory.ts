import { CELL_COUNT, RAYS } from '../shared/board.ts';
import { Content, contentOf, type Seat } from '../shared/rules.ts';

const UNREACHED = 99;
/** A hex the other cannot reach at all is worth more than one he is merely late for. */
const WORTH_OF_ENCLOSED = 1.3;
/** A hex both reach at once leans to the player to move. */
const WORTH_OF_DISPUTED = 0.15;
/** What having the move is worth, in hexes. */
const WORTH_OF_TURN = 0.5;

/** By how many hexes seat 0 leads: each free hex belongs to the player who gets there in fewer glides. */
export function territoryOfSeat0(cells: Uint8Array, turn: Seat): number {
  measureGlides(cells, 0, glides0);
  measureGlides(cells, 1, glides1);
  const turnSign = turn === 0 ? 1 : -1;
  let territory = turnSign * WORTH_OF_TURN;
  for (let cell = 0; cell < CELL_COUNT; cell++) {
    if (cells[cell] !== Content.ICE) continue;
    const lead = (glides1[cell] ?? UNREACHED) - (glides0[cell] ?? UNREACHED);
    territory += lead === 0 ? turnSign * WORTH_OF_DISPUTED : worthOf(lead);
  }
  return territory;
}

function worthOf(lead: number): number {
  const isEnclosed = Math.abs(lead) > UNREACHED / 2;
  return Math.sign(lead) * (isEnclosed ? WORTH_OF_ENCLOSED : 1);
}

// Scratch space of one synchronous call each; reused because a search makes thousands of them per move.
const glides0 = new Uint8Array(CELL_COUNT);
const glides1 = new Uint8Array(CELL_COUNT);
const queue = new Uint8Array(CELL_COUNT);

/** Fills `glides[cell]` with how many glides `seat` needs to get to each cell, by breadth-first search. */
function measureGlides(cells: Uint8Array, seat: Seat, glides: Uint8Array): void {
  glides.fill(UNREACHED);
  const own = contentOf(seat);
  let tail = 0;
  for (let cell = 0; cell < CELL_COUNT; cell++) {
    if (cells[cell] !== own) continue;
    glides[cell] = 0;
    queue[tail++] = cell;
  }
  for (let head = 0; head < tail; head++) {
    for (const way of RAYS[queue[head] ?? 0] ?? [])
      tail = reachAlong(cells, way, (glides[queue[head] ?? 0] ?? 0) + 1, { glides, tail });
  }
}

/** @returns the queue's new tail */
function reachAlong(
  cells: Uint8Array,
  way: readonly number[],
  distance: number,
  found: { readonly glides: Uint8Array; readonly tail: number },
): number {
  let tail = found.tail;
  for (const to of way) {
    const known = found.glides[to] ?? 0;
    // A hex that is nearer already has spread further along this line itself.
    if (cells[to] !== Content.ICE || known < distance) break;
    if (known === distance) continue;
    found.glides[to] = distance;
    queue[tail++] = to;
  }
  return tail;
}
