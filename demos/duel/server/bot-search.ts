// The bot's thinking: Monte Carlo tree search, with a territory count where others play random games to the end
// (Lorentz, "Amazons Discover Monte-Carlo", 2008: in games of territory the count beats the play-out by far).
//
//   new BotSearch(position) ─▶ think(sliceMs) ─▶ think(sliceMs) ─▶ … ─▶ bestMove()
//
// The tree can be left at any iteration, so a room thinks in slices of a few ms and its loop stays free in between.

import { CELL_COUNT, RAYS } from '../shared/board.ts';
import {
  Content,
  contentOf,
  type Move,
  opponentOf,
  type Position,
  type Seat,
} from '../shared/rules.ts';
import { territoryOfSeat0 } from './territory.ts';

/** Weight of curiosity against success (UCB1). Of 40 games against 0.6, 0.2 won 17, 0.35 won 28, 1.0 won 22. */
const EXPLORATION = 0.35;
/** Turns a lead in hexes into a value: a lead of six is three quarters of a certain win. */
const TERRITORY_SCALE = 1 / 6;
/** Checking the clock costs as much as half an iteration. */
const ITERATIONS_PER_CLOCK_CHECK = 8;

export interface BotSearchOptions {
  /** The search is done after so many iterations, ~10 µs each. More: stronger. */
  readonly iterations: number;
  /** A monotonic clock, ms. */
  readonly nowMs?: () => number;
}

interface Node {
  readonly from: number;
  readonly to: number;
  /** Who moves here. */
  readonly turn: Seat;
  /** null until the node is visited for the second time. */
  children: Node[] | null;
  visits: number;
  /** Sum of values for seat 0, each within [-1, 1]. */
  valueSum: number;
}

export class BotSearch {
  readonly #root: Node;
  readonly #position: Position;
  readonly #cells: Uint8Array;
  readonly #iterations: number;
  readonly #nowMs: () => number;
  #done = 0;

  constructor(position: Position, options: BotSearchOptions) {
    this.#position = position;
    this.#cells = new Uint8Array(CELL_COUNT);
    this.#iterations = options.iterations;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#root = newNode(0, 0, position.turn);
  }

  get isDone(): boolean {
    return this.#done >= this.#iterations;
  }

  /** Thinks for about `sliceMs`, or less when the search is done. */
  think(sliceMs: number): void {
    const endMs = this.#nowMs() + sliceMs;
    while (!this.isDone) {
      this.#iterate();
      if (this.#done % ITERATIONS_PER_CLOCK_CHECK === 0 && this.#nowMs() >= endMs) return;
    }
  }

  /** @returns the move looked at most, or null when there is none */
  bestMove(): Move | null {
    this.#root.children ??= this.#expand(
      this.#position.turn,
      Uint8Array.from(this.#position.cells),
    );
    let best: Node | null = null;
    for (const child of this.#root.children) {
      if (best === null || child.visits > best.visits) best = child;
    }
    return best === null ? null : { from: best.from, to: best.to };
  }

  #iterate(): void {
    this.#done++;
    const cells = this.#cells;
    cells.set(this.#position.cells);
    const path: Node[] = [this.#root];
    let node = this.#root;
    for (;;) {
      if (node.children === null) {
        if (node.visits === 0 && node !== this.#root) break;
        node.children = this.#expand(node.turn, cells);
      }
      const next = select(node);
      if (next === null) break;
      cells[next.to] = cells[next.from] ?? Content.WATER;
      cells[next.from] = Content.WATER;
      path.push(next);
      node = next;
    }
    const value = valueForSeat0(cells, node);
    for (const visited of path) {
      visited.visits++;
      visited.valueSum += value;
    }
  }

  #expand(turn: Seat, cells: Uint8Array): Node[] {
    const children: Node[] = [];
    const own = contentOf(turn);
    for (let from = 0; from < CELL_COUNT; from++) {
      if (cells[from] !== own) continue;
      for (const way of RAYS[from] ?? []) {
        for (const to of way) {
          if (cells[to] !== Content.ICE) break;
          children.push(newNode(from, to, opponentOf(turn)));
        }
      }
    }
    return children;
  }
}

function newNode(from: number, to: number, turn: Seat): Node {
  return { from, to, turn, children: null, visits: 0, valueSum: 0 };
}

/** The child most worth a visit; unvisited ones first. Null when the player to move has lost. */
function select(node: Node): Node | null {
  const sign = node.turn === 0 ? 1 : -1;
  const logVisits = Math.log(node.visits + 1);
  let best: Node | null = null;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const child of node.children ?? []) {
    if (child.visits === 0) return child;
    const score =
      (sign * child.valueSum) / child.visits + EXPLORATION * Math.sqrt(logVisits / child.visits);
    if (score > bestScore) {
      best = child;
      bestScore = score;
    }
  }
  return best;
}

function valueForSeat0(cells: Uint8Array, node: Node): number {
  if (node.children !== null && node.children.length === 0) return node.turn === 0 ? -1 : 1;
  return Math.tanh(territoryOfSeat0(cells, node.turn) * TERRITORY_SCALE);
}
