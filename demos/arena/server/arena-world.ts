import { ARENA_MAP, type ArenaMap } from '../shared/arena-map.ts';
import { ArenaState, Fighter, Pickup } from '../shared/arena-state.ts';
import type { BotIntent } from '../shared/bot-brain.ts';
import type { Random } from '../shared/random.ts';
import { ARENA_TEMPO, STANCE } from '../shared/rules.ts';
import { stepFighter } from '../shared/step-fighter.ts';
import type { ArenaEvents } from './arena-events.ts';
import { BotCrew } from './bot-crew.ts';
import { Combat, type SeenAt } from './combat.ts';
import { DEFAULT_MATCH_TIMES, MatchDirector, type MatchTimes } from './match-director.ts';
import { createPickups, PickupField } from './pickup-field.ts';
import { type EffectEnds, Roster } from './roster.ts';
import { safeSpot } from './safe-spot.ts';

export interface ArenaWorldOptions {
  readonly random: Random;
  readonly events: ArenaEvents;
  /** Bots fill the arena up to this many fighters; 0 for none. */
  readonly fillTo: number;
  readonly map?: ArenaMap;
  readonly times?: MatchTimes;
}

/** Bots shoot at what is there. */
const SEEN_NOW: SeenAt = (fighter) => fighter;

/**
 * The whole game without a network: the room feeds it inputs and time. In one step, in this order:
 *
 *   inputs of players, as they arrive ─▶ bots ─▶ respawns and effects ─▶ pickups ─▶ match
 */
export class ArenaWorld {
  readonly state = new ArenaState();
  readonly #map: ArenaMap;
  readonly #fillTo: number;
  readonly #roster: Roster;
  readonly #combat: Combat;
  readonly #pickups: PickupField;
  readonly #match: MatchDirector;
  readonly #bots: BotCrew;

  constructor(options: ArenaWorldOptions) {
    const { random, events } = options;
    const map = options.map ?? ARENA_MAP;
    const { state } = this;
    this.#map = map;
    this.#fillTo = options.fillTo;
    this.#roster = new Roster({
      state,
      map,
      createFighter: () => new Fighter(),
      chooseSpot: (newcomer, everybody) => safeSpot(map, newcomer, everybody, random),
    });
    this.#combat = new Combat({
      map,
      targets: {
        inReachOf: () => this.#roster.all(),
        die: (victim, atMs) => this.#roster.die(victim, atMs),
      },
      events,
    });
    state.pickups.push(...createPickups(map, () => new Pickup()));
    this.#pickups = new PickupField({
      pickups: state.pickups,
      inReachOf: () => this.#roster.all(),
      events,
    });
    this.#match = new MatchDirector({
      state,
      roster: this.#roster,
      pickups: this.#pickups,
      events,
      times: options.times ?? DEFAULT_MATCH_TIMES,
    });
    this.#bots = new BotCrew({ state, roster: this.#roster, map, random });
  }

  /** What the state does not say. */
  checkpoint(): EffectEnds {
    return this.#roster.effectEnds();
  }

  /** The state came back: everything that is made of it is made again. */
  restore(ends: EffectEnds): void {
    this.#roster.restore(ends);
    this.#bots.restore();
  }

  addPlayer(id: string, { name, team = 0 }: { name: string; team?: number }, nowMs: number): void {
    this.#roster.add(id, { name, isBot: false, team }, nowMs);
    this.#bots.fillUpTo(this.#fillTo, nowMs);
  }

  removePlayer(id: string, nowMs: number): void {
    this.#roster.remove(id);
    this.#bots.fillUpTo(this.#fillTo, nowMs);
  }

  rename(id: string, name: string): void {
    const participant = this.#roster.get(id);
    if (participant !== undefined) participant.fighter.name = name;
  }

  /** The player's connection dropped, or is back. */
  setAway(id: string, isAway: boolean): void {
    const participant = this.#roster.get(id);
    if (participant !== undefined) participant.fighter.isAway = isAway;
  }

  /** Applies one input of one fighter: one step of its movement, and its shot. */
  applyInput(id: string, input: BotIntent, seenAt: SeenAt, nowMs: number): void {
    const participant = this.#roster.get(id);
    if (participant === undefined) return;
    const { fighter, trigger } = participant;
    stepFighter(fighter, input, ARENA_TEMPO, this.#map);
    if (fighter.stance === STANCE.fighting) fighter.aim = input.aim;
    if (trigger.pull(input.buttons, fighter.stance)) this.#combat.shoot(participant, seenAt, nowMs);
  }

  /** Advances everything that is not a player's input. */
  step(nowMs: number): void {
    for (const { id, intent } of this.#bots.decide()) this.applyInput(id, intent, SEEN_NOW, nowMs);
    this.#roster.step(nowMs);
    this.#pickups.step(nowMs);
    this.#match.step(nowMs);
  }
}
