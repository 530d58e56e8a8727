import type { ArenaMap } from '../shared/arena-map.ts';
import type { Pickup } from '../shared/arena-state.ts';
import {
  FULL_HEALTH,
  HASTE_MS,
  HEALTH_PICKUP_POINTS,
  PICKUP_KIND,
  PICKUP_REACH,
  PICKUP_RETURN_MS,
  type PickupKind,
  STANCE,
  TRIPLE_MS,
} from '../shared/rules.ts';
import type { ArenaEvents } from './arena-events.ts';
import type { Participant } from './roster.ts';

export interface PickupFieldDeps {
  readonly pickups: Iterable<Pickup>;
  /** Everybody who might stand on a pickup, in any order, and perhaps some more. */
  readonly inReachOf: (pickup: Pickup) => Iterable<Participant>;
  readonly events: ArenaEvents;
}

/** The pickups of a map, all of them there. */
export function createPickups(map: ArenaMap, create: () => Pickup): Pickup[] {
  return map.pickups.map(({ kind, x, y }) => Object.assign(create(), { kind, x, y }));
}

/** The pickups of the map: taken by whoever walks over them, back after a while. */
export class PickupField {
  readonly #deps: PickupFieldDeps;

  constructor(deps: PickupFieldDeps) {
    this.#deps = deps;
  }

  /** Brings everything back, for a new match. */
  reset(): void {
    for (const pickup of this.#deps.pickups) pickup.returnsAtMs = 0;
  }

  step(nowMs: number): void {
    for (const pickup of this.#deps.pickups) {
      if (pickup.returnsAtMs > nowMs) continue;
      pickup.returnsAtMs = 0;
      for (const participant of this.#deps.inReachOf(pickup)) {
        if (!this.#takes(participant, pickup)) continue;
        pickup.returnsAtMs = nowMs + PICKUP_RETURN_MS[pickup.kind as PickupKind];
        apply(pickup.kind, participant, nowMs);
        this.#deps.events.pickedUp(participant.id, { kind: pickup.kind });
        break;
      }
    }
  }

  #takes({ fighter }: Participant, pickup: Pickup): boolean {
    if (fighter.stance !== STANCE.fighting) return false;
    if (pickup.kind === PICKUP_KIND.health && fighter.health === FULL_HEALTH) return false;
    const dx = fighter.x - pickup.x;
    const dy = fighter.y - pickup.y;
    return dx * dx + dy * dy < PICKUP_REACH * PICKUP_REACH;
  }
}

function apply(kind: number, participant: Participant, nowMs: number): void {
  const { fighter } = participant;
  if (kind === PICKUP_KIND.health) {
    fighter.health = Math.min(FULL_HEALTH, fighter.health + HEALTH_PICKUP_POINTS);
  } else if (kind === PICKUP_KIND.haste) {
    participant.hasteUntilMs = nowMs + HASTE_MS;
  } else {
    participant.tripleUntilMs = nowMs + TRIPLE_MS;
  }
}
