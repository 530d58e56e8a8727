import type { ArenaMap } from '../shared/arena-map.ts';
import type { Fighter } from '../shared/arena-state.ts';
import { EFFECT, SHOT_DAMAGE, STANCE } from '../shared/rules.ts';
import { isSameTeam } from '../shared/teams.ts';
import { type ShotTarget, shotAngles, traceShot } from '../shared/weapon.ts';
import type { ArenaEvents } from './arena-events.ts';
import type { Participant } from './roster.ts';

/** Where the shooter saw a fighter: in the past for a player (lag compensation), now for a bot. */
export type SeenAt = (fighter: Fighter) => { readonly x: number; readonly y: number };

/** Of the roster: who may be hit, and what becomes of who is. */
export interface Targets {
  /** Everybody whom a shot of this one might reach, in any order, and perhaps some more. */
  inReachOf(shooter: Participant): Iterable<Participant>;
  die(victim: Participant, nowMs: number): void;
}

/** Shots, damage and kills. */
export class Combat {
  readonly #map: ArenaMap;
  readonly #targets: Targets;
  readonly #events: ArenaEvents;

  constructor(deps: { map: ArenaMap; targets: Targets; events: ArenaEvents }) {
    this.#map = deps.map;
    this.#targets = deps.targets;
    this.#events = deps.events;
  }

  /** One pull of the trigger: one ray, or three. */
  shoot(shooter: Participant, seenAt: SeenAt, nowMs: number): void {
    const { fighter } = shooter;
    fighter.shots = (fighter.shots + 1) % 256;
    shooter.shieldUntilMs = 0;
    for (const angle of shotAngles(fighter.aim, fighter.effects)) {
      const { target } = traceShot(fighter, angle, this.#map, this.#targetsOf(shooter, seenAt));
      if (target !== null) this.#damage(target, shooter, nowMs);
    }
  }

  *#targetsOf(shooter: Participant, seenAt: SeenAt): Generator<ShotTarget<Participant>> {
    for (const other of this.#targets.inReachOf(shooter)) {
      if (other === shooter || other.fighter.stance !== STANCE.fighting) continue;
      // Shots pass through friends.
      if (isSameTeam(other.fighter, shooter.fighter)) continue;
      const { x, y } = seenAt(other.fighter);
      yield { target: other, x, y };
    }
  }

  #damage(victim: Participant, shooter: Participant, nowMs: number): void {
    // The shield stops the shot as a wall would; it does not let it pass to whoever stands behind.
    if ((victim.fighter.effects & EFFECT.shield) !== 0) return;
    const damage = Math.min(SHOT_DAMAGE, victim.fighter.health);
    victim.fighter.health -= damage;
    const isKill = victim.fighter.health === 0;
    this.#events.hurt(victim.id, {
      byId: shooter.id,
      fromX: shooter.fighter.x,
      fromY: shooter.fighter.y,
      damage,
    });
    this.#events.hit(shooter.id, { targetId: victim.id, damage, isKill });
    if (!isKill) return;
    this.#targets.die(victim, nowMs);
    shooter.fighter.kills += 1;
    this.#events.killed({
      killerId: shooter.id,
      killerName: shooter.fighter.name,
      victimId: victim.id,
      victimName: victim.fighter.name,
    });
  }
}
