import type { WorldDoor, WorldRegion } from './world.ts';
import { rttMsBetween, WORLD_PLACES } from './world-places.ts';

const COLUMN = 11;
const IDS = WORLD_PLACES.map(({ id }) => id);

/** One line when a region is ready. */
export function regionLine({ place, cluster }: WorldRegion, afterS: number): string {
  const nodes = cluster.nodes.map(({ name }) => name).join(', ');
  return `  ${place.id.padEnd(COLUMN)}ready after ${afterS.toFixed(1)} s   nodes ${nodes}`;
}

/** Round trips from homes (rows) to regions (columns), ms. */
export function rttTable(): string {
  const head = ['round trip, ms'.padEnd(16), ...IDS.map((id) => id.padStart(COLUMN))].join('');
  const rows = IDS.map((home) =>
    [home.padEnd(16), ...IDS.map((id) => rttMsBetween(home, id).toFixed(0).padStart(COLUMN))].join(
      '',
    ),
  );
  return [head, ...rows].join('\n');
}

/** Where to play from each place in the region that is nearest to it. */
export function doorTable(doors: readonly WorldDoor[]): string {
  const near = doors.filter(({ home, regionId }) => home === regionId);
  return near
    .map(({ home, address }) => `play from ${home.padEnd(COLUMN)}http://${address}/`)
    .join('\n');
}

/** Where to watch it and break things. */
export function consoleLine(url: string): string {
  return `console   ${''.padEnd(COLUMN)}${url}`;
}
