import type { JoinsWindow } from './wire.ts';

/** One thing to measure. */
export interface JoinsCase {
  readonly contender: 'meridian' | 'colyseus';
  readonly nodes: number;
  /** Rooms already there, full. */
  readonly rooms: number;
  readonly joins: number;
}

export const CONCURRENCY = 32;

/** Stock Colyseus joins fewer: it takes as long. */
export const CASES: readonly JoinsCase[] = [
  { contender: 'meridian', nodes: 1, rooms: 1_000, joins: 2_000 },
  { contender: 'colyseus', nodes: 1, rooms: 1_000, joins: 600 },
  { contender: 'meridian', nodes: 1, rooms: 10_000, joins: 2_000 },
  { contender: 'colyseus', nodes: 1, rooms: 10_000, joins: 300 },
  { contender: 'meridian', nodes: 2, rooms: 1_000, joins: 2_000 },
  { contender: 'meridian', nodes: 4, rooms: 1_000, joins: 2_000 },
];

export interface JoinsRun extends JoinsCase {
  readonly turn: number;
  /** What went wrong, when it did. */
  readonly message?: string;
  readonly window?: JoinsWindow;
}

export function isCase(run: JoinsRun, { contender, nodes, rooms }: JoinsCase): boolean {
  return run.contender === contender && run.nodes === nodes && run.rooms === rooms;
}
