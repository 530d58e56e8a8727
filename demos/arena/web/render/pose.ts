/** Where something is drawn, in world units, and where it looks, in radians. */
export interface Pose {
  readonly x: number;
  readonly y: number;
  readonly aim: number;
}
