// Who may say that a region is down. Of the other regions more than half must not have heard of it; so it is safe from that as long as
// half of them hear it. The two never hold at once:
//
//   regions     3    4    5    6    7
//   others      2    3    4    5    6
//   down        2    2    3    3    4     of them have not heard of it
//   safe        1    2    2    3    3     of them hear it

/** Others that must not have heard of a region before it is down. */
export function silentForDown(regions: number): number {
  return Math.floor((regions - 1) / 2) + 1;
}

/** Others that must hear a region so that it cannot be called down. */
export function heardForSafety(regions: number): number {
  return Math.ceil((regions - 1) / 2);
}
