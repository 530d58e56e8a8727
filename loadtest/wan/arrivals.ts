/** When what is written to one direction of one connection arrives at its other end. */
export interface Arrivals {
  /** @returns when bytes that are written at `nowMs` have arrived, ms; never before those written earlier */
  arrivalMs(nowMs: number, bytes: number): number;
}
