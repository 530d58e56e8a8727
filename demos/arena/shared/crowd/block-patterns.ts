import type { Box } from '../geometry.ts';

/** The walls of one block of 512 × 512 units; they stay 76 units away from its edge. */
export interface BlockPattern {
  readonly walls: readonly Box[];
  /** In its middle, which is free then. */
  readonly hasPickup: boolean;
}

// Few sizes of walls: the browser draws each size once.
const LONG = 280;
const SHORT = 110;
const THICK = 40;
const CRATE = 84;
const SMALL_CRATE = 64;

export const BLOCK_PATTERNS: readonly BlockPattern[] = [
  // A court: four corners around a pickup, open to all sides.
  {
    hasPickup: true,
    walls: [
      { x: 96, y: 96, width: SHORT, height: THICK },
      { x: 96, y: 136, width: THICK, height: SHORT - THICK },
      { x: 306, y: 96, width: SHORT, height: THICK },
      { x: 376, y: 136, width: THICK, height: SHORT - THICK },
      { x: 96, y: 376, width: SHORT, height: THICK },
      { x: 96, y: 306, width: THICK, height: SHORT - THICK },
      { x: 306, y: 376, width: SHORT, height: THICK },
      { x: 376, y: 306, width: THICK, height: SHORT - THICK },
    ],
  },
  // Two long walls.
  {
    hasPickup: true,
    walls: [
      { x: 116, y: 130, width: LONG, height: THICK },
      { x: 116, y: 342, width: LONG, height: THICK },
    ],
  },
  // A gallery: a long wall with a hook, and a crate behind it.
  {
    hasPickup: false,
    walls: [
      { x: 116, y: 170, width: LONG, height: THICK },
      { x: 356, y: 210, width: THICK, height: SHORT },
      { x: 150, y: 320, width: CRATE, height: CRATE },
    ],
  },
  // Four pillars.
  {
    hasPickup: true,
    walls: [
      { x: 126, y: 126, width: SMALL_CRATE, height: SMALL_CRATE },
      { x: 322, y: 126, width: SMALL_CRATE, height: SMALL_CRATE },
      { x: 126, y: 322, width: SMALL_CRATE, height: SMALL_CRATE },
      { x: 322, y: 322, width: SMALL_CRATE, height: SMALL_CRATE },
    ],
  },
  // Crates that somebody left.
  {
    hasPickup: false,
    walls: [
      { x: 110, y: 140, width: CRATE, height: CRATE },
      { x: 300, y: 110, width: SMALL_CRATE, height: SMALL_CRATE },
      { x: 214, y: 290, width: CRATE, height: CRATE },
      { x: 362, y: 340, width: SMALL_CRATE, height: SMALL_CRATE },
    ],
  },
  // A cross.
  {
    hasPickup: false,
    walls: [
      { x: 116, y: 236, width: LONG, height: THICK },
      { x: 236, y: 126, width: THICK, height: SHORT },
      { x: 236, y: 276, width: THICK, height: SHORT },
    ],
  },
  // Steps, from one corner to the other.
  {
    hasPickup: false,
    walls: [
      { x: 96, y: 116, width: SHORT, height: THICK },
      { x: 206, y: 236, width: SHORT, height: THICK },
      { x: 316, y: 356, width: SHORT, height: THICK },
    ],
  },
  // A square, for those who dare.
  {
    hasPickup: true,
    walls: [
      { x: 96, y: 236, width: THICK, height: SHORT },
      { x: 376, y: 166, width: THICK, height: SHORT },
    ],
  },
];
