import type { ArenaMap, SpawnSpot } from '../shared/arena-map.ts';
import type { Fighter } from '../shared/arena-state.ts';
import {
  ARENA_TEMPO,
  EFFECT,
  FULL_HEALTH,
  MATCH_PHASE,
  RESPAWN_MS,
  SPAWN_SHIELD_MS,
  STANCE,
  type Tempo,
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

/** The part of a state that is about fighters. */
export interface RosterState {
  readonly fighters: {
    set(id: string, fighter: Fighter): unknown;
    delete(id: string): unknown;
    entries(): Iterable<[string, Fighter]>;
  };
  readonly phase: number;
}

export interface RosterDeps {
  readonly state: RosterState;
  readonly map: ArenaMap;
  readonly tempo?: Tempo;
  readonly createFighter: () => Fighter;
  /** Where somebody comes into the world. @param everybody - the newcomer may be among them */
  readonly chooseSpot: (newcomer: Participant, everybody: Iterable<Participant>) => SpawnSpot;
}

/** Everybody in the arena: enters, dies, respawns, leaves. */
export class Roster {
  readonly #deps: RosterDeps;
  readonly #participants = new Map<string, Participant>();

  constructor(deps: RosterDeps) {
    this.#deps = deps;
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
    const fighter = this.#deps.createFighter();
    fighter.name = identity.name;
    fighter.isBot = identity.isBot;
    fighter.team = identity.team ?? 0;
    const participant = this.#enlist(id, fighter);
    this.spawn(participant, nowMs);
    this.#deps.state.fighters.set(id, fighter);
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
    for (const [id, fighter] of this.#deps.state.fighters.entries()) {
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
      trigger: new Trigger(this.#deps.tempo ?? ARENA_TEMPO),
      hasteUntilMs: 0,
      tripleUntilMs: 0,
      shieldUntilMs: 0,
    };
    this.#participants.set(id, participant);
    return participant;
  }

  remove(id: string): void {
    this.#participants.delete(id);
    this.#deps.state.fighters.delete(id);
  }

  spawn(participant: Participant, nowMs: number): void {
    const { fighter } = participant;
    const { map } = this.#deps;
    const spot = this.#deps.chooseSpot(participant, this.#participants.values());
    fighter.x = spot.x;
    fighter.y = spot.y;
    fighter.aim = Math.atan2(map.height / 2 - spot.y, map.width / 2 - spot.x);
    fighter.health = FULL_HEALTH;
    fighter.dashClock = 0;
    fighter.respawnAtMs = 0;
    fighter.stance =
      this.#deps.state.phase === MATCH_PHASE.playing ? STANCE.fighting : STANCE.frozen;
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
        if (isDue && this.#deps.state.phase === MATCH_PHASE.playing) this.spawn(participant, nowMs);
        continue;
      }
      fighter.effects =
        (nowMs < participant.hasteUntilMs ? EFFECT.haste : 0) |
        (nowMs < participant.tripleUntilMs ? EFFECT.triple : 0) |
        (nowMs < participant.shieldUntilMs ? EFFECT.shield : 0);
    }
  }
}
