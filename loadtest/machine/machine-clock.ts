/**
 * Monotonic time in ms that all processes of this machine share, so that moments noted by a node, a bot and the conductor can
 * be compared. (`performance.now()` begins anew in each process.)
 */
export function machineNowMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
