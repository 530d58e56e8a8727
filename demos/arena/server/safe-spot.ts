import type { ArenaMap, SpawnSpot } from '../shared/arena-map.ts';
import type { Random } from '../shared/random.ts';
import { STANCE } from '../shared/rules.ts';
import type { Participant } from './roster.ts';

/** A spawn is chosen among this many of the spots farthest from danger, so that nobody can wait at the one best spot. */
const SAFE_SPOTS = 4;

/** One of the spawns that are farthest from everybody else. */
export function safeSpot(
  map: ArenaMap,
  newcomer: Participant,
  everybody: Iterable<Participant>,
  random: Random,
): SpawnSpot {
  const others = [...everybody].filter(
    (other) => other !== newcomer && other.fighter.stance !== STANCE.dead,
  );
  const byDanger = map.spawns
    .map((spot) => ({ spot, distance: nearestDistance(spot, others) }))
    .sort((a, b) => b.distance - a.distance);
  // Nobody around: every spot is as good as the next.
  const choices = others.length === 0 ? byDanger.length : SAFE_SPOTS;
  const chosen = byDanger[Math.floor(random() * choices)];
  return chosen?.spot ?? { x: map.width / 2, y: map.height / 2 };
}

function nearestDistance(spot: SpawnSpot, others: readonly Participant[]): number {
  return others.reduce(
    (nearest, { fighter }) => Math.min(nearest, Math.hypot(fighter.x - spot.x, fighter.y - spot.y)),
    Number.POSITIVE_INFINITY,
  );
}
