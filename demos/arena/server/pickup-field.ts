import type { ArenaMap } from '../shared/arena-map.ts';
import { type ArenaState, Pickup } from '../shared/arena-state.ts';
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
import type { Participant, Roster } from './roster.ts';

/** The pickups of the map: taken by whoever walks over them, back after a while. */
export class PickupField {
  readonly #state: ArenaState;
  readonly #roster: Roster;
  readonly #events: ArenaEvents;

  constructor(deps: { state: ArenaState; map: ArenaMap; roster: Roster; events: ArenaEvents }) {
    this.#state = deps.state;
    this.#roster = deps.roster;
    this.#events = deps.events;
    for (const { kind, x, y } of deps.map.pickups) {
      const pickup = new Pickup();
      pickup.kind = kind;
      pickup.x = x;
      pickup.y = y;
      this.#state.pickups.push(pickup);
    }
  }

  /** Brings everything back, for a new match. */
  reset(): void {
    for (const pickup of this.#state.pickups) pickup.returnsAtMs = 0;
  }

  step(nowMs: number): void {
    for (const pickup of this.#state.pickups) {
      if (pickup.returnsAtMs > nowMs) continue;
      pickup.returnsAtMs = 0;
      for (const participant of this.#roster.all()) {
        if (!this.#takes(participant, pickup)) continue;
        pickup.returnsAtMs = nowMs + PICKUP_RETURN_MS[pickup.kind as PickupKind];
        apply(pickup.kind, participant, nowMs);
        this.#events.pickedUp(participant.id, { kind: pickup.kind });
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
