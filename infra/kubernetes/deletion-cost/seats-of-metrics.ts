/** `meridian_clients{room="arena"} 12`: seated clients of a node by room name (docs/reference/metrics.md). */
const SEATS_LINE = /^meridian_clients(?:\{[^}]*\})? (\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/i;

/**
 * Seats of a node, from what its `/metrics` says; 0 for a node that has had no room yet.
 *
 * @param text - Prometheus' text format
 * @returns null when it is not a node's
 */
export function seatsOfMetrics(text: string): number | null {
  if (!text.includes('meridian_')) return null;
  let seats = 0;
  for (const line of text.split('\n')) {
    const found = SEATS_LINE.exec(line);
    if (found !== null) seats += Number(found[1]);
  }
  return seats;
}
