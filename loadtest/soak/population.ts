import { WORLD_PLACES } from '../world/world-places.ts';

/** Players by home, of ten: regions differ, as they do in truth. */
const PLAYERS_OF_TEN: Readonly<Record<string, number>> = {
  'us-east': 3,
  'us-west': 1,
  europe: 3,
  asia: 2,
  australia: 1,
};
const HOMES = WORLD_PLACES.flatMap(({ id }) => Array<string>(PLAYERS_OF_TEN[id] ?? 0).fill(id));
/** Every so many players plays matches by the queue, with the real client SDK; the others join rooms, in the cheapest form. */
const ONE_QUEUES_OF = 7;

export type PlayerKind = 'roaming' | 'matched';

export interface PlannedPlayer {
  readonly index: number;
  readonly home: string;
  readonly kind: PlayerKind;
}

/** The same share of every ten players lives in each region, and queues. */
export function populate(count: number): readonly PlannedPlayer[] {
  return Array.from({ length: count }, (_, index) => ({
    index,
    home: HOMES[index % HOMES.length] ?? 'europe',
    kind: index % ONE_QUEUES_OF === ONE_QUEUES_OF - 1 ? 'matched' : 'roaming',
  }));
}

/** Share of all players who live in a region, from 0 to 1. */
export function playerShareOf(regionId: string): number {
  return (PLAYERS_OF_TEN[regionId] ?? 0) / HOMES.length;
}
