import type { ArenaMap, SpawnSpot } from '../shared/arena-map.ts';
import { type ArenaState, Fighter } from '../shared/arena-state.ts';
import type { Random } from '../shared/random.ts';
import {
  EFFECT,
  FULL_HEALTH,
  MATCH_PHASE,
  RESPAWN_MS,
  SPAWN_SHIELD_MS,
  STANCE,
} from '../shared/rules.ts';
import { Trigger } from '../shared/weapon.ts';

/** What the room knows of a fighter and no client needs. Times are of the room clock, ms. */
export interface Participant {
  readonly id: string;
  readonly fighter: Fighter;
  readonly trigger: Trigger;
  hasteUntilMs: number;
  tripleUntilMs: number;
  shieldUntilMs: number;
}

/** When effects of a fighter end, as a checkpoint keeps it; fighters without any are left out. */
export type EffectEnds = Readonly<
  Record<string, { readonly haste: number; readonly triple: number; readonly shield: number }>
>;

/** A spawn is chosen among this many of the spots farthest from danger, so that nobody can wait at the one best spot. */
const SAFE_SPOTS = 4;

/** Everybody in the arena: enters, dies, respawns, leaves. */
export class Roster {
  readonly #state: ArenaState;
  readonly #map: ArenaMap;
  readonly #random: Random;
  readonly #participants = new Map<string, Participant>();

  constructor(deps: { state: ArenaState; map: ArenaMap; random: Random }) {
    this.#state = deps.state;
    this.#map = deps.map;
    this.#random = deps.random;
  }

  get(id: string): Participant | undefined {
    return this.#participants.get(id);
  }

  all(): IterableIterator<Participant> {
    return this.#participants.values();
  }

  add(
    id: string,
    identity: { name: string; isBot: boolean; team?: number },
    nowMs: number,
  ): Participant {
    const fighter = new Fighter();
    fighter.name = identity.name;
    fighter.isBot = identity.isBot;
    fighter.team = identity.team ?? 0;
    const participant = this.#enlist(id, fighter);
    this.spawn(participant, nowMs);
    this.#state.fighters.set(id, fighter);
    return participant;
  }

  /** What the state does not say. */
  effectEnds(): EffectEnds {
    const withEffects = [...this.#participants.values()].filter(
      ({ fighter }) => fighter.effects !== 0,
    );
    return Object.fromEntries(
      withEffects.map(({ id, hasteUntilMs, tripleUntilMs, shieldUntilMs }) => [
        id,
        { haste: hasteUntilMs, triple: tripleUntilMs, shield: shieldUntilMs },
      ]),
    );
  }

  /** Takes everybody from a state that came back. */
  restore(ends: EffectEnds): void {
    this.#participants.clear();
    for (const [id, fighter] of this.#state.fighters) {
      const participant = this.#enlist(id, fighter);
      const { haste = 0, triple = 0, shield = 0 } = ends[id] ?? {};
      participant.hasteUntilMs = haste;
      participant.tripleUntilMs = triple;
      participant.shieldUntilMs = shield;
    }
  }

  #enlist(id: string, fighter: Fighter): Participant {
    const participant = {
      id,
      fighter,
      trigger: new Trigger(),
      hasteUntilMs: 0,
      tripleUntilMs: 0,
      shieldUntilMs: 0,
    };
    this.#participants.set(id, participant);
    return participant;
  }

  remove(id: string): void {
    this.#participants.delete(id);
    this.#state.fighters.delete(id);
  }

  spawn(participant: Participant, nowMs: number): void {
    const { fighter } = participant;
    const spot = this.#chooseSpot(participant);
    fighter.x = spot.x;
    fighter.y = spot.y;
    fighter.aim = Math.atan2(this.#map.height / 2 - spot.y, this.#map.width / 2 - spot.x);
    fighter.health = FULL_HEALTH;
    fighter.dashClock = 0;
    fighter.respawnAtMs = 0;
    fighter.stance = this.#state.phase === MATCH_PHASE.playing ? STANCE.fighting : STANCE.frozen;
    participant.hasteUntilMs = 0;
    participant.tripleUntilMs = 0;
    participant.shieldUntilMs = nowMs + SPAWN_SHIELD_MS;
    fighter.effects = EFFECT.shield;
  }

  die(participant: Participant, nowMs: number): void {
    const { fighter } = participant;
    fighter.health = 0;
    fighter.deaths += 1;
    fighter.stance = STANCE.dead;
    fighter.effects = 0;
    fighter.respawnAtMs = nowMs + RESPAWN_MS;
  }

  /** Lets time pass: effects end, the dead return. */
  step(nowMs: number): void {
    for (const participant of this.#participants.values()) {
      const { fighter } = participant;
      if (fighter.stance === STANCE.dead) {
        const isDue = nowMs >= fighter.respawnAtMs;
        if (isDue && this.#state.phase === MATCH_PHASE.playing) this.spawn(participant, nowMs);
        continue;
      }
      fighter.effects =
        (nowMs < participant.hasteUntilMs ? EFFECT.haste : 0) |
        (nowMs < participant.tripleUntilMs ? EFFECT.triple : 0) |
        (nowMs < participant.shieldUntilMs ? EFFECT.shield : 0);
    }
  }

  #chooseSpot(newcomer: Participant): SpawnSpot {
    const others = [...this.#participants.values()].filter(
      (other) => other !== newcomer && other.fighter.stance !== STANCE.dead,
    );
    const byDanger = this.#map.spawns
      .map((spot) => ({ spot, distance: nearestDistance(spot, others) }))
      .sort((a, b) => b.distance - a.distance);
    // Nobody around: every spot is as good as the next.
    const choices = others.length === 0 ? byDanger.length : SAFE_SPOTS;
    const chosen = byDanger[Math.floor(this.#random() * choices)];
    return chosen?.spot ?? { x: this.#map.width / 2, y: this.#map.height / 2 };
  }
}

function nearestDistance(spot: SpawnSpot, others: readonly Participant[]): number {
  return others.reduce(
    (nearest, { fighter }) => Math.min(nearest, Math.hypot(fighter.x - spot.x, fighter.y - spot.y)),
    Number.POSITIVE_INFINITY,
  );
}
